// The settings of one broker, as Kafka's properties file. Pure.

export interface BrokerPlan {
  readonly nodeId: number;
  readonly brokersInRegion: number;
  /** Name → port on 127.0.0.1; `LOCAL` and `CONTROLLER` are among them. */
  readonly listeners: ReadonlyMap<string, number>;
  /** Name → Kafka's security protocol; absent: PLAINTEXT. */
  readonly protocols?: ReadonlyMap<string, string>;
  /** Name → port that clients are told; absent: the listener's own. */
  readonly advertised: ReadonlyMap<string, number>;
  /** `id@host:port,…` of all controllers of the region. */
  readonly quorumVoters: string;
  readonly dataFolder: string;
  /** Kafka's own names; they win over the lab's. */
  readonly settings: Readonly<Record<string, string>>;
}

export const localListener = 'LOCAL';
export const controllerListener = 'CONTROLLER';

/** The listener that clients of `region` use in other regions. */
export const listenerFrom = (region: string): string =>
  `FROM_${region.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

export function brokerProperties(plan: BrokerPlan): string {
  const replicas = plan.brokersInRegion >= 3 ? 3 : 1;
  const minInSync = replicas === 3 ? 2 : 1;
  const clientListeners = [...plan.listeners].filter(([name]) => name !== controllerListener);
  const address = (name: string, port: number) => `${name}://127.0.0.1:${port}`;
  const settings: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': plan.nodeId,
    'controller.quorum.voters': plan.quorumVoters,
    listeners: [...plan.listeners].map(([name, port]) => address(name, port)).join(','),
    'advertised.listeners': clientListeners
      .map(([name, port]) => address(name, plan.advertised.get(name) ?? port))
      .join(','),
    'listener.security.protocol.map': [...plan.listeners.keys()]
      .map((name) => `${name}:${plan.protocols?.get(name) ?? 'PLAINTEXT'}`)
      .join(','),
    'inter.broker.listener.name': localListener,
    'controller.listener.names': controllerListener,
    'log.dirs': plan.dataFolder,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // The cleaner's default of 128 MB does not fit into a small heap.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 4,
    ...plan.settings,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}
