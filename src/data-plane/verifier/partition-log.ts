// Reads one partition of one cluster as a sequence of data batches, over leader changes and lost connections.
// At most two fetch answers are held at a time: one that is read and one that is under way.
import { type AuthorizedRequest, rightOfRequest } from '../../kafka/acl/request-rights.ts';
import { lackText } from '../../kafka/acl/right.ts';
import { Backoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import {
  attributesOf,
  baseOffsetOf,
  isControl,
  lastOffsetDeltaOf,
  magicOf,
  recordCountOf,
} from '../../kafka/batch/header.ts';
import { AbortedTransactions } from '../../kafka/batch/aborted-transactions.ts';
import { canonicalCrc } from '../../kafka/batch/patch.ts';
import { forEachBatch } from '../../kafka/batch/walk.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import type { FetchedPartition, FetchResponse } from '../../kafka/wire/messages.ts';
import { kafkaError, kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import type { BatchSource, ComparedBatch } from './batch-source.ts';
import type { ReadLimit } from './rate-limit.ts';

export interface PartitionLogParts {
  readonly cluster: KafkaCluster;
  readonly region: string;
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  /** Reading ends before this offset. */
  readonly to: bigint;
  readonly clock: Clock;
  readonly random: Random;
  readonly limit: ReadLimit;
  readonly signal: AbortSignal;
  /** Bytes of one answer; `fetchBytesMax` unless given. */
  readonly fetchBytes?: number | undefined;
}

export const fetchBytesMax = 4 * 1024 * 1024;
const fetchWaitMs = 500;
const triesMax = 12;
/** Does not pass by itself. */
const notPermitted = 'CW-2017';
const emptyAnswersNeeded = 2;
const emptyAnswersMax = 20;
const delays = { delayMsMin: 100, delayMsMax: 5_000 };

export interface PartitionBounds {
  readonly start: bigint;
  /** Last stable offset: consumers see nothing beyond. */
  readonly stableEnd: bigint;
}

export class PartitionLog implements BatchSource {
  readonly #parts: PartitionLogParts;
  readonly #backoff: Backoff;
  #connection: BrokerConnection | undefined;
  #leaderEpoch = -1;
  #topicId = '';
  #fetchOffset: bigint;
  #to: bigint;
  #trimmedTo = 0n;
  #held: FetchResponse | undefined;
  #queue: ComparedBatch[] = [];
  #ahead: Promise<FetchResponse> | undefined;
  #emptyAnswers = 0;

  constructor(parts: PartitionLogParts) {
    this.#parts = parts;
    this.#backoff = new Backoff(delays, parts.random);
    this.#fetchOffset = parts.from;
    this.#to = parts.to;
  }

  get trimmedTo(): bigint {
    return this.#trimmedTo;
  }

  async next(): Promise<ComparedBatch | undefined> {
    while (this.#queue.length === 0) {
      this.#release();
      if (this.#fetchOffset >= this.#to) return undefined;
      await this.#fetchMore();
    }
    return this.#queue.shift();
  }

  /** First offset and last stable offset, asked of the leader now. */
  bounds(): Promise<PartitionBounds> {
    return this.#again(async () => {
      const connection = await this.#connect();
      const [start, stableEnd] = await Promise.all([
        this.#offsetAt(connection, -2n),
        this.#offsetAt(connection, -1n),
      ]);
      return { start, stableEnd };
    });
  }

  /** The first offset whose record is not older; undefined where every record is. */
  firstSince(timestampMs: bigint): Promise<bigint | undefined> {
    return this.#again(async () => {
      const offset = await this.#offsetAt(await this.#connect(), timestampMs);
      return offset < 0n ? undefined : offset;
    });
  }

  /** Goes on with other offsets, on the same connection. What was returned before is not valid any more. */
  seek(from: bigint, to: bigint): void {
    this.#drop();
    this.#fetchOffset = from;
    this.#to = to;
    this.#emptyAnswers = 0;
  }

  /** Gives back all memory, and leaves the connection to whoever else has it. */
  leave(): void {
    this.#drop();
    this.#connection = undefined;
  }

  /** Gives back all memory and the connection. */
  close(): void {
    this.#drop();
    this.#connection?.destroy('the comparison has ended');
    this.#connection = undefined;
  }

  /** Gives back what was fetched and is not wanted. */
  #drop(): void {
    this.#release();
    this.#queue = [];
    const ahead = this.#ahead;
    this.#ahead = undefined;
    ahead?.then(
      (response) => response.lease.release(),
      () => undefined, // Whoever wants these offsets fetches them anew.
    );
  }

  async #fetchMore(): Promise<void> {
    const response = await this.#again(() => this.#ahead ?? this.#fetchOnce());
    this.#ahead = undefined;
    this.#held = response;
    const partition = response.topics[0]?.partitions[0];
    // A quota: the broker answers with nothing, and takes no further request for a while.
    if (partition === undefined) return this.#release();
    this.#take(partition);
    await this.#parts.limit.take(partition.records.length, this.#parts.signal);
    if (this.#fetchOffset < this.#to) this.#ahead = this.#fetchAhead();
  }

  /** A fetch that nobody may be waiting for when it fails: whoever waits later sees the failure, too. */
  #fetchAhead(): Promise<FetchResponse> {
    const ahead = this.#fetchOnce();
    ahead.catch(() => {
      if (this.#ahead === ahead) this.#ahead = undefined;
    });
    return ahead;
  }

  #take(partition: FetchedPartition): void {
    const aborted = new AbortedTransactions(partition.abortedTransactions);
    const before = this.#fetchOffset;
    forEachBatch(partition.records, (start, length) => {
      const bytes = partition.records.subarray(start, start + length);
      const baseOffset = baseOffsetOf(bytes, 0);
      const lastOffset = baseOffset + BigInt(lastOffsetDeltaOf(bytes, 0));
      this.#fetchOffset = lastOffset + 1n;
      if (baseOffset >= this.#to) return false;
      if (magicOf(bytes, 0) !== 2)
        throw this.#unreadable(`message format ${magicOf(bytes, 0)} at ${baseOffset}`);
      const recordCount = recordCountOf(bytes, 0);
      const isVisible = aborted.isVisible(bytes);
      // The cleaner may have emptied a batch and kept its header.
      if (!isControl(attributesOf(bytes, 0)) && recordCount > 0) {
        const crc = canonicalCrc(bytes, 0);
        const span = { baseOffset, lastOffset, recordCount };
        this.#queue.push({ ...span, canonicalCrc: crc, aborted: !isVisible, bytes });
      }
      return true;
    });
    if (this.#fetchOffset === before) this.#countEmpty(partition);
    else this.#emptyAnswers = 0;
  }

  /** Nothing, twice, although the log reaches the end of the range: what was there has been cleaned away. */
  #countEmpty(partition: FetchedPartition): void {
    this.#emptyAnswers += 1;
    if (partition.lastStableOffset >= this.#to && this.#emptyAnswers >= emptyAnswersNeeded) {
      this.#fetchOffset = this.#to;
    } else if (this.#emptyAnswers >= emptyAnswersMax) {
      throw this.#unreadable(`it ended at ${this.#to} and ends at ${partition.lastStableOffset} now`);
    }
  }

  async #fetchOnce(): Promise<FetchResponse> {
    const connection = await this.#connect();
    const fetchBytes = this.#parts.fetchBytes ?? fetchBytesMax;
    const fetchOffset = this.#fetchOffset;
    const response = await connection.fetch({
      maxWaitMs: fetchWaitMs,
      minBytes: 1,
      maxBytes: fetchBytes,
      isolationLevel: 1,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [
        {
          topicId: this.#topicId,
          partitions: [
            {
              partition: this.#parts.partition,
              currentLeaderEpoch: this.#leaderEpoch,
              fetchOffset,
              lastFetchedEpoch: -1,
              partitionMaxBytes: fetchBytes,
            },
          ],
        },
      ],
      forgotten: [],
    });
    const errorCode = errorCodeOf(response);
    if (errorCode === kafkaError.NONE) return response;
    response.lease.release();
    if (errorCode === kafkaError.OFFSET_OUT_OF_RANGE) await this.#skipTrimmed(connection, fetchOffset);
    throw this.#refused(errorCode, 'Fetch');
  }

  /** Retention has deleted what was to be read next: goes on at the new start. */
  async #skipTrimmed(connection: BrokerConnection, fetchOffset: bigint): Promise<void> {
    const start = await this.#offsetAt(connection, -2n);
    // Somebody may have sought elsewhere meanwhile.
    if (start <= fetchOffset || fetchOffset !== this.#fetchOffset) return;
    this.#fetchOffset = start < this.#to ? start : this.#to;
    this.#trimmedTo = this.#fetchOffset;
  }

  async #offsetAt(connection: BrokerConnection, timestamp: bigint): Promise<bigint> {
    const { topic, partition } = this.#parts;
    const partitions = [{ partition, currentLeaderEpoch: this.#leaderEpoch, timestamp }];
    const [listed] = await connection.listOffsets({
      replicaId: -1,
      isolationLevel: 1,
      topics: [{ topic, partitions }],
    });
    if (listed === undefined || listed.errorCode !== kafkaError.NONE) {
      throw this.#refused(listed?.errorCode ?? -1, 'ListOffsets');
    }
    return listed.offset;
  }

  async #connect(): Promise<BrokerConnection> {
    if (this.#connection !== undefined && !this.#connection.closed) return this.#connection;
    const { cluster, topic, partition } = this.#parts;
    const view = (await cluster.metadata([topic])).topics.find((each) => each.name === topic);
    if (view?.errorCode === kafkaError.TOPIC_AUTHORIZATION_FAILED) {
      throw this.#refused(view.errorCode, 'Metadata');
    }
    const found = view?.partitions.find((each) => each.partition === partition);
    if (view === undefined || found === undefined) throw this.#unreadable('there is no such partition');
    if (found.leaderId < 0) throw this.#unreadable('it has no leader');
    this.#topicId = view.topicId;
    this.#leaderEpoch = found.leaderEpoch;
    this.#connection = await cluster.connect(found.leaderId);
    return this.#connection;
  }

  /** Tries again over what passes by itself: lost connections, elections, restarts. */
  async #again<T>(attempt: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        const result = await attempt();
        this.#backoff.reset();
        return result;
      } catch (thrown) {
        this.#ahead = undefined;
        this.#connection?.destroy('trying again');
        this.#connection = undefined;
        this.#parts.signal.throwIfAborted();
        if (!(thrown instanceof CausewayError) || thrown.code === notPermitted) throw thrown;
        if (failures >= triesMax) throw this.#unreadable(describeError(thrown), thrown);
        await this.#parts.clock.sleep(this.#backoff.nextDelayMs(), this.#parts.signal);
      }
    }
  }

  #release(): void {
    this.#held?.lease.release();
    this.#held = undefined;
  }

  #refused(errorCode: number, request: AuthorizedRequest): CausewayError {
    const answered = kafkaErrorName(errorCode);
    if (errorCode !== kafkaError.TOPIC_AUTHORIZATION_FAILED) {
      return this.#unreadable(`the broker answered ${answered}`);
    }
    const { region, topic, cluster } = this.#parts;
    const right = { ...rightOfRequest[request], resource: topic };
    const lack = lackText(right, cluster.account, `${answered} to ${request}`);
    return new CausewayError(notPermitted, `${region}: ${lack}`, { region, topic });
  }

  #unreadable(why: string, cause?: unknown): CausewayError {
    const { region, topic, partition } = this.#parts;
    return new CausewayError('CW-6013', `${region}: ${topic}-${partition} cannot be read: ${why}`, {}, cause);
  }
}

/** No topic and no error: a quota. No topic and no quota: an answer that cannot be. */
function errorCodeOf(response: FetchResponse): number {
  if (response.errorCode !== kafkaError.NONE) return response.errorCode;
  const partition = response.topics[0]?.partitions[0];
  if (partition !== undefined) return partition.errorCode;
  return response.throttleMs > 0 ? kafkaError.NONE : kafkaError.UNKNOWN_SERVER_ERROR;
}
