// Compares two logs offset by offset. Batches that stand at the same offsets on both sides are compared by
// their canonical CRC, without reading a payload; where batches do not align, their records are.
import type { BatchSource, ComparedBatch } from './batch-source.ts';
import { type DifferenceKind, Differences } from './differences.ts';
import { decodeRecords, findDifference, type PlainRecord, sameContent, UndecodableBatch } from './records.ts';

export interface Comparison {
  /** What the target holds and was looked at. */
  readonly batches: bigint;
  readonly records: bigint;
  readonly bytes: bigint;
  /** Records of either side that were decoded, because batches did not align or their bytes differ. */
  readonly recordsDecoded: bigint;
  readonly differences: Differences;
}

/** Offsets `from` (inclusive) to `to` (exclusive). */
export interface OffsetRange {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * Compares what both sides hold inside `range`. `onProgress` is told the offset reached, after every batch.
 */
export async function compareLogs(
  source: BatchSource,
  target: BatchSource,
  range: OffsetRange,
  onProgress: (offset: bigint, bytes: number) => void = () => undefined,
): Promise<Comparison> {
  const comparer = new Comparer(source, target, range, onProgress);
  await comparer.run();
  return comparer;
}

class Comparer implements Comparison {
  batches = 0n;
  records = 0n;
  bytes = 0n;
  recordsDecoded = 0n;
  readonly differences = new Differences();
  readonly #source: BatchSource;
  readonly #target: BatchSource;
  readonly #range: OffsetRange;
  readonly #onProgress: (offset: bigint, bytes: number) => void;
  /** Everything below has been judged, or cannot be. */
  #judgedTo: bigint;
  /** The batch that is being decoded. */
  #decoding: ComparedBatch | undefined;

  constructor(
    source: BatchSource,
    target: BatchSource,
    range: OffsetRange,
    onProgress: (offset: bigint, bytes: number) => void,
  ) {
    this.#source = source;
    this.#target = target;
    this.#range = range;
    this.#onProgress = onProgress;
    this.#judgedTo = range.from;
  }

  async run(): Promise<void> {
    let mine = await this.#next(this.#target);
    let theirs = await this.#next(this.#source);
    while (mine !== undefined || theirs !== undefined) {
      if (mine === undefined || (theirs !== undefined && theirs.lastOffset < mine.baseOffset)) {
        this.#judge('missing', theirs?.baseOffset, theirs?.lastOffset, onlySource[1]);
        theirs = await this.#next(this.#source);
      } else if (theirs === undefined || mine.lastOffset < theirs.baseOffset) {
        this.#judge('extra', mine.baseOffset, mine.lastOffset, onlyTarget[1]);
        mine = await this.#next(this.#target);
      } else if (alike(theirs, mine)) {
        this.#count(mine);
        this.#judgedTo = mine.lastOffset + 1n;
        mine = await this.#next(this.#target);
        theirs = await this.#next(this.#source);
      } else {
        [theirs, mine] = await this.#recordByRecord(theirs, mine);
      }
    }
  }

  /** The next batch that reaches beyond what has been judged. */
  async #next(side: BatchSource): Promise<ComparedBatch | undefined> {
    let batch = await side.next();
    if (side.trimmedTo > this.#judgedTo) {
      this.#judge('not-comparable', this.#judgedTo, side.trimmedTo - 1n, 'trimmed while it was read');
    }
    while (batch !== undefined && batch.lastOffset < this.#judgedTo) batch = await side.next();
    return batch;
  }

  /** From two batches that overlap to the next place where both sides begin a batch. */
  async #recordByRecord(theirs: ComparedBatch, mine: ComparedBatch): Promise<Pair> {
    const state: Walk = { left: theirs, right: mine, expected: [], found: [] };
    try {
      // The one that begins first is decoded first: its records before the other one are known then.
      if (mine.baseOffset < theirs.baseOffset) state.found = this.#decodeMine(mine);
      state.expected = this.#decode(theirs);
      if (mine.baseOffset >= theirs.baseOffset) state.found = this.#decodeMine(mine);
      for (;;) {
        [state.expected, state.found] = this.#compareRecords(state.expected, state.found);
        const { expected, found } = state;
        if (expected.length === 0) state.left = await this.#next(this.#source);
        if (found.length === 0) state.right = await this.#next(this.#target);
        const { left, right } = state;
        if (expected.length === 0 && found.length === 0) return [left, right];
        if (expected.length === 0) {
          if (left === undefined || left.baseOffset > lastOf(found)) return this.#rest('extra', found, left);
          state.expected = this.#decode(left);
        } else {
          if (right === undefined || right.baseOffset > lastOf(expected)) {
            return this.#rest('missing', expected, right);
          }
          state.found = this.#decodeMine(right);
        }
      }
    } catch (thrown) {
      if (!(thrown instanceof UndecodableBatch)) throw thrown;
      return this.#passUndecodable(state, thrown);
    }
  }

  /** Judges the batch that cannot be decoded, and before it what the other side holds up to there. */
  async #passUndecodable({ left, right, expected, found }: Walk, thrown: UndecodableBatch): Promise<Pair> {
    const batch = this.#decoding;
    if (batch === undefined) throw thrown;
    const isMine = batch === right;
    const before = (isMine ? expected : found).filter(({ offset }) => offset < batch.baseOffset);
    const [kind, text] = isMine ? onlySource : onlyTarget;
    for (const { offset } of before) this.#judge(kind, offset, offset, text);
    // A source that cannot be read says nothing about its mirror; a mirror that cannot be read is no copy.
    if (isMine)
      this.#judge('different', batch.baseOffset, batch.lastOffset, `at the target, ${thrown.message}`);
    else
      this.#judge('not-comparable', batch.baseOffset, batch.lastOffset, `at the source, ${thrown.message}`);
    const isPassed = (each: ComparedBatch | undefined) =>
      each !== undefined && each.lastOffset < this.#judgedTo;
    return [
      isPassed(left) ? await this.#next(this.#source) : left,
      isPassed(right) ? await this.#next(this.#target) : right,
    ];
  }

  /** What one side has left over, where the other side has nothing. */
  async #rest(
    kind: 'extra' | 'missing',
    records: readonly PlainRecord[],
    other: ComparedBatch | undefined,
  ): Promise<Pair> {
    const [, text] = kind === 'extra' ? onlyTarget : onlySource;
    for (const record of records) this.#judge(kind, record.offset, record.offset, text);
    return kind === 'extra'
      ? [other, await this.#next(this.#target)]
      : [await this.#next(this.#source), other];
  }

  /** Compares in step until one list is used up; returns what is left of both. */
  #compareRecords(expected: PlainRecord[], found: PlainRecord[]): [PlainRecord[], PlainRecord[]] {
    let left = 0;
    let right = 0;
    while (left < expected.length && right < found.length) {
      const theirs = expected[left] as PlainRecord;
      const mine = found[right] as PlainRecord;
      if (theirs.offset < mine.offset) {
        this.#judge('missing', theirs.offset, theirs.offset, onlySource[1]);
      } else if (mine.offset < theirs.offset) {
        this.#judge('extra', mine.offset, mine.offset, onlyTarget[1]);
      } else {
        const detail = findDifference(theirs, mine);
        if (detail !== undefined) this.#judge('different', mine.offset, mine.offset, detail);
        this.#judgedTo = mine.offset + 1n;
      }
      if (theirs.offset <= mine.offset) left += 1;
      if (mine.offset <= theirs.offset) right += 1;
    }
    return [expected.slice(left), found.slice(right)];
  }

  #decodeMine(batch: ComparedBatch): PlainRecord[] {
    this.#count(batch);
    return this.#decode(batch);
  }

  #decode(batch: ComparedBatch): PlainRecord[] {
    this.#decoding = batch;
    const records = decodeRecords(batch.bytes);
    this.#decoding = undefined;
    this.recordsDecoded += BigInt(batch.recordCount);
    return records.filter(({ offset }) => offset >= this.#judgedTo);
  }

  /** Batches of the target; the source is read at the same pace. */
  #count(batch: ComparedBatch): void {
    this.batches += 1n;
    this.records += BigInt(batch.recordCount);
    this.bytes += BigInt(batch.bytes.length);
    this.#onProgress(batch.lastOffset + 1n, batch.bytes.length);
  }

  /** Notes a difference, cut to what is inside the range and not judged yet. */
  #judge(kind: DifferenceKind, first: bigint | undefined, last: bigint | undefined, detail: string): void {
    if (first === undefined || last === undefined) return;
    const from = greater(first, this.#judgedTo);
    const to = last + 1n < this.#range.to ? last + 1n : this.#range.to;
    this.differences.add({ kind, from, to, detail });
    this.#judgedTo = greater(this.#judgedTo, last + 1n);
  }
}

const onlySource = ['missing', 'only the source has it'] as const;
const onlyTarget = ['extra', 'only the target has it'] as const;

type Pair = [ComparedBatch | undefined, ComparedBatch | undefined];

/** Where a comparison record by record stands: the batches, and what is left of their records. */
interface Walk {
  left: ComparedBatch | undefined;
  right: ComparedBatch | undefined;
  expected: PlainRecord[];
  found: PlainRecord[];
}

/**
 * The same records in the same bytes. The bytes are compared, too: a broker hands out what stands on its disk
 * without looking at the checksum.
 */
const alike = (theirs: ComparedBatch, mine: ComparedBatch) =>
  theirs.baseOffset === mine.baseOffset &&
  theirs.canonicalCrc === mine.canonicalCrc &&
  sameContent(theirs.bytes, mine.bytes);

const greater = (a: bigint, b: bigint) => (a > b ? a : b);
const lastOf = (records: readonly PlainRecord[]) => records.at(-1)?.offset ?? 0n;
