// The comparison of one mirror partition piece by piece, for a check that runs all the time. What it knows is
// a small checkpoint: whoever holds it can go on elsewhere, and nothing is lost but the piece under way.
import { identicalOffsets, type ShiftSegments, sourceFrom } from '../../base/shift-segments.ts';
import { compareLogs, type OffsetRange } from './comparison.ts';
import type { Difference } from './differences.ts';
import { PartitionSides } from './partition-sides.ts';
import type { VerifyContext } from './verify-context.ts';

export interface VerifyCheckpoint {
  /** Every source offset below was compared, or could not be. */
  readonly comparedTo: bigint;
  /** Wall-clock time at which the ends were asked that `comparedTo` goes by. */
  readonly checkedAtMs: number;
  /** Offsets that differed, of all pieces so far; looked at anew, they count again. */
  readonly differences: bigint;
}

export interface PiecewiseParts {
  readonly topic: string;
  readonly partition: number;
  /** Where to go on; from the first offset of both sides unless given. */
  readonly checkpoint?: VerifyCheckpoint | undefined;
  /** Source offsets of a piece, at most. */
  readonly pieceOffsets: number;
  /** Bytes of one answer; `fetchBytesMax` unless given. */
  readonly fetchBytes?: number | undefined;
}

/** How the partition is mirrored now: it may change between two pieces. */
export interface PieceOptions {
  readonly segments?: ShiftSegments | undefined;
  /** Whether `compact` is in the cleanup policy of either side. */
  readonly isCompacted?: boolean | undefined;
  /** Nothing from this source offset on; to the target's end unless given. */
  readonly upTo?: bigint | undefined;
}

/** "Equal from `from` to `to`, checked at `checkpoint.checkedAtMs`", or what differs. */
export interface ComparedPiece extends OffsetRange {
  readonly checkpoint: VerifyCheckpoint;
  readonly found: readonly Difference[];
  /** Ranges that were found and are not listed. */
  readonly omitted: number;
  /** Source offsets before `from` that were not compared: a side has trimmed them. */
  readonly offsetsPassed: bigint;
  /** Records of a compacted partition that one side lacks: only a complete comparison can judge them. */
  readonly recordsLeftOpen: bigint;
  /** Of the target's batches. */
  readonly bytes: bigint;
  /** Records that the target did not have when the piece began. */
  readonly lagRecords: bigint;
  /** Whether nothing was left to compare behind it when it began: come again later. */
  readonly isAtEnd: boolean;
}

export class PiecewiseComparison {
  readonly #context: VerifyContext;
  readonly #parts: PiecewiseParts;
  #sides: PartitionSides | undefined;
  #checkpoint: VerifyCheckpoint | undefined;

  /** The context's limits hold for all pieces of all partitions that share them. */
  constructor(context: VerifyContext, parts: PiecewiseParts) {
    this.#context = context;
    this.#parts = parts;
    this.#checkpoint = parts.checkpoint;
  }

  get checkpoint(): VerifyCheckpoint | undefined {
    return this.#checkpoint;
  }

  /**
   * Compares the next offsets. One call at a time. Throws CW-6013 where a side cannot be read, CW-2017 where
   * it may not be; the checkpoint stays as it was, and the next call tries the piece again.
   */
  async next(options: PieceOptions = {}): Promise<ComparedPiece> {
    this.#context.signal.throwIfAborted();
    const segments = options.segments ?? identicalOffsets;
    const sides = this.#sidesWith(segments);
    const checkedAtMs = this.#context.clock.wallMs();
    const { source, target } = await sides.bounds();
    const start = greater(source.start, sourceFrom(segments, target.start));
    const stableEnd = sourceFrom(segments, target.stableEnd);
    const end = lesser(stableEnd, options.upTo ?? stableEnd);
    // A log that lost its end may have grown again with other records: what was compared there is not known.
    const reached = lesser(this.#checkpoint?.comparedTo ?? start, lesser(end, source.stableEnd));
    const from = greater(reached, start);
    const to = greater(from, lesser(end, from + BigInt(this.#parts.pieceOffsets)));
    const isAtEnd = to >= end;
    const ends = { source: source.stableEnd, target: target.stableEnd };
    const { theirs, mine } = sides.seek({ from, to }, ends);
    let recordsLeftOpen = 0n;
    const onLonely = options.isCompacted === true ? () => (recordsLeftOpen += 1n) : undefined;
    const { differences, bytes } = await compareLogs(theirs, mine, { from, to }, { segments, onLonely });
    const before = this.#checkpoint?.differences ?? 0n;
    const checkpoint = { comparedTo: to, checkedAtMs, differences: before + differences.differing };
    const offsetsPassed = this.#checkpoint === undefined ? 0n : from - reached;
    this.#checkpoint = checkpoint;
    const { kept: found, omitted } = differences;
    const lagRecords = greater(0n, source.stableEnd - end);
    const passed = { offsetsPassed, recordsLeftOpen, lagRecords, bytes };
    return { from, to, checkpoint, found, omitted, isAtEnd, ...passed };
  }

  /** Gives back its memory and leaves its connections to whoever has more pieces to compare. */
  leave(): void {
    this.#sides?.leave();
    this.#sides = undefined;
  }

  /** Gives back its connections; `next` opens new ones. */
  close(): void {
    this.#sides?.close();
    this.#sides = undefined;
  }

  #sidesWith(segments: ShiftSegments): PartitionSides {
    const { topic, partition, fetchBytes } = this.#parts;
    this.#sides ??= new PartitionSides(this.#context, { topic, partition, segments, fetchBytes });
    this.#sides.segments = segments;
    return this.#sides;
  }
}

const greater = (a: bigint, b: bigint) => (a > b ? a : b);
const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
