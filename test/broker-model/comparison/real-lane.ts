// A lane of the real side: its topic, and connections of its own to each broker.
import type { BrokerConnection, KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import type { ListedOffset, PartitionView, TopicId, TopicView } from '../../../src/kafka/wire/messages.ts';
import type { LeadMover } from '../../fixtures/lead-mover.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { transactionTopic } from '../transaction-log.ts';
import { inOrder, type LaneAct } from './acts.ts';
import type { LaneFace, LogStarts } from './cluster-face.ts';
import type { LaneShape } from './lane-shape.ts';
import { type Answer, Side } from './side.ts';
import type { Step } from './steps.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** What all lanes share. */
export interface RealSite {
  readonly cluster: KafkaCluster;
  addressOf(brokerId: number): string;
  sleep(ms: number): Promise<void>;
  withMover(use: (mover: LeadMover) => Promise<void>): Promise<void>;
}

export interface RealLaneParts {
  readonly brokers: RealSite;
  readonly shape: LaneShape;
  readonly topicId: TopicId;
  readonly coordinatorEpoch: number;
  readonly isOfClock: (timestampMs: bigint) => boolean;
}

export class RealLane implements LaneFace {
  readonly #brokers: RealSite;
  readonly #shape: LaneShape;
  readonly #topicId: TopicId;
  readonly #side: Side;
  readonly #connections = new Map<number, BrokerConnection>();
  readonly #producers = new Map<number, TransactionalProducer>();

  constructor({ brokers, shape, topicId, coordinatorEpoch, isOfClock }: RealLaneParts) {
    this.#brokers = brokers;
    this.#shape = shape;
    this.#topicId = topicId;
    this.#side = new Side({
      metadata: (name) => brokers.cluster.metadata([name]),
      connection: (id) => this.#connection(id),
      topic: shape.topic,
      topicId,
      prefix: shape.topic,
      coordinatorEpoch,
      isOfClock,
      produceInTransaction: async (id, transactionalId, request) =>
        (await this.#producer(id)).produce(transactionalId, request),
      pause: () => brokers.sleep(5),
    });
  }

  ask(step: Step): Promise<Answer> {
    return this.#side.ask(step);
  }

  async act(act: LaneAct): Promise<void> {
    const at = { topic: this.#shape.topic, partition: act.partition };
    await this.#brokers.withMover((mover) =>
      act.kind === 'moveLead' ? mover.prefer(at, act.replicas) : mover.elect(at, 'unclean'),
    );
  }

  async settle(alive: readonly number[], starts: LogStarts): Promise<void> {
    let seen: unknown;
    await waitUntil(
      `${this.#shape.topic} to come to rest with brokers ${alive.join()}`,
      async () => {
        seen = await this.#unsettled(alive, starts);
        return seen === undefined;
      },
      { pollMs: 5, seen: () => seen },
    );
  }

  /** What is still to come; undefined for nothing. */
  async #unsettled(alive: readonly number[], starts: LogStarts): Promise<unknown> {
    const view = await this.#brokers.cluster.metadata([this.#shape.topic, transactionTopic]);
    const known = inOrder(view.brokers.map(({ nodeId }) => nodeId));
    if (known.join() !== alive.join()) return `brokers ${known.join()}`;
    const led = view.topics.flatMap(({ partitions }) => partitions).filter(({ leaderId }) => leaderId >= 0);
    const behind = led.find(
      ({ replicas, inSync }) => replicas.filter((id) => alive.includes(id)).length !== inSync.length,
    );
    if (behind !== undefined) return behind;
    const coordinators = view.topics.find(({ name }) => name === transactionTopic);
    if (coordinators?.partitions.some(({ leaderId }) => leaderId < 0)) return 'a coordinator is missing';
    const topic = view.topics.find(({ name }) => name === this.#shape.topic);
    return topic === undefined ? 'no topic' : this.#unlevel(topic, alive, starts);
  }

  async #unlevel({ partitions }: TopicView, alive: readonly number[], starts: LogStarts): Promise<unknown> {
    if (partitions.length < this.#shape.assignments.length) return 'partitions are missing';
    for (const view of partitions) {
      if (view.leaderId < 0) continue;
      const replicas = view.replicas.filter((id) => alive.includes(id));
      const leader = await this.#connection(view.leaderId);
      const end = await this.#offset(leader, view, 0);
      if (end.errorCode !== 0) return { view, end };
      const shown = await Promise.all(replicas.map((id) => this.#shownAt(id, view, end.offset, starts)));
      const first = shown[0];
      const isAlike = first !== undefined && shown.every((each) => each === first);
      if (!isAlike || first.includes('error')) return { view, end, shown };
      const isEnough = view.inSync.length >= Math.min(this.#shape.minInSync, view.replicas.length);
      if (isEnough && (await this.#offset(leader, view, -1)).offset !== end.offset) return { view, end };
    }
    return undefined;
  }

  async #offset(
    leader: BrokerConnection,
    { partition, leaderEpoch }: PartitionView,
    replicaId: number,
  ): Promise<ListedOffset> {
    const asked = { partition, currentLeaderEpoch: leaderEpoch, timestamp: -1n };
    const topics = [{ topic: this.#shape.topic, partitions: [asked] }];
    const [answer] = await leader.listOffsets({ replicaId, isolationLevel: 0, topics });
    return answer as ListedOffset;
  }

  /** What a replica shows of its log, read at the leader's end, which it must have. */
  async #shownAt(
    brokerId: number,
    { partition, leaderEpoch }: PartitionView,
    end: bigint,
    starts: LogStarts,
  ): Promise<string> {
    const connection = await this.#connection(brokerId);
    const asked = { partition, currentLeaderEpoch: leaderEpoch, fetchOffset: end };
    const { topics, lease } = await connection.fetch({
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1,
      isolationLevel: 0,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [
        { topicId: this.#topicId, partitions: [{ ...asked, lastFetchedEpoch: -1, partitionMaxBytes: 1 }] },
      ],
      forgotten: [],
    });
    lease.release();
    const told = topics[0]?.partitions[0];
    if (told === undefined || told.errorCode !== 0) return `${brokerId}: error ${told?.errorCode}`;
    return starts === 'any starts' ? `${told.highWatermark}` : `${told.highWatermark} ${told.logStartOffset}`;
  }

  async close(): Promise<void> {
    for (const each of this.#connections.values()) each.destroy('compared');
    await Promise.all([...this.#producers.values()].map((each) => each.close()));
  }

  /** The broker's process has ended: what led to it is of no use. */
  forget(brokerId: number): void {
    this.#connections.get(brokerId)?.destroy('its broker is gone');
    this.#connections.delete(brokerId);
    // Their sockets are broken already.
    this.#producers.delete(brokerId);
  }

  async #connection(brokerId: number): Promise<BrokerConnection> {
    const kept = this.#connections.get(brokerId);
    if (kept !== undefined && !kept.closed) return kept;
    const connection = await this.#brokers.cluster.connect(brokerId);
    this.#connections.set(brokerId, connection);
    return connection;
  }

  async #producer(brokerId: number): Promise<TransactionalProducer> {
    const kept = this.#producers.get(brokerId);
    if (kept !== undefined) return kept;
    const producer = await TransactionalProducer.to(this.#brokers.addressOf(brokerId));
    this.#producers.set(brokerId, producer);
    return producer;
  }
}
