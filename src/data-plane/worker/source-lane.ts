// One fetch connection to one source broker: a loop with one request under way, long polling while nothing
// comes.
import type { Clock } from '../../base/clock.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import type { FetchResponse, TopicId } from '../../kafka/wire/messages.ts';
import { kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { type Cause, causeOf, causeOfError } from '../mirror/stop-cause.ts';
import { EarlyFetches } from './early-fetches.ts';
import { FetchSession } from './fetch-session.ts';
import type { FetchLimits, WorkerLimits } from './limits.ts';

export interface SourceLaneParts {
  readonly brokerId: number;
  readonly connect: () => Promise<BrokerConnection>;
  readonly clock: Clock;
  readonly limits: WorkerLimits;
  /** Called once when the lane has ended, with the reason; its partitions have been told. */
  readonly onEnd: (lane: SourceLane) => void;
  readonly earlyFetchBytesPerSecond: () => number;
  readonly onFetch: () => void;
  /** Bytes have come that were here already. */
  readonly onRepeated: (bytes: number) => void;
  readonly onRoundTrip: (rttMs: number) => void;
}

/** Refused sessions in a row after which the lane gives up. */
const refusedSessionsMax = 3;
/** How often the partitions that an answer passed over are noted as seen. */
const silenceMs = 250;

export class SourceLane {
  readonly brokerId: number;
  readonly #parts: SourceLaneParts;
  readonly #members = new Map<MirrorPartition, TopicId>();
  readonly #session = new FetchSession();
  /** Members whose next fetch may differ from what the session says. */
  readonly #due = new Set<MirrorPartition>();
  /** Members that only a full queue keeps from being fetched. */
  readonly #held = new Set<MirrorPartition>();
  #connection: BrokerConnection | undefined;
  /** Set on a long link. */
  #early: EarlyFetches | undefined;
  #ended = false;
  #silenceDueMs = 0;
  #wake: (() => void) | undefined;

  constructor(parts: SourceLaneParts) {
    this.#parts = parts;
    this.brokerId = parts.brokerId;
  }

  get size(): number {
    return this.#members.size;
  }

  add(partition: MirrorPartition, topicId: TopicId): void {
    this.#members.set(partition, topicId);
    this.touch(partition);
  }

  remove(partition: MirrorPartition): void {
    const topicId = this.#members.get(partition);
    if (topicId === undefined) return;
    this.#members.delete(partition);
    this.#due.delete(partition);
    this.#held.delete(partition);
    this.#early?.leave(partition);
    this.#session.forget(topicId, partition.spec.partition);
  }

  /** The partition's next fetch may have changed. */
  touch(partition: MirrorPartition): void {
    if (!this.#members.has(partition)) return;
    this.#due.add(partition);
    this.#wake?.();
  }

  /** Runs until `end` or until the connection fails. Never rejects. */
  async run(): Promise<void> {
    try {
      const connection = await this.#parts.connect();
      this.#connection = connection;
      if (this.#ended) return connection.destroy('lane ended');
      const limits = this.#limitsFor(await this.#measure(connection));
      let refusedSessions = 0;
      while (!this.#ended) {
        this.#settleDue();
        if (this.#session.size === 0) await this.#woken();
        else refusedSessions = await this.#fetchOnce(connection, limits, refusedSessions);
      }
    } catch (error) {
      this.end(error instanceof Obstacle ? error.because : causeOfError(error));
    }
  }

  /** Ends the lane; its partitions start again elsewhere. */
  end(cause: Cause): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connection?.destroy(cause.message);
    this.#early?.end(cause);
    this.#wake?.();
    this.#parts.onEnd(this);
    for (const partition of Array.from(this.#members.keys())) partition.connectionLost(cause);
    this.#members.clear();
  }

  /**
   * A round trip without work at the broker tells how much must be on the way. A busy machine only makes
   * it look longer than it is, so the shortest of a few counts.
   */
  async #measure(connection: BrokerConnection): Promise<number> {
    const { longRoundTripMs, roundTripsMax } = this.#parts.limits;
    let rttMs = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < roundTripsMax && rttMs >= longRoundTripMs; tries += 1) {
      const began = this.#parts.clock.monotonicMs();
      await connection.listOffsets({ replicaId: -1, isolationLevel: 0, topics: [] });
      rttMs = Math.min(rttMs, this.#parts.clock.monotonicMs() - began);
    }
    this.#parts.onRoundTrip(rttMs);
    return rttMs;
  }

  #limitsFor(rttMs: number): FetchLimits {
    const { limits } = this.#parts;
    if (rttMs < limits.longRoundTripMs) return limits.fetchNear;
    const onTaken = (partition: MirrorPartition) => this.touch(partition);
    const onFailed = (cause: Cause) => this.end(cause);
    this.#early = new EarlyFetches({ ...this.#parts, onTaken, onFailed }, rttMs);
    return limits.fetchFar;
  }

  #settleDue(): void {
    for (const partition of this.#due) {
      const topicId = this.#members.get(partition) as TopicId;
      const next = partition.fetchPosition();
      if (next === undefined) this.#session.forget(topicId, partition.spec.partition);
      else this.#session.ask(partition, topicId, next.life, next.offset);
      if (partition.holdsFetch) this.#held.add(partition);
      else this.#held.delete(partition);
    }
    this.#due.clear();
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
      if (this.#due.size > 0 || this.#ended) this.#wake();
    });
  }

  /** Returns how many answers in a row have refused the session. */
  async #fetchOnce(connection: BrokerConnection, limits: FetchLimits, refused: number): Promise<number> {
    const { fetchWaitMs, fetchWaitMsHeld } = this.#parts.limits;
    const part = this.#session.next(({ partition, offset }) => ({
      partition: partition.spec.partition,
      currentLeaderEpoch: partition.point?.source.leaderEpoch ?? -1,
      fetchOffset: offset,
      lastFetchedEpoch: partition.fetchPosition()?.lastFetchedEpoch ?? -1,
      partitionMaxBytes: limits.partitionBytesMax,
    }));
    this.#parts.onFetch();
    const answered = connection.fetch({
      ...part,
      maxWaitMs: this.#held.size > 0 ? fetchWaitMsHeld : fetchWaitMs,
      minBytes: 1,
      maxBytes: limits.answerBytesMax,
      isolationLevel: 1,
    });
    this.#early?.follow();
    const response = await answered;
    try {
      if (!this.#session.answered(response)) return countRefused(response, refused + 1);
      this.#take(response);
      return 0;
    } finally {
      response.lease.release();
    }
  }

  #take(response: FetchResponse): void {
    for (const { topicId, partitions } of response.topics) {
      for (const answer of partitions) {
        const asked = this.#session.find(topicId, answer.partition);
        if (asked === undefined) continue;
        const { partition, life, offset } = asked;
        const before = partition.queuedBytes;
        partition.fetched(life, offset, answer, response.lease);
        this.touch(partition);
        if (this.#early === undefined || answer.records.length === 0) continue;
        this.#early.flows(partition, topicId, answer.records.length - (partition.queuedBytes - before));
      }
    }
    this.#seeSilent();
  }

  /** A broker passes over the partitions of a session of which nothing changed: silence is evidence too. */
  #seeSilent(): void {
    const { clock } = this.#parts;
    if (clock.monotonicMs() < this.#silenceDueMs) return;
    this.#silenceDueMs = clock.monotonicMs() + silenceMs;
    const nowMs = clock.wallMs();
    for (const { partition } of this.#session.answeredPartitions()) partition.view.lookAgain(nowMs);
  }
}

/** A lost session is asked for anew; one that is refused again and again ends the lane. */
function countRefused(response: FetchResponse, refused: number): number {
  if (refused < refusedSessionsMax) return refused;
  const name = kafkaErrorName(response.errorCode);
  throw new Obstacle(causeOf('CW-2024', `the source refuses fetch sessions: ${name}`));
}
