// Reads the one partition of a ledger topic forwards, answer by answer, as a read-committed consumer does.
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { type FetchedRecords, recordsOf } from './fetched-records.ts';
import type { Leader, TopicLeader } from './topic-leader.ts';

const fetchBytesMax = 4 * 1024 * 1024;
const longPollMs = 5_000;

/** What one fetch brought. */
export interface Stretch extends FetchedRecords {
  /**
   * Last stable offset: nothing beyond is shown yet. Undefined where a quota made the broker answer with
   * nothing.
   */
  readonly stableEnd: bigint | undefined;
}

export class LogCursor {
  readonly #leader: TopicLeader;
  #topicId: string | undefined;
  #next: bigint | undefined;

  constructor(leader: TopicLeader) {
    this.#leader = leader;
  }

  /** Next offset to read; undefined before the first read and after the log was replaced or cut. */
  get next(): bigint | undefined {
    return this.#next;
  }

  /** The log's bounds now; `end` is the last stable offset. */
  async bounds(): Promise<{ readonly start: bigint; readonly end: bigint }> {
    const leader = await this.#leader.find();
    const start = await this.#listOffset(leader, -2n);
    const end = await this.#listOffset(leader, -1n);
    return { start, end };
  }

  /**
   * Fetches once from where the last call ended, or from the log's start. Undefined: the log is not the one
   * that was read before (re-created, or cut below our position); `next` begins again at its start.
   */
  async read(wait: 'long-poll' | 'at-once'): Promise<Stretch | undefined> {
    const leader = await this.#leader.find();
    if (this.#topicId !== undefined && this.#topicId !== leader.topicId) return this.#restart();
    this.#topicId = leader.topicId;
    this.#next ??= await this.#listOffset(leader, -2n);
    const from = this.#next;
    const response = await leader.connection.fetch(this.#request(leader, from, wait));
    try {
      const partition = response.topics[0]?.partitions[0];
      if (response.errorCode === 0 && response.throttleMs > 0 && partition === undefined) {
        return { records: [], badBatches: [], nextOffset: from, stableEnd: undefined };
      }
      const errorCode = response.errorCode === 0 ? (partition?.errorCode ?? -1) : response.errorCode;
      if (errorCode === kafkaError.OFFSET_OUT_OF_RANGE) return this.#restart();
      if (errorCode !== kafkaError.NONE || partition === undefined) {
        throw this.#leader.refusal(errorCode, 'Fetch');
      }
      const read = recordsOf(partition, from);
      this.#next = read.nextOffset;
      return { ...read, stableEnd: partition.lastStableOffset };
    } finally {
      response.lease.release();
    }
  }

  /** Passes over offsets that hold nothing any more. */
  skipTo(offset: bigint): void {
    this.#next = offset;
  }

  #restart(): undefined {
    this.#topicId = undefined;
    this.#next = undefined;
    this.#leader.drop('the log was replaced or cut');
    return undefined;
  }

  #request({ topicId, leaderEpoch }: Leader, fetchOffset: bigint, wait: 'long-poll' | 'at-once') {
    const asked = {
      partition: 0,
      currentLeaderEpoch: leaderEpoch,
      fetchOffset,
      lastFetchedEpoch: -1,
      partitionMaxBytes: fetchBytesMax,
    };
    return {
      maxWaitMs: wait === 'long-poll' ? longPollMs : 0,
      minBytes: 1,
      maxBytes: fetchBytesMax,
      isolationLevel: 1 as const,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [{ topicId, partitions: [asked] }],
      forgotten: [],
    };
  }

  async #listOffset({ connection, leaderEpoch }: Leader, timestamp: bigint): Promise<bigint> {
    const partitions = [{ partition: 0, currentLeaderEpoch: leaderEpoch, timestamp }];
    const topics = [{ topic: this.#leader.topic, partitions }];
    const [listed] = await connection.listOffsets({ replicaId: -1, isolationLevel: 1, topics });
    if (listed === undefined || listed.errorCode !== kafkaError.NONE) {
      throw this.#leader.refusal(listed?.errorCode ?? -1, 'ListOffsets');
    }
    return listed.offset;
  }
}
