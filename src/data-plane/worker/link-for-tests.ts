// A link on virtual time for tests of turns: lanes that fetch, records that wait for them, and a network that
// the answers under way share evenly.
import { type ManualClock, manualClock } from '../../../test/fixtures/manual-clock.ts';
import { AnswerSize, answerMsWanted } from './answer-size.ts';
import type { Asker } from './fetch-class.ts';
import { FetchTurns, type Turn } from './fetch-turns.ts';
import { defaultLimits } from './limits.ts';

export interface LaneForTests {
  readonly rank: number;
  /** Bytes per second that are new at the source. */
  readonly bytesPerSecond: number;
  /** Bytes that wait there at the beginning. */
  readonly backlog?: number;
  /** The broker answers whole batches. */
  readonly batchBytes?: number;
  /** What its broker can deliver at most, in bytes per second. */
  readonly brokerBytesPerSecond?: number;
}

export interface LinkForTests {
  readonly rttMs: number;
  /** Of the network. */
  readonly bytesPerSecond: number;
  readonly limit?: number;
}

const { steering, fetchFar, fetchWaitMs } = defaultLimits;

interface Fetch {
  readonly asked: number;
  /** Bytes that the broker answers; 0 while there are none. */
  answer: number;
  /** Of those, what has not arrived. */
  left: number;
  /** The answer was too small for all that the source had. */
  leftBehind: boolean;
  readonly sentAtMs: number;
  readonly turn: Turn | undefined;
}

class Lane implements Asker {
  readonly rank: number;
  readonly size = 1;
  readonly batchBytes: number;
  readonly brokerBytesPerSecond: number;
  bytesPerSecond: number;
  wants = false;
  /** At the source. */
  waiting: number;
  /** Bytes that have come. */
  came = 0;
  readonly answerSize = new AnswerSize(steering.answerBytesMin, fetchFar.answerBytesMax);
  fetch: Fetch | undefined;
  waitsForTurn = false;
  askedAtMs = 0;
  /** Of every answer with records: how long it took, the wait for its turn included. */
  readonly tookMs: number[] = [];

  constructor(made: LaneForTests) {
    const { rank, bytesPerSecond, backlog = 0, batchBytes = 1 } = made;
    this.brokerBytesPerSecond = made.brokerBytesPerSecond ?? Number.POSITIVE_INFINITY;
    this.rank = rank;
    this.bytesPerSecond = bytesPerSecond;
    this.waiting = backlog;
    this.batchBytes = batchBytes;
  }
}

export class TestedLink {
  readonly clock: ManualClock = manualClock();
  readonly turns: FetchTurns;
  readonly lanes: readonly Lane[];
  readonly arrivals: { atMs: number; bytes: number }[] = [];
  limit: number | undefined;
  networkBytesPerSecond: number;
  readonly #rttMs: number;

  constructor(link: LinkForTests, lanes: readonly LaneForTests[]) {
    this.limit = link.limit;
    this.networkBytesPerSecond = link.bytesPerSecond;
    this.#rttMs = link.rttMs;
    this.turns = new FetchTurns({
      clock: this.clock,
      limits: steering,
      limitBytesPerSecond: () => this.limit,
      rttMs: () => link.rttMs,
    });
    this.lanes = lanes.map((lane) => new Lane(lane));
    for (const lane of this.lanes) this.turns.join(lane);
  }

  get nowMs(): number {
    return this.clock.monotonicMs();
  }

  /** Bytes per second of every lane, while `forMs` pass. */
  run(forMs: number): number[] {
    const before = this.lanes.map(({ came }) => came);
    for (let ms = 0; ms < forMs; ms += 1) {
      this.#step();
      this.clock.advance(1);
    }
    return this.lanes.map(({ came }, at) => ((came - (before[at] as number)) * 1000) / forMs);
  }

  #step(): void {
    for (const lane of this.lanes) {
      lane.waiting += lane.bytesPerSecond / 1000;
      if (lane.fetch === undefined && !lane.waitsForTurn) this.#ask(lane);
    }
    const coming = this.lanes.filter((lane) => this.#isComing(lane));
    const share = this.networkBytesPerSecond / 1000 / coming.length;
    for (const lane of coming) this.#transfer(lane, share);
  }

  #ask(lane: Lane): void {
    lane.askedAtMs = this.nowMs;
    if (!this.turns.isSteered) return this.#send(lane, undefined);
    lane.waitsForTurn = true;
    const bytes = this.turns.isShared ? lane.answerSize.bytes : fetchFar.answerBytesMax;
    this.turns.ask(lane, bytes, (turn) => {
      lane.waitsForTurn = false;
      this.#send(lane, turn);
    });
  }

  #send(lane: Lane, turn: Turn | undefined): void {
    const asked = turn?.bytes ?? fetchFar.answerBytesMax;
    lane.fetch = { asked, answer: 0, left: 0, leftBehind: false, sentAtMs: this.nowMs, turn };
  }

  /** Long polling: an answer begins when there is a whole batch, or ends empty after the wait. */
  #isComing(lane: Lane): boolean {
    const { fetch } = lane;
    if (fetch === undefined) return false;
    if (fetch.answer > 0) return true;
    const waitedMs = this.nowMs - fetch.sentAtMs;
    if (waitedMs < this.#rttMs) return false;
    if (lane.waiting < lane.batchBytes) {
      if (waitedMs > this.#rttMs + fetchWaitMs) this.#answered(lane, fetch);
      return false;
    }
    const batches = Math.max(1, Math.floor(Math.min(fetch.asked, lane.waiting) / lane.batchBytes));
    fetch.answer = batches * lane.batchBytes;
    fetch.left = fetch.answer;
    lane.waiting -= fetch.answer;
    fetch.leftBehind = lane.waiting >= lane.batchBytes;
    lane.came += fetch.answer;
    return true;
  }

  #transfer(lane: Lane, bytes: number): void {
    const { fetch } = lane;
    if (fetch === undefined) return;
    const part = Math.min(bytes, fetch.left, lane.brokerBytesPerSecond / 1000);
    fetch.left -= part;
    this.arrivals.push({ atMs: this.nowMs, bytes: part });
    if (fetch.left <= 0) this.#answered(lane, fetch);
  }

  #answered(lane: Lane, fetch: Fetch): void {
    const tookMs = this.nowMs - fetch.sentAtMs;
    lane.fetch = undefined;
    lane.wants = fetch.leftBehind;
    if (fetch.answer > 0) lane.tookMs.push(this.nowMs - lane.askedAtMs);
    if (lane.wants && fetch.asked === lane.answerSize.bytes) {
      lane.answerSize.took(tookMs, answerMsWanted(steering, this.#rttMs, this.turns.isFirst(lane.rank)));
    }
    if (fetch.turn === undefined) this.turns.arrived(fetch.answer);
    else fetch.turn.done(fetch.answer);
  }
}
