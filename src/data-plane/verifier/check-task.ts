// One partition of a running check: which of its offsets are due for a look, and one look.
import { CausewayError } from '../../base/errors.ts';
import { areSameSegments, type ShiftSegments } from '../../base/shift-segments.ts';
import { afterLook, type CheckedPartition, type Duty } from './checked-partition.ts';
import type { OffsetRange } from './comparison.ts';
import { placeOf } from './known-ranges.ts';
import { type ComparedPiece, PiecewiseComparison } from './piecewise-comparison.ts';
import type { VerifyContext } from './verify-context.ts';

/** A partition as whoever mirrors it sees it now. Offsets are the source's. */
export interface RunningPartition {
  readonly set: string;
  readonly topic: string;
  readonly partition: number;
  /** Otherwise it is left alone. */
  readonly isMirroring: boolean;
  /** Another one with each start: what was seen of the target before may have been on its way. */
  readonly life: number;
  /** Where the source begins, and up to where the target has it; undefined while unknown. */
  readonly start: bigint | undefined;
  readonly end: bigint | undefined;
}

/** What is known elsewhere of how a partition is mirrored. */
export interface MirrorFacts<P extends RunningPartition> {
  /** As the ledger has them; `fresh`: asked of it now. */
  segmentsOf(partition: P, fresh: boolean): Promise<ShiftSegments>;
  /** Whether a cleaner runs on either side; undefined where that may not be known. */
  isCompacted(topic: string): Promise<boolean | undefined>;
}

export interface CheckPace {
  /** Bytes of the target that a piece is meant to have. */
  readonly pieceBytes: number;
  /** Offsets of a partition's first piece: nothing is known of its records yet. */
  readonly firstOffsets: number;
  readonly offsetsMax: number;
  /** Bytes of one answer. */
  readonly fetchBytes: number;
  /** Less than a piece is looked at after that time. */
  readonly newPauseMs: number;
  /** What differs is looked at again before it is told, after that time … */
  readonly confirmMs: number;
  /** … and so often after that. */
  readonly doubtPauseMs: number;
  /** From one complete look to the beginning of the next. */
  readonly cycleMs: number;
  /** After a side could not be read. */
  readonly retryMs: number;
}

export const defaultPace: CheckPace = {
  pieceBytes: 4 * 1024 * 1024,
  firstOffsets: 1_000,
  offsetsMax: 1_000_000,
  fetchBytes: 1024 * 1024,
  newPauseMs: 60_000,
  confirmMs: 5_000,
  doubtPauseMs: 60_000,
  cycleMs: 7 * 24 * 60 * 60 * 1_000,
  retryMs: 60_000,
};

/** `unsure`: something differs, and is looked at once more before it is told. */
export type LookOutcome = 'looked' | 'unsure';

export class CheckTask<P extends RunningPartition> {
  readonly partition: P;
  /** Undefined: nothing has been compared yet. */
  state: CheckedPartition | undefined;
  /** Whether `state` is all that is known: the ledger has been asked. */
  isRecalled = false;
  /** Since the last write to the ledger. */
  isChanged = false;
  readonly #pace: CheckPace;
  /** Monotonic. */
  #notBeforeMs = 0;
  /** When nothing new was left to be compared, last time. */
  #endAtMs = Number.NEGATIVE_INFINITY;
  #doubtAtMs = Number.NEGATIVE_INFINITY;
  #pieceOffsets: number;
  #last: Duty | undefined;
  /** Looks at what differs: each range gets its turn. */
  #doubts = 0;
  /** What the first of two looks was for, and what it found; the second is due. */
  #unsure: { readonly duty: Duty; readonly life: number; readonly lacks: boolean } | undefined;
  #isCompacted = false;
  /**
   * Something new was due, and nothing was there to be compared: by older segments a copy may end before its
   * source begins.
   */
  #isStuck = false;

  constructor(partition: P, pace: CheckPace) {
    this.partition = partition;
    this.#pace = pace;
    this.#pieceOffsets = pace.firstOffsets;
  }

  get isUnsure(): boolean {
    return this.#unsure !== undefined;
  }

  /** What is to be done; undefined: nothing. `nowMs` is monotonic, `wallMs` the wall clock. */
  duty(nowMs: number, wallMs: number): Duty | undefined {
    if (!this.partition.isMirroring || nowMs < this.#notBeforeMs) return undefined;
    if (this.#unsure !== undefined) return this.#unsure.duty;
    const { state } = this;
    if (state !== undefined && state.ranges.length > 0) {
      if (nowMs - this.#doubtAtMs >= this.#pace.doubtPauseMs) return 'doubt';
    }
    const isNewDue = this.#isNewDue(nowMs);
    const isAgainDue = state !== undefined && this.#isAgainDue(state, wallMs);
    if (isNewDue && isAgainDue) return this.#last === 'new' ? 'again' : 'new';
    return isNewDue ? 'new' : isAgainDue ? 'again' : undefined;
  }

  /** Tries again later, after trouble that passes by itself. */
  postpone(nowMs: number, byMs: number = this.#pace.retryMs): void {
    this.#notBeforeMs = nowMs + byMs;
  }

  /** One piece. Throws CW-6013 where a side cannot be read, CW-2017 where it may not be. */
  async look(context: VerifyContext, facts: MirrorFacts<P>, duty: Duty): Promise<LookOutcome> {
    const { clock } = context;
    const isSecond = this.#unsure !== undefined;
    const life = this.#unsure?.life ?? this.partition.life;
    if (duty === 'again' && this.state?.again === undefined && !isSecond) this.#isCompacted = false;
    await this.#askForCleaner(facts, duty);
    const segments = await facts.segmentsOf(this.partition, isSecond || duty === 'doubt' || this.#isStuck);
    const range = this.#rangeOf(duty);
    const piece = await this.#compare(context, segments, range);
    if (piece.found.length > 0 && !(await this.#isSure(facts, duty, life, segments))) {
      const lacks = piece.found.some(({ kind }) => kind === 'missing' || kind === 'extra');
      this.#unsure = { duty, life: this.partition.life, lacks };
      this.postpone(clock.monotonicMs(), this.#pace.confirmMs);
      return 'unsure';
    }
    this.#unsure = undefined;
    this.#isStuck = duty === 'new' && piece.to === piece.from;
    this.#last = duty;
    this.state = afterLook(this.state, { duty, from: range.from, piece, segments });
    this.isChanged = true;
    this.#lookedAt(duty, piece, clock.monotonicMs());
    return 'looked';
  }

  /**
   * Whether what differs is to be told: seen twice, while the partition mirrored without a new start, and the
   * ledger knows of no shift that explains it, asked after it was seen.
   */
  async #isSure(facts: MirrorFacts<P>, duty: Duty, life: number, segments: ShiftSegments): Promise<boolean> {
    if (this.#unsure === undefined && duty !== 'doubt') return false;
    const fresh = await facts.segmentsOf(this.partition, true);
    return areSameSegments(segments, fresh) && this.partition.isMirroring && this.partition.life === life;
  }

  #isNewDue(nowMs: number): boolean {
    const { start, end } = this.partition;
    if (end === undefined) return false;
    const from = this.state?.verifiedTo ?? start ?? 0n;
    if (end <= from) return false;
    return end - from >= this.#pieceOffsets || nowMs - this.#endAtMs >= this.#pace.newPauseMs;
  }

  #isAgainDue(state: CheckedPartition, wallMs: number): boolean {
    if (state.again !== undefined) return true;
    if (state.completeAtMs === undefined || state.verifiedTo <= (this.partition.start ?? 0n)) return false;
    // Ranges that are known to be there and were not kept are found again.
    if (state.ranges.length === 0 && state.more > 0) return true;
    return wallMs - state.completeAtMs >= this.#pace.cycleMs;
  }

  /** Where a cleaner runs, that one side lacks a record says nothing. Asked only where one does. */
  async #askForCleaner(facts: MirrorFacts<P>, duty: Duty): Promise<void> {
    const lacks =
      this.#unsure?.lacks === true ||
      (duty === 'doubt' && this.#doubtful?.kind !== 'different' && this.#doubtful?.kind !== 'aborted');
    if (!lacks || this.#isCompacted) return;
    // Not permitted to know: nothing can be said of them.
    this.#isCompacted = (await facts.isCompacted(this.partition.topic)) !== false;
  }

  get #doubtful() {
    const ranges = this.state?.ranges ?? [];
    return ranges[this.#doubts % ranges.length];
  }

  /** Without a beginning: from the first offset of both sides. */
  #rangeOf(duty: Duty): { readonly from: bigint | undefined; readonly offsets: number } {
    const offsets = this.#pieceOffsets;
    const range = this.#doubtful;
    if (duty === 'again') return { from: this.state?.again?.verifiedTo ?? 0n, offsets };
    if (duty === 'new' || range === undefined) return { from: this.state?.verifiedTo, offsets };
    const { from, to }: OffsetRange = placeOf(range);
    return { from, offsets: Math.min(offsets, Number(to - from)) };
  }

  async #compare(
    context: VerifyContext,
    segments: ShiftSegments,
    { from, offsets }: { readonly from: bigint | undefined; readonly offsets: number },
  ): Promise<ComparedPiece> {
    const { topic, partition } = this.partition;
    const checkpoint = from === undefined ? undefined : { comparedTo: from, checkedAtMs: 0, differences: 0n };
    const { fetchBytes } = this.#pace;
    const parts = { topic, partition, pieceOffsets: offsets, fetchBytes, checkpoint };
    const comparison = new PiecewiseComparison(context, parts);
    try {
      // Behind it, what this or another worker has on its way may not be told of in the ledger yet.
      const { end: upTo } = this.partition;
      return await comparison.next({ segments, isCompacted: this.#isCompacted, upTo });
    } finally {
      comparison.leave();
    }
  }

  #lookedAt(duty: Duty, piece: ComparedPiece, nowMs: number): void {
    if (duty === 'doubt' || piece.found.length > 0) this.#doubtAtMs = nowMs;
    if (duty === 'doubt') {
      this.#doubts += 1;
      return;
    }
    if (duty === 'new') this.#endAtMs = piece.isAtEnd ? nowMs : Number.NEGATIVE_INFINITY;
    const offsets = Number(piece.to - piece.from);
    if (offsets === 0) return;
    const { pieceBytes, offsetsMax } = this.#pace;
    const fitting = Math.floor((pieceBytes * offsets) / Math.max(1, Number(piece.bytes)));
    // Ten times as many at most: what comes next may be larger.
    this.#pieceOffsets = Math.max(1, Math.min(fitting, offsets * 10, offsetsMax));
  }
}

/** Whether an error is trouble of a cluster, which passes, and no defect. */
export const isTrouble = (error: unknown): error is CausewayError => error instanceof CausewayError;
