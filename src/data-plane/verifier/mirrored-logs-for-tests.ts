// Writes both logs of a mirror partition on real brokers, without the mirror: transactions of stock producers
// at the source, plain batches and control records as fillers at the target.
import assert from 'node:assert/strict';
import { ProduceAcks, Producer } from '@platformatic/kafka';
import { TopicWriter } from '../../../test/fixtures/topic-writer.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { systemClock } from '../../base/clock.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import { TransactionCoordinators } from '../../kafka/client/transaction-coordinators.ts';
import { encodeBatch, type TestRecord } from './batch-for-tests.ts';

/** A leader's connection for one call. */
async function withLeader<T>(
  cluster: KafkaCluster,
  topic: string,
  use: (connection: BrokerConnection) => Promise<T>,
): Promise<T> {
  const leaderId = await waitUntil('a leader', async () => {
    const view = await cluster.metadata([topic]);
    const leader = view.topics[0]?.partitions[0]?.leaderId ?? -1;
    return leader >= 0 && { leader };
  });
  const connection = await cluster.connect(leaderId.leader);
  try {
    return await use(connection);
  } finally {
    connection.destroy('asked');
  }
}

/** The high watermark, or the last stable offset. */
export const endOf = (cluster: KafkaCluster, topic: string, isolationLevel: 0 | 1 = 0): Promise<bigint> =>
  withLeader(cluster, topic, async (connection) => {
    const partitions = [{ partition: 0, currentLeaderEpoch: -1, timestamp: -1n }];
    const topics = [{ topic, partitions }];
    const [listed] = await connection.listOffsets({ replicaId: -1, isolationLevel, topics });
    assert.equal(listed?.errorCode, 0);
    return listed.offset;
  });

const firstMs = 1_700_000_000_000n;

/** The record that stands at a source offset. */
export const recordAt = (offset: number, text = `value ${offset}`): TestRecord => ({
  offset: BigInt(offset),
  timestampMs: firstMs + BigInt(offset),
  key: Buffer.from(`key ${offset}`),
  value: Buffer.from(text),
  headers: [],
});
export const span = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => recordAt(from + index));

type Transaction = Awaited<ReturnType<Producer['beginTransaction']>>;

/** Writes partition 0 of a topic from offset 0; every step ends once it is in the log. */
export class SourceScript {
  readonly #cluster: KafkaCluster;
  readonly #topic: string;
  readonly #servers: string;
  readonly #producers = new Map<string, Producer>();
  readonly #open = new Map<string, Transaction>();
  #end = 0;

  constructor(cluster: KafkaCluster, servers: string, topic: string) {
    this.#cluster = cluster;
    this.#servers = servers;
    this.#topic = topic;
  }

  get end(): number {
    return this.#end;
  }

  /** Records in the open transaction of a producer, or in a new one. */
  async send(name: string, count: number): Promise<void> {
    const transaction = this.#open.get(name) ?? (await this.#producer(name).beginTransaction());
    this.#open.set(name, transaction);
    const messages = span(this.#end, this.#end + count).map(({ key, value, timestampMs }) => ({
      topic: this.#topic,
      partition: 0,
      key: key ?? Buffer.alloc(0),
      value: value ?? Buffer.alloc(0),
      timestamp: timestampMs,
    }));
    await transaction.send({ messages, acks: ProduceAcks.ALL });
    await this.#reached(count);
  }

  /** Ends it; its marker is one more offset. */
  async finish(name: string, how: 'commit' | 'abort'): Promise<void> {
    await this.#open.get(name)?.[how]();
    this.#open.delete(name);
    await this.#reached(1);
  }

  /** Without a transaction. */
  async plain(count: number): Promise<void> {
    using writer = new TopicWriter(this.#cluster);
    await writer.append(this.#topic, 0, [batchOf(span(this.#end, this.#end + count))]);
    await this.#reached(count);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#producers.values()].map((producer) => producer.close()));
  }

  #producer(name: string): Producer {
    const kept = this.#producers.get(name);
    if (kept !== undefined) return kept;
    const producer = new Producer({
      clientId: 'verify-test',
      bootstrapBrokers: this.#servers.split(','),
      transactionalId: `${name}-${this.#topic}`,
      idempotent: true,
    });
    this.#producers.set(name, producer);
    return producer;
  }

  async #reached(count: number): Promise<void> {
    this.#end += count;
    await waitUntil(
      `offset ${this.#end}`,
      async () => (await endOf(this.#cluster, this.#topic)) >= this.#end,
    );
  }
}

/** As a producer sends it: from offset 0. */
export function batchOf(records: readonly TestRecord[]): Buffer {
  const first = records[0]?.offset ?? 0n;
  return encodeBatch(records.map((each) => ({ ...each, offset: each.offset - first })));
}

/** What a target's log is made of, in order: records, or so many fillers. */
export type TargetPart = readonly TestRecord[] | number;

/** Returns the log's end. */
export async function writeTarget(
  cluster: KafkaCluster,
  topic: string,
  parts: readonly TargetPart[],
): Promise<bigint> {
  using writer = new TopicWriter(cluster);
  const coordinators = new TransactionCoordinators({
    cluster,
    clock: systemClock,
    limits: { giveUpMs: 30_000 },
  });
  try {
    const guard = await coordinators.initProducerId({ transactionalId: `guard-${topic}` });
    assert.equal(guard.errorCode, 0);
    let end = 0n;
    for (const part of parts) {
      if (typeof part !== 'number') {
        assert.equal(await writer.append(topic, 0, [batchOf(part)]), end + BigInt(part.length));
        end += BigInt(part.length);
        continue;
      }
      const { producerId, producerEpoch } = guard;
      const marker = { producerId, producerEpoch, committed: true, coordinatorEpoch: 0 };
      const markers = Array.from({ length: part }, () => ({
        ...marker,
        topics: [{ topic, partitions: [0] }],
      }));
      const written = await withLeader(cluster, topic, (connection) =>
        connection.writeTxnMarkers({ markers }),
      );
      assert.deepEqual(
        written.map(({ errorCode }) => errorCode),
        [0],
      );
      end += BigInt(part);
      const reached = end;
      await waitUntil(`offset ${reached}`, async () => (await endOf(cluster, topic)) === reached);
    }
    return end;
  } finally {
    coordinators.close();
  }
}
