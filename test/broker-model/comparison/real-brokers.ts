// The real side: brokers of a lab, what befalls them, and the topics of the lanes.
import { createTopic, deleteTopic } from '../../../lab/region-admin.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import { createKafkaCluster } from '../../../src/kafka/client/real-cluster.ts';
import { kafkaErrorName } from '../../../src/kafka/wire/error-codes.ts';
import type { TopicView } from '../../../src/kafka/wire/messages.ts';
import { capabilitiesOf } from '../../compatibility/cluster-features.ts';
import { LeadMover } from '../../fixtures/lead-mover.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { transactionTopic } from '../transaction-log.ts';
import type { ClusterAct } from './acts.ts';
import type { Dialect } from './cluster-face.ts';
import type { LaneShape } from './lane-shape.ts';
import { RealLane, type RealSite } from './real-lane.ts';

/** What an operating system can do to the brokers of a lab. */
export interface BrokerFaults {
  stop(broker: number): Promise<void>;
  kill(broker: number): Promise<void>;
  start(broker: number): Promise<void>;
  freeze(broker: number): void;
  thaw(broker: number): void;
}

/** Of all that is sent to real brokers. */
export const comparedClientId = 'broker-model';

export interface RealBrokersParts {
  /** One address of each broker, in their order. */
  readonly servers: readonly string[];
  /** Absent where others use the brokers, too. */
  readonly faults?: BrokerFaults;
}

export class RealBrokers implements RealSite {
  readonly ids: readonly number[];
  readonly cluster: KafkaCluster;
  readonly dialect: Dialect;
  readonly #parts: RealBrokersParts;
  #lanes: readonly RealLane[] = [];
  #dead: readonly number[] = [];

  private constructor(parts: RealBrokersParts, dialect: Dialect) {
    this.#parts = parts;
    this.dialect = dialect;
    this.ids = parts.servers.map((_, at) => at + 1);
    this.cluster = createKafkaCluster({
      bootstrapServers: parts.servers,
      clientId: comparedClientId,
      clock: systemClock,
      log: silentLog,
      // One that stands still is not waited for.
      limits: { metadataWaitMs: 2_000 },
    });
  }

  static async of(parts: RealBrokersParts): Promise<RealBrokers> {
    const { calls, finalized } = await capabilitiesOf(parts.servers[0] as string);
    const dialect: Dialect = {
      produceById: (calls.get('Produce')?.[1] ?? 0) >= 13,
      transactionVersion: (finalized.get('transaction.version') ?? 0) >= 2 ? 2 : 0,
      eligibleLeaders: (finalized.get('eligible.leader.replicas.version') ?? 0) >= 1,
    };
    return new RealBrokers(parts, dialect);
  }

  get canFail(): boolean {
    return this.#parts.faults !== undefined;
  }
  addressOf(brokerId: number): string {
    return this.#parts.servers[brokerId - 1] as string;
  }
  get servers(): string {
    return this.#parts.servers.join(',');
  }
  sleep(ms: number): Promise<void> {
    return systemClock.sleep(ms);
  }

  /** Topics and connections of the lanes; the coordinator is broker 1. */
  async openLanes(
    shapes: readonly LaneShape[],
    isOfClock: (timestampMs: bigint) => boolean,
  ): Promise<readonly RealLane[]> {
    await this.coordinatorReady();
    if (this.ids.length > 1) {
      await this.act({ kind: 'moveCoordinator', to: 1 });
    }
    const servers = this.#parts.servers.join(',');
    for (const shape of shapes) {
      await createTopic(servers, shape.topic, { assignments: shape.assignments, config: configOf(shape) });
    }
    const found = await this.#topics([transactionTopic, ...shapes.map(({ topic }) => topic)]);
    const [coordinators, ...made] = found;
    const coordinatorEpoch = coordinators?.partitions[0]?.leaderEpoch ?? 0;
    this.#lanes = made.map(({ topicId }, lane) => {
      const shape = shapes[lane] as LaneShape;
      return new RealLane({ brokers: this, shape, topicId, coordinatorEpoch, isOfClock });
    });
    return this.#lanes;
  }

  /** In the order of their names; a broker may learn late of one that was just created. */
  async #topics(names: readonly string[]): Promise<readonly TopicView[]> {
    let found: readonly TopicView[] = [];
    await waitUntil(`topics ${names.join()}`, async () => {
      const { topics } = await this.cluster.metadata(names);
      found = names.flatMap(
        (name) => topics.find((each) => each.name === name && each.errorCode === 0) ?? [],
      );
      return found.length === names.length;
    });
    return found;
  }

  async closeLanes(shapes: readonly LaneShape[]): Promise<void> {
    await Promise.all(this.#lanes.map((each) => each.close()));
    this.#lanes = [];
    for (const { topic } of shapes) await deleteTopic(this.#parts.servers.join(','), topic);
  }

  async act(act: ClusterAct): Promise<void> {
    if (act.kind === 'moveCoordinator') {
      const replicas = [act.to, ...this.ids.filter((id) => id !== act.to)];
      await this.withMover((mover) => mover.prefer({ topic: transactionTopic, partition: 0 }, replicas));
      return this.coordinatorReady(act.to);
    }
    const { faults } = this.#parts;
    if (faults === undefined) throw new Error('these brokers are shared, and nothing may befall them');
    switch (act.kind) {
      case 'stop':
      case 'kill':
        await faults[act.kind](act.broker);
        return this.#gone(act.broker);
      case 'freeze':
        faults.freeze(act.broker);
        this.#dead = [...this.#dead, act.broker];
        return;
      case 'takeOver':
        await faults.kill(act.dead);
        this.#gone(act.dead);
        faults.thaw(act.thawed);
        this.#dead = this.#dead.filter((id) => id !== act.thawed);
        return;
      case 'start':
        await faults.start(act.broker);
        this.#dead = this.#dead.filter((id) => id !== act.broker);
        return;
    }
  }

  #gone(broker: number): void {
    this.#dead = [...this.#dead, broker];
    for (const lane of this.#lanes) lane.forget(broker);
  }

  /** What it does can be done again: brokers that have lost their controller let a request wait in vain. */
  async withMover(use: (mover: LeadMover) => Promise<void>): Promise<void> {
    const move = async (): Promise<true> => {
      const asked = this.ids.find((id) => !this.#dead.includes(id));
      const mover = await LeadMover.to(this.addressOf(asked ?? 1));
      try {
        await use(mover);
        return true;
      } finally {
        await mover.close();
      }
    };
    await waitUntil('the lead to be moved', move);
  }

  /**
   * Resolves when all brokers name one coordinator, and it answers: a fresh cluster makes the topic of its
   * coordinators on the first question (kafka-facts 21), and a new coordinator reads it first.
   */
  async coordinatorReady(expected?: number): Promise<void> {
    const transactionalId = 'broker-model.ready';
    const asked = { transactionalId, transactionTimeoutMs: 60_000, producerId: -1n, producerEpoch: -1 };
    let seen: unknown;
    const look = async (): Promise<boolean> => {
      const alive = this.ids.filter((id) => !this.#dead.includes(id));
      const connections = await Promise.all(alive.map((id) => this.cluster.connect(id)));
      try {
        const found = await Promise.all(connections.map((each) => each.findCoordinator(transactionalId)));
        seen = found;
        const [first] = found;
        const coordinator = connections.find(({ brokerId }) => brokerId === first?.nodeId);
        if (coordinator === undefined || found.some(({ nodeId }) => nodeId !== first?.nodeId)) return false;
        if (expected !== undefined && coordinator.brokerId !== expected) return false;
        // A broker that has no producer ids to give out asks the controller for some, and says it is loading.
        const idOnly = { ...asked, transactionalId: undefined };
        const made = await Promise.all([
          coordinator.initProducerId(asked),
          ...connections.map((each) => each.initProducerId(idOnly)),
        ]);
        seen = made.map(({ errorCode }) => kafkaErrorName(errorCode));
        return made.every(({ errorCode }) => errorCode === 0);
      } finally {
        for (const each of connections) each.destroy('asked');
      }
    };
    await waitUntil('a coordinator', look, { pollMs: 20, seen: () => seen });
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((each) => each.close()));
    await this.cluster.close();
  }
}

const configOf = ({ minInSync, config }: LaneShape): Record<string, string> => ({
  'min.insync.replicas': String(minInSync),
  // The records are old: they must not go while they are compared.
  'retention.ms': '-1',
  // A marker has the clock's time and would begin a new segment, at whose start a fetch ends.
  'segment.ms': '9223372036854775807',
  // Kafka 3.9 has no limit by default.
  'message.timestamp.after.max.ms': '3600000',
  ...config,
});
