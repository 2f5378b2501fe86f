// Compares two logs offset by offset. Batches that stand at the same place on both sides are compared by
// their canonical CRC and their bytes, without looking at a record; where batches do not align, their records
// are.
import type { DifferenceKind } from '../../base/difference-kinds.ts';
import { identicalOffsets, type ShiftSegments } from '../../base/shift-segments.ts';
import type { BatchSource, ComparedBatch } from './batch-source.ts';
import { Differences } from './differences.ts';
import { LogCursor, type PlacedRecord } from './log-cursor.ts';
import { findDifference, sameContent } from './records.ts';

export interface Comparison {
  /** What the target holds and was looked at. */
  readonly batches: bigint;
  readonly records: bigint;
  readonly bytes: bigint;
  /** Records of either side that were decoded, because batches did not align or their bytes differ. */
  readonly recordsDecoded: bigint;
  /** Records that one side lacks, and whose keys have to be judged before anything can be said of them. */
  readonly lonely: bigint;
  readonly differences: Differences;
}

/** Source offsets `from` (inclusive) to `to` (exclusive). */
export interface OffsetRange {
  readonly from: bigint;
  readonly to: bigint;
}

export interface ComparisonOptions {
  readonly segments?: ShiftSegments;
  /**
   * Set where a cleaner runs on either side: it is told each record that one side lacks, and nothing is
   * called missing or extra for that.
   */
  readonly onLonely?: ((record: PlacedRecord) => void) | undefined;
  /** Where differences are noted; a list of its own unless given. */
  readonly differences?: Differences | undefined;
  /** Told the target offset reached, and the bytes of the batch before it. */
  readonly onProgress?: ((offset: bigint, bytes: number) => void) | undefined;
}

/** Compares what both sides hold inside `range`. The target's log is read by its own offsets. */
export async function compareLogs(
  source: BatchSource,
  target: BatchSource,
  range: OffsetRange,
  options: ComparisonOptions = {},
): Promise<Comparison> {
  const comparer = new Comparer(source, target, range, options);
  await comparer.run();
  return comparer;
}

class Comparer implements Comparison {
  batches = 0n;
  records = 0n;
  bytes = 0n;
  lonely = 0n;
  readonly differences: Differences;
  readonly #theirs: LogCursor;
  readonly #mine: LogCursor;
  readonly #range: OffsetRange;
  readonly #options: ComparisonOptions;
  /** Every source offset below has been judged, or cannot be. */
  #judgedTo: bigint;

  constructor(source: BatchSource, target: BatchSource, range: OffsetRange, options: ComparisonOptions) {
    this.#range = range;
    this.differences = options.differences ?? new Differences();
    this.#options = options;
    this.#judgedTo = range.from;
    const common = { ...range, onBatch: () => undefined, onHomeless: () => undefined };
    this.#theirs = new LogCursor({ ...common, log: source, segments: identicalOffsets });
    this.#mine = new LogCursor({
      ...common,
      log: target,
      segments: options.segments ?? identicalOffsets,
      onBatch: (batch) => this.#count(batch),
      onHomeless: (first, last) => this.#judgeTarget('extra', first, last, 'no source offset belongs here'),
    });
  }

  get recordsDecoded(): bigint {
    return this.#theirs.recordsDecoded + this.#mine.recordsDecoded;
  }

  async run(): Promise<void> {
    const [theirs, mine] = [this.#theirs, this.#mine];
    await this.#step(mine);
    await this.#step(theirs);
    for (;;) {
      while (isSame(theirs, mine)) {
        this.#judgedTo = mine.last + 1n;
        await this.#step(mine);
        await this.#step(theirs);
      }
      theirs.skipTo(this.#judgedTo);
      mine.skipTo(this.#judgedTo);
      if (mine.item === undefined && mine.batch !== undefined) await this.#step(mine);
      else if (theirs.item === undefined && theirs.batch !== undefined) await this.#step(theirs);
      else if (mine.item === undefined && theirs.item === undefined) return;
      else await this.#judgeNext();
    }
  }

  /** The next item of a side, and what retention took away before it. */
  async #step(side: LogCursor): Promise<void> {
    await side.step();
    if (side.trimmedTo <= this.#judgedTo) return;
    this.#judge('not-comparable', this.#judgedTo, side.trimmedTo - 1n, 'trimmed while it was read');
  }

  /** Judges at least one item, or opens one. */
  #judgeNext(): void | Promise<void> {
    const [theirs, mine] = [this.#theirs, this.#mine];
    if (mine.item?.kind === 'aborted') return this.#passAborted();
    if (mine.item === undefined || (theirs.item !== undefined && theirs.last < mine.first)) {
      return this.#passTheirs();
    }
    if (theirs.item === undefined || mine.last < theirs.first) return this.#passMine();
    if (theirs.item.kind === 'batch') return theirs.open();
    if (mine.item.kind === 'batch') return mine.open();
    return this.#judgeOverlap();
  }

  /** Both sides have something at the same place, and it is decoded as far as it can be. */
  #judgeOverlap(): void {
    const [expected, found] = [this.#theirs.item, this.#mine.item];
    if (expected?.kind === 'records' && found?.kind === 'records') {
      return this.#compareRecords(expected.left, found.left);
    }
    if (found?.kind === 'records') {
      const before = found.left.filter(({ at }) => at < this.#theirs.first);
      for (const each of before) this.#judgeLonely('extra', each);
      if (before.length > 0) return this.#mine.drop(before.length);
      return this.#judgeWithoutTheirs(found.left);
    }
    if (expected?.kind === 'records') {
      const before = expected.left.filter(({ at }) => at < this.#mine.first);
      for (const each of before) this.#judgeLonely('missing', each);
      if (before.length > 0) return this.#theirs.drop(before.length);
    }
    // A source that cannot be read says nothing about its mirror; a mirror that cannot be read is no copy.
    if (expected?.kind === 'damaged') return this.#judgeDamagedSource(expected.why);
    if (found?.kind === 'damaged') this.#judgeDamagedTarget(found.why);
  }

  /** Target records where the source holds an aborted batch, or one that cannot be decoded. */
  #judgeWithoutTheirs(found: readonly PlacedRecord[]): void {
    const expected = this.#theirs.item;
    if (expected?.kind === 'damaged') return this.#judgeDamagedSource(expected.why);
    const inside = found.filter(({ at }) => at <= this.#theirs.last);
    for (const { record } of inside) {
      this.#judgeTarget('aborted', record.offset, record.offset, 'aborted at the source');
    }
    this.#mine.drop(inside.length);
  }

  #judgeDamagedSource(why: string): void {
    this.#judge('not-comparable', this.#theirs.first, this.#theirs.last, `at the source, ${why}`);
  }

  #judgeDamagedTarget(why: string): void {
    this.#judge('different', this.#mine.first, this.#mine.last, `at the target, ${why}`);
  }

  /** Compares in step until one list is used up. */
  #compareRecords(expected: readonly PlacedRecord[], found: readonly PlacedRecord[]): void {
    let left = 0;
    let right = 0;
    while (left < expected.length && right < found.length) {
      const theirs = expected[left] as PlacedRecord;
      const mine = found[right] as PlacedRecord;
      if (theirs.at < mine.at) this.#judgeLonely('missing', theirs);
      else if (mine.at < theirs.at) this.#judgeLonely('extra', mine);
      else {
        const detail = findDifference(theirs.record, mine.record);
        if (detail !== undefined) this.#judge('different', mine.at, mine.at, detail);
        this.#judgedTo = mine.at + 1n;
      }
      if (theirs.at <= mine.at) left += 1;
      if (mine.at <= theirs.at) right += 1;
    }
    this.#theirs.drop(left);
    this.#mine.drop(right);
  }

  /** What the source has before the next item of the target. */
  #passTheirs(): void | Promise<void> {
    const side = this.#theirs;
    if (this.#opens(side)) return side.open();
    const { first, last, item } = side;
    if (item?.kind === 'batch') this.#judge('missing', first, last, onlySource);
    if (item?.kind === 'damaged') this.#judgeDamagedSource(item.why);
    if (item?.kind === 'records') for (const each of item.left) this.#judgeLonely('missing', each);
    this.#judgedTo = greater(this.#judgedTo, last + 1n);
    return this.#step(side);
  }

  /** What the target has before the next item of the source. */
  #passMine(): void | Promise<void> {
    const side = this.#mine;
    if (this.#opens(side)) return side.open();
    const { first, last, item, batch } = side;
    if (item?.kind === 'batch' && batch !== undefined) this.#judgeBatch('extra', batch, first, onlyTarget);
    if (item?.kind === 'damaged') this.#judgeDamagedTarget(item.why);
    if (item?.kind === 'records') for (const each of item.left) this.#judgeLonely('extra', each);
    this.#judgedTo = greater(this.#judgedTo, last + 1n);
    return this.#step(side);
  }

  /** A whole batch of the target that stands `at` a source offset, cut to the range. */
  #judgeBatch(kind: 'extra' | 'aborted', batch: ComparedBatch, at: bigint, detail: string): void {
    const shift = batch.baseOffset - at;
    const from = greater(at, this.#judgedTo) + shift;
    const end = lesser(batch.lastOffset + 1n, this.#range.to + shift);
    this.#judgeTarget(kind, from, end - 1n, detail);
  }

  /** What the source has at these offsets is judged by itself. */
  #passAborted(): Promise<void> {
    const { batch, first } = this.#mine;
    if (batch !== undefined) this.#judgeBatch('aborted', batch, first, 'aborted at the target');
    return this.#step(this.#mine);
  }

  /** Whether a whole batch that only one side has must be decoded: for its keys, or for its gaps. */
  #opens({ item, batch }: LogCursor): boolean {
    if (item?.kind !== 'batch' || batch === undefined) return false;
    const span = batch.lastOffset - batch.baseOffset + 1n;
    return this.#options.onLonely !== undefined || span !== BigInt(batch.recordCount);
  }

  #judgeLonely(kind: 'missing' | 'extra', placed: PlacedRecord): void {
    if (this.#options.onLonely !== undefined) {
      this.lonely += 1n;
      this.#options.onLonely(placed);
    } else if (kind === 'missing') {
      this.#judge('missing', placed.at, placed.at, onlySource);
    } else {
      this.#judgeTarget('extra', placed.record.offset, placed.record.offset, onlyTarget);
    }
    this.#judgedTo = greater(this.#judgedTo, placed.at + 1n);
  }

  /** Batches of the target; the source is read at the same pace. */
  #count(batch: ComparedBatch): void {
    this.batches += 1n;
    this.records += BigInt(batch.recordCount);
    this.bytes += BigInt(batch.bytes.length);
    this.#options.onProgress?.(batch.lastOffset + 1n, batch.bytes.length);
  }

  /** Notes a difference at source offsets, cut to what is inside the range and not judged yet. */
  #judge(kind: DifferenceKind, first: bigint, last: bigint, detail: string): void {
    const from = greater(first, this.#judgedTo);
    const to = lesser(last + 1n, this.#range.to);
    this.differences.add({ kind, from, to, detail });
    this.#judgedTo = greater(this.#judgedTo, last + 1n);
  }

  /** Notes a difference at target offsets. */
  #judgeTarget(kind: 'extra' | 'aborted', first: bigint, last: bigint, detail: string): void {
    this.differences.add({ kind, from: first, to: last + 1n, detail });
  }
}

const onlySource = 'only the source has it';
const onlyTarget = 'only the target has it';

/**
 * The same records in the same bytes. The bytes are compared, too: a broker hands out what stands on its disk
 * without looking at the checksum.
 */
function isSame(theirs: LogCursor, mine: LogCursor): boolean {
  if (theirs.item?.kind !== 'batch' || mine.item?.kind !== 'batch' || theirs.first !== mine.first)
    return false;
  const [expected, found] = [theirs.batch, mine.batch];
  if (expected === undefined || found === undefined) return false;
  return expected.canonicalCrc === found.canonicalCrc && sameContent(expected.bytes, found.bytes);
}

const greater = (a: bigint, b: bigint) => (a > b ? a : b);
const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
