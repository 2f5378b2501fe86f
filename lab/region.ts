// The brokers of one region: laid out, started, and watched until the cluster itself says that they are
// there.
import { join } from 'node:path';
import { describeError } from '../src/base/errors.ts';
import { Broker, type BrokerPlace } from './broker.ts';
import { controllerListener, listenerFrom, localListener } from './broker-properties.ts';
import { freePorts } from './ports.ts';
import { registeredBrokers } from './region-admin.ts';
import { formatStorage, newKafkaId } from './storage-format.ts';

export interface RegionPlan extends BrokerPlace {
  readonly brokers: number;
  readonly location: string | undefined;
  readonly dataFolder: string;
  /** The other regions: each gets a listener of its own at every broker. */
  readonly remoteRegions: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  /** Listeners beside the lab's own: name → Kafka's security protocol. */
  readonly protocols: ReadonlyMap<string, string>;
}

/** Ports of one region's brokers, chosen before anything starts. */
export interface RegionPorts {
  /** By broker number minus one: listener name → port. */
  readonly listeners: readonly ReadonlyMap<string, number>[];
}

const readyMsMax = 60_000;
const pollMs = 40;

export async function chooseRegionPorts(plan: RegionPlan): Promise<RegionPorts> {
  const names = [
    localListener,
    controllerListener,
    ...plan.remoteRegions.map(listenerFrom),
    ...plan.protocols.keys(),
  ];
  const ports = await freePorts(names.length * plan.brokers);
  const listeners = Array.from(
    { length: plan.brokers },
    (_, index) => new Map(names.map((name, i) => [name, ports[index * names.length + i] as number])),
  );
  return { listeners };
}

export class Region {
  readonly plan: RegionPlan;
  readonly brokers: readonly Broker[];

  private constructor(plan: RegionPlan, brokers: readonly Broker[]) {
    this.plan = plan;
    this.brokers = brokers;
  }

  get name(): string {
    return this.plan.region;
  }

  /**
   * Formats the brokers' storage. `advertised` gives, per broker, listener name → port that clients are
   * told.
   */
  static async prepare(
    plan: RegionPlan,
    ports: RegionPorts,
    advertised: readonly ReadonlyMap<string, number>[],
  ): Promise<Region> {
    const clusterId = newKafkaId();
    const quorumVoters = ports.listeners
      .map((listeners, index) => `${index + 1}@127.0.0.1:${listeners.get(controllerListener)}`)
      .join(',');
    const brokers = ports.listeners.map((listeners, index) => {
      const nodeId = index + 1;
      const dataFolder = join(plan.dataFolder, `${plan.region}-${nodeId}`);
      const { protocols, brokers: brokersInRegion } = plan;
      const common = { nodeId, brokersInRegion, listeners, protocols, quorumVoters, dataFolder };
      return new Broker(
        { ...common, advertised: advertised[index] ?? new Map(), settings: plan.settings },
        plan,
      );
    });
    for (const { plan: own } of brokers) {
      await formatStorage(plan.jars, own.dataFolder, clusterId, own.nodeId);
    }
    return new Region(plan, brokers);
  }

  /** As seen from inside of the region. */
  get bootstrapServers(): string {
    return this.brokers.map((broker) => broker.address).join(',');
  }

  /** As one of the listeners beside the lab's own tells them. */
  serversOf(listener: string): string {
    return this.brokers.map(({ plan }) => `127.0.0.1:${plan.listeners.get(listener)}`).join(',');
  }

  async start(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.start()));
    await this.ready(this.brokers);
  }

  /** Resolves when each of the brokers is registered, as it tells itself. Throws CW-5008. */
  async ready(brokers: readonly Broker[]): Promise<void> {
    await Promise.all(brokers.map((broker) => this.#readyOne(broker)));
  }

  async #readyOne(broker: Broker): Promise<void> {
    const startedAt = performance.now();
    let lastError: unknown = 'nothing yet';
    while (performance.now() - startedAt < readyMsMax) {
      if (broker.state === 'dead') throw broker.startError('ended while it started');
      const ids = await registeredBrokers(broker.address).catch((error: unknown) => {
        lastError = error;
        return [] as readonly number[];
      });
      if (ids.includes(broker.plan.nodeId)) return broker.markReady();
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    throw broker.startError(`was not ready within ${readyMsMax / 1000} s (${describeError(lastError)})`);
  }
}
