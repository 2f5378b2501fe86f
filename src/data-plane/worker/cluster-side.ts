// One side of a link: fresh metadata, asked for by many at once and fetched once, and a connection per broker
// for the reads of start procedures.
import type { Clock } from '../../base/clock.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import type { ClusterView, PartitionView, TopicView } from '../../kafka/wire/messages.ts';
import { kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { type PartitionEnd, refuseError } from '../mirror/partition-end.ts';
import { causeOf } from '../mirror/stop-cause.ts';

/** Requests for metadata that come within this time share one. */
const gatherMs = 5;

export class ClusterSide {
  readonly side: 'source' | 'target';
  readonly region: string;
  readonly cluster: KafkaCluster;
  readonly #clock: Clock;
  readonly #connections = new Map<number, Promise<BrokerConnection>>();
  #closed: string | undefined;
  #gathering: { topics: Set<string>; view: Promise<Map<string, TopicView>> } | undefined;

  constructor(parts: { side: 'source' | 'target'; region: string; cluster: KafkaCluster; clock: Clock }) {
    this.side = parts.side;
    this.region = parts.region;
    this.cluster = parts.cluster;
    this.#clock = parts.clock;
  }

  /** Where the partition's leader is now, by metadata asked for after this call. Throws Obstacle. */
  async findEnd(topic: string, partition: number): Promise<PartitionEnd> {
    const found = (await this.#freshTopics(topic)).get(topic);
    const { side, region, cluster } = this;
    const at = { side, region, topic, partition, account: cluster.account };
    if (found === undefined) return refuse(at, 'is not in the metadata');
    refuseError(at, found.errorCode, undefined, 'Metadata');
    const view = found.partitions.find((each) => each.partition === partition);
    if (view === undefined) return refuse(at, `has only ${found.partitions.length} partitions`);
    refuseLeaderless(at, view);
    const connection = await this.#connection(view.leaderId);
    const { leaderId, leaderEpoch } = view;
    return { ...at, topicId: found.topicId, leaderId, leaderEpoch, connection };
  }

  /** Ends every connection kept here; the next call makes new ones. */
  disconnect(reason: string): void {
    for (const pending of this.#connections.values()) {
      pending.then(
        (connection) => connection.destroy(reason),
        () => undefined, // It was never made: nothing to end, and its caller knows.
      );
    }
    this.#connections.clear();
  }

  /** Ends every connection, and makes none any more: what is still under way ends in an Obstacle. */
  close(reason: string): void {
    this.#closed = reason;
    this.disconnect(reason);
  }

  #freshTopics(topic: string): Promise<Map<string, TopicView>> {
    if (this.#gathering === undefined) {
      const topics = new Set<string>();
      this.#gathering = { topics, view: this.#gather(topics) };
    }
    this.#gathering.topics.add(topic);
    return this.#gathering.view;
  }

  async #gather(topics: Set<string>): Promise<Map<string, TopicView>> {
    await this.#clock.sleep(gatherMs);
    this.#gathering = undefined;
    const view: ClusterView = await this.cluster.metadata([...topics]);
    return new Map(view.topics.map((each) => [each.name, each]));
  }

  async #connection(brokerId: number): Promise<BrokerConnection> {
    const kept = this.#connections.get(brokerId);
    if (kept !== undefined) {
      const connection = await kept;
      if (!connection.closed) return connection;
      if (this.#connections.get(brokerId) !== kept) return this.#connection(brokerId);
    }
    if (this.#closed !== undefined) throw new Obstacle(causeOf('CW-2021', this.#closed));
    const made = this.cluster.connect(brokerId);
    this.#connections.set(brokerId, made);
    try {
      return await made;
    } catch (error) {
      if (this.#connections.get(brokerId) === made) this.#connections.delete(brokerId);
      throw error;
    }
  }
}

type Place = Pick<PartitionEnd, 'side' | 'region' | 'topic' | 'partition'>;

function refuse(at: Place, what: string): never {
  const text = `${at.region}: topic ${at.topic} ${what}`;
  throw new Obstacle(causeOf(at.side === 'source' ? 'CW-2001' : 'CW-2002', text));
}

function refuseLeaderless(at: Place, view: PartitionView): void {
  if (view.leaderId >= 0) return;
  const said = view.errorCode === 0 ? '' : ` (${kafkaErrorName(view.errorCode)})`;
  const text = `${at.region}: ${at.topic}-${at.partition} has no leader${said}`;
  throw new Obstacle(causeOf('CW-2021', text));
}
