// One fetch connection to one source broker: a loop with one request under way, long polling while nothing
// comes.
import type { Clock, Timer } from '../../base/clock.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import type { FetchResponse, TopicId } from '../../kafka/wire/messages.ts';
import { kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { type Cause, causeOf, causeOfError } from '../mirror/stop-cause.ts';
import { AnswerSize, answerMsWanted } from './answer-size.ts';
import { EarlyFetches } from './early-fetches.ts';
import { type Asker, type FetchClass, rankOf } from './fetch-class.ts';
import { FetchSession } from './fetch-session.ts';
import type { FetchTurns, Turn } from './fetch-turns.ts';
import { LaneHeads } from './lane-heads.ts';
import type { FetchLimits, WorkerLimits } from './limits.ts';

export interface SourceLaneParts {
  readonly brokerId: number;
  readonly fetchClass: FetchClass;
  /** Shared by all lanes of the link. */
  readonly turns: FetchTurns;
  readonly connect: () => Promise<BrokerConnection>;
  readonly clock: Clock;
  readonly limits: WorkerLimits;
  /** Called once when the lane has ended, with the reason; its partitions have been told. */
  readonly onEnd: (lane: SourceLane) => void;
  /** Nothing is under way, and the lane knows which of its partitions are at the end of the source. */
  readonly onSettled: (lane: SourceLane) => void;
  /** The broker's quota holds the lane for so long. */
  readonly onThrottled: (forMs: number) => void;
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

export class SourceLane implements Asker {
  readonly brokerId: number;
  readonly fetchClass: FetchClass;
  readonly rank: number;
  readonly heads: LaneHeads;
  readonly #parts: SourceLaneParts;
  readonly #members = new Map<MirrorPartition, TopicId>();
  readonly #session = new FetchSession();
  /** Members whose next fetch may differ from what the session says. */
  readonly #due = new Set<MirrorPartition>();
  /** Members that only a full queue keeps from being fetched. */
  readonly #held = new Set<MirrorPartition>();
  #connection: BrokerConnection | undefined;
  /** Set while the lane is empty. */
  #emptied: Timer | undefined;
  /** Set on a long link. */
  #early: EarlyFetches | undefined;
  #rttMs = 0;
  #answerSize: AnswerSize | undefined;
  /** Until then a quota of the broker holds it. */
  #quietUntilMs = 0;
  #ended = false;
  #silenceDueMs = 0;
  #wake: (() => void) | undefined;
  /** Ends the wait for a turn without one. */
  #giveUpTurn: (() => void) | undefined;

  constructor(parts: SourceLaneParts) {
    this.#parts = parts;
    this.brokerId = parts.brokerId;
    this.fetchClass = parts.fetchClass;
    this.rank = rankOf(parts.fetchClass);
    this.heads = new LaneHeads(parts.clock);
    parts.turns.join(this);
  }

  get size(): number {
    return this.#members.size;
  }

  /** A lane that its broker holds is not held by anybody else. */
  get wants(): boolean {
    return this.heads.wanting > 0 && this.#parts.clock.monotonicMs() >= this.#quietUntilMs;
  }

  /** The connection is gone, which nobody has noticed since nothing was fetched. */
  get isStale(): boolean {
    return this.size === 0 && this.#connection?.closed === true;
  }

  add(partition: MirrorPartition, topicId: TopicId): void {
    this.#emptied?.cancel();
    this.#members.set(partition, topicId);
    this.touch(partition);
  }

  remove(partition: MirrorPartition): void {
    const topicId = this.#members.get(partition);
    if (topicId === undefined) return;
    this.#members.delete(partition);
    this.#due.delete(partition);
    this.#held.delete(partition);
    this.heads.leave(partition);
    this.#early?.leave(partition);
    this.#session.forget(topicId, partition.spec.partition);
    if (this.size > 0) return;
    const { clock, limits } = this.#parts;
    const cause = causeOf('CW-2021', 'nothing is fetched over this connection any more');
    this.#emptied = clock.schedule(limits.emptyLaneMs, () => this.end(cause));
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
        this.#parts.onSettled(this);
        if (this.#session.size === 0) await this.#idle();
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
    this.#emptied?.cancel();
    this.#connection?.destroy(cause.message);
    this.#early?.end(cause);
    this.#wake?.();
    this.#giveUpTurn?.();
    this.#parts.turns.leave(this);
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
    this.#rttMs = rttMs;
    this.#parts.onRoundTrip(rttMs);
    return rttMs;
  }

  #limitsFor(rttMs: number): FetchLimits {
    const { limits } = this.#parts;
    if (rttMs < limits.longRoundTripMs) return limits.fetchNear;
    const onTaken = (partition: MirrorPartition) => this.touch(partition);
    const onDefect = (cause: Cause) => this.end(cause);
    const askTurn = (bytes: number) => this.#parts.turns.askFurther(this, bytes);
    this.#early = new EarlyFetches({ ...this.#parts, askTurn, onTaken, onDefect }, rttMs);
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
      this.heads.note(partition, next?.offset);
    }
    this.#due.clear();
  }

  #idle(): Promise<void> {
    if (this.#parts.turns.isSteered) this.#parts.turns.look();
    return this.#woken();
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
    const turn = this.#parts.turns.isSteered ? await this.#turn(limits) : undefined;
    let bytes = 0;
    try {
      // Much may have changed while it waited for its turn.
      if (turn !== undefined) this.#settleDue();
      if (this.#ended || this.#session.size === 0) return refused;
      const sentAtMs = this.#parts.clock.monotonicMs();
      const response = await this.#fetch(connection, limits, turn?.bytes ?? limits.answerBytesMax);
      try {
        this.#quiet(response.throttleMs);
        if (!this.#session.answered(response)) return countRefused(response, refused + 1);
        bytes = this.#take(response);
        if (turn !== undefined) this.#learn(turn, sentAtMs);
        return 0;
      } finally {
        response.lease.release();
      }
    } finally {
      if (turn === undefined) this.#parts.turns.arrived(bytes);
      else turn.done(bytes);
    }
  }

  #fetch(connection: BrokerConnection, limits: FetchLimits, maxBytes: number): Promise<FetchResponse> {
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
      maxBytes,
      isolationLevel: 1,
    });
    this.#early?.follow();
    return answered;
  }

  /** Leave to fetch; waits while others come first or the limit is reached. None where the lane has ended. */
  async #turn(limits: FetchLimits): Promise<Turn | undefined> {
    const {
      turns,
      limits: { steering },
    } = this.#parts;
    this.#answerSize ??= new AnswerSize(steering.answerBytesMin, limits.answerBytesMax);
    const bytes = turns.isShared ? this.#answerSize.bytes : limits.answerBytesMax;
    return new Promise((resolve) => {
      this.#giveUpTurn = () => resolve(undefined);
      turns.ask(this, bytes, resolve);
    });
  }

  /** An answer that was as large as it might be, and left something behind, tells what the link carries. */
  #learn(turn: Turn, sentAtMs: number): void {
    this.#settleDue();
    const {
      clock,
      turns,
      limits: { steering },
    } = this.#parts;
    if (!this.wants || turn.bytes !== this.#answerSize?.bytes) return;
    const tookMs = clock.monotonicMs() - sentAtMs;
    this.#answerSize.took(tookMs, answerMsWanted(steering, this.#rttMs, turns.isFirst(this.rank)));
  }

  #quiet(forMs: number): void {
    if (forMs <= 0) return;
    this.#quietUntilMs = this.#parts.clock.monotonicMs() + forMs;
    this.#parts.onThrottled(forMs);
  }

  /** Returns the bytes of records that came. */
  #take(response: FetchResponse): number {
    let bytes = 0;
    for (const { topicId, partitions } of response.topics) {
      for (const answer of partitions) {
        bytes += answer.records.length;
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
    // A broker that throttles us answers without having looked.
    if (response.throttleMs === 0 || response.topics.length > 0) this.#seeSilent();
    return bytes;
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
