// A cluster of one broker with one topic of one partition, in memory, that answers as a test tells it to.
import { CausewayError } from '../base/errors.ts';
import { baseOffsetOf, lastOffsetDeltaOf, recordCountOf } from '../kafka/batch/header.ts';
import type { BrokerConnection, KafkaCluster } from '../kafka/client/cluster.ts';
import type {
  FetchedPartition,
  FetchRequest,
  FetchResponse,
  ListOffsetsRequest,
  ProduceRequest,
  ProduceResponse,
} from '../kafka/wire/messages.ts';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { encodeRecord } from './codec.ts';
import { encodeEntries } from './record-batch.ts';
import type { LedgerRecord } from './record-key.ts';

/** In place of the next answer: an error code, nothing because of a quota, or a connection that is lost. */
export type Trouble = number | 'throttled' | 'lost' | 'lost after append' | 'silence';

export class ClusterForTests implements KafkaCluster {
  readonly topic: string;
  exists = true;
  leaderId = 1;
  topicId = 'a'.repeat(32);
  batches: Buffer[] = [];
  startOffset = 0n;
  /** Where the log ends; consumers see up to `stableEnd`, all of it unless given. */
  endOffset = 0n;
  stableEnd: bigint | undefined;
  /** Used up one after the other, by fetches and produces. */
  troubles: Trouble[] = [];
  readonly fetches: bigint[] = [];
  produced = 0;
  connections = 0;
  openConnections = 0;
  /** Called once the end was told. */
  onEndListed: () => void = () => undefined;
  /** Leases that nobody has released. */
  leases = 0;
  /** Long polls that wait for something to be appended. */
  #waiting: (() => void)[] = [];

  constructor(topic: string) {
    this.topic = topic;
  }

  append(...records: readonly LedgerRecord[]): void {
    this.appendBatch(encodeEntries(records.map(encodeRecord), 1));
  }

  appendBatch(batch: Buffer): bigint {
    const copy = Buffer.from(batch);
    copy.writeBigInt64BE(this.endOffset, 0);
    this.batches.push(copy);
    const offset = this.endOffset;
    this.endOffset += BigInt(recordCountOf(batch, 0));
    this.wake();
    return offset;
  }

  /** Answers every fetch that waits. */
  wake(): void {
    for (const answer of this.#waiting.splice(0)) answer();
  }

  /** The topic is another one: deleted and created again. */
  recreate(topicId: string): void {
    Object.assign(this, { topicId, batches: [], startOffset: 0n, endOffset: 0n, stableEnd: undefined });
  }

  metadata(): ReturnType<KafkaCluster['metadata']> {
    const { leaderId } = this;
    const partition = { partition: 0, errorCode: 0, leaderId, leaderEpoch: 0, replicas: [1], inSync: [1] };
    const { topicId, topic: name } = this;
    const errorCode = this.exists ? kafkaError.NONE : kafkaError.UNKNOWN_TOPIC_OR_PARTITION;
    const partitions = this.exists ? [partition] : [];
    const topics = [{ name, topicId, internal: false, errorCode, partitions }];
    const brokers = [{ nodeId: 1, host: 'h', port: 1, rack: undefined }];
    return Promise.resolve({ clusterId: 'c', controllerId: 1, brokers, topics });
  }

  connect(brokerId: number): Promise<BrokerConnection> {
    this.connections += 1;
    this.openConnections += 1;
    return Promise.resolve(new ConnectionForTests(this, brokerId) as unknown as BrokerConnection);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  onAppend(answer: () => void): void {
    this.#waiting.push(answer);
  }
}

/** Only what the ledger calls. */
class ConnectionForTests {
  readonly #cluster: ClusterForTests;
  readonly brokerId: number;
  closed = false;
  readonly #rejects = new Set<(error: Error) => void>();

  constructor(cluster: ClusterForTests, brokerId: number) {
    this.#cluster = cluster;
    this.brokerId = brokerId;
  }

  async fetch(request: FetchRequest): Promise<FetchResponse> {
    const asked = request.topics[0]?.partitions[0]?.fetchOffset ?? -1n;
    const topicId = request.topics[0]?.topicId ?? '';
    this.#cluster.fetches.push(asked);
    const trouble = this.#cluster.troubles.shift();
    if (trouble === 'throttled') return this.#response(topicId, undefined, 100);
    if (typeof trouble === 'number') return this.#response(topicId, this.#partition(asked, trouble));
    if (trouble !== undefined) return this.#fail(trouble);
    if (topicId !== this.#cluster.topicId) {
      return this.#response(topicId, this.#partition(asked, kafkaError.UNKNOWN_TOPIC_ID));
    }
    if (asked < this.#cluster.startOffset || asked > this.#cluster.endOffset) {
      return this.#response(topicId, this.#partition(asked, kafkaError.OFFSET_OUT_OF_RANGE));
    }
    if (this.#visible(asked).length === 0 && request.maxWaitMs > 0) {
      await this.#unlessDestroyed((resolve) => this.#cluster.onAppend(resolve));
    }
    if (topicId !== this.#cluster.topicId) {
      return this.#response(topicId, this.#partition(asked, kafkaError.UNKNOWN_TOPIC_ID));
    }
    return this.#response(topicId, this.#partition(asked, kafkaError.NONE));
  }

  listOffsets({ topics }: ListOffsetsRequest) {
    const isEarliest = topics[0]?.partitions[0]?.timestamp === -2n;
    const { startOffset, endOffset, stableEnd = endOffset, topic } = this.#cluster;
    const offset = isEarliest ? startOffset : stableEnd;
    if (!isEarliest) this.#cluster.onEndListed();
    return Promise.resolve([{ topic, partition: 0, errorCode: 0, timestamp: -1n, offset, leaderEpoch: 0 }]);
  }

  async produce(request: ProduceRequest): Promise<ProduceResponse> {
    const { records } = request.topics[0]?.partitions[0] ?? { records: Buffer.alloc(0) };
    const trouble = this.#cluster.troubles.shift();
    const errorCode = typeof trouble === 'number' ? trouble : kafkaError.NONE;
    let baseOffset = -1n;
    if (trouble === undefined || trouble === 'lost after append') {
      this.#cluster.produced += 1;
      baseOffset = this.#cluster.appendBatch(records);
    }
    if (typeof trouble === 'string') return this.#fail(trouble);
    const answer = { topic: this.#cluster.topic, topicId: this.#cluster.topicId, partition: 0, errorCode };
    const rest = {
      logAppendTimeMs: -1n,
      logStartOffset: 0n,
      errorMessage: undefined,
      currentLeader: undefined,
    };
    await Promise.resolve();
    return { throttleMs: 0, partitions: [{ ...answer, ...rest, baseOffset }] };
  }

  destroy(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.#cluster.openConnections -= 1;
    for (const reject of this.#rejects) reject(new CausewayError('CW-3003', reason));
  }

  /** A lost connection, or one that never answers again. */
  #fail(trouble: Trouble): Promise<never> {
    if (trouble === 'silence') return this.#unlessDestroyed(() => undefined) as Promise<never>;
    this.destroy('the broker closed it');
    return Promise.reject(new CausewayError('CW-3003', 'the broker closed it'));
  }

  #unlessDestroyed(begin: (resolve: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      if (this.closed) reject(new CausewayError('CW-3003', 'closed before'));
      begin(resolve);
    });
  }

  #visible(from: bigint): Buffer[] {
    const { batches, endOffset, stableEnd = endOffset } = this.#cluster;
    return batches.filter((batch) => {
      const last = baseOffsetOf(batch, 0) + BigInt(lastOffsetDeltaOf(batch, 0));
      return last >= from && last < stableEnd;
    });
  }

  #partition(from: bigint, errorCode: number): FetchedPartition {
    const { endOffset, stableEnd = endOffset, startOffset } = this.#cluster;
    return {
      partition: 0,
      errorCode,
      highWatermark: stableEnd,
      lastStableOffset: stableEnd,
      logStartOffset: startOffset,
      diverging: undefined,
      currentLeader: undefined,
      abortedTransactions: [],
      // One batch per answer, so that a log takes several.
      records: errorCode === 0 ? (this.#visible(from)[0] ?? Buffer.alloc(0)) : Buffer.alloc(0),
    };
  }

  #response(topicId: string, partition: FetchedPartition | undefined, throttleMs = 0): FetchResponse {
    this.#cluster.leases += 1;
    const lease = {
      retain: () => undefined,
      release: () => {
        this.#cluster.leases -= 1;
      },
    };
    const topics = partition === undefined ? [] : [{ topicId, partitions: [partition] }];
    return { throttleMs, errorCode: 0, sessionId: 0, topics, lease };
  }
}
