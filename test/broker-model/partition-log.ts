// The log of one replica: whole batches in order, a start, an end, and where each leader epoch begins.
import { EpochStarts } from './epoch-starts.ts';
import { OffsetIndex } from './offset-index.ts';
import type { StoredBatch } from './stored-batch.ts';

/** Ends a batch of which not enough was asked for, as a fetch answer may. */
export interface LogSlice {
  readonly bytes: Buffer;
  /** Reading on from here, what lies at or beyond is none of this answer's business (see OffsetIndex). */
  readonly bound: bigint;
}

const nothing = Buffer.alloc(0);

export class PartitionLog {
  start = 0n;
  end = 0n;
  readonly epochs = new EpochStarts();
  /** Grows whenever stored batches are taken away again; checkers look anew then. */
  truncations = 0;
  #batches: StoredBatch[] = [];
  /** Byte position of each batch. */
  #positions: number[] = [];
  #bytes = 0;
  readonly #index = new OffsetIndex();
  /** Where its segments begin. */
  #segments = [0n];
  /** As it was written down last, which is in an orderly stop. */
  #writtenStart = 0n;

  get batches(): readonly StoredBatch[] {
    return this.#batches;
  }

  /** Size of all batches. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A follower's next batch may begin beyond the log end, where the leader's log was compacted. */
  append(batch: StoredBatch): void {
    if (batch.baseOffset < this.end) {
      throw new Error(
        `model: a batch at ${batch.baseOffset} does not continue a log that ends at ${this.end}`,
      );
    }
    this.epochs.assign(batch.leaderEpoch, batch.baseOffset);
    this.#place(batch);
    this.end = batch.lastOffset + 1n;
  }

  #place(batch: StoredBatch): void {
    this.#batches.push(batch);
    this.#positions.push(this.#bytes);
    this.#index.appended(batch.lastOffset, this.#bytes, batch.bytes.length);
    this.#bytes += batch.bytes.length;
  }

  /** A segment begins at the log end. */
  roll(): void {
    if (this.#segments.at(-1) === this.end) return;
    this.#segments.push(this.end);
    this.#index.reopened();
  }

  /**
   * Its broker has started: after a kill the index is made again from the log. Without `keepsStart` a log
   * start that was not written down goes back to where the first segment that is left begins.
   */
  reopen(clean: boolean, keepsStart: boolean): void {
    if (clean) this.#writtenStart = this.start;
    else {
      this.#index.clear();
      for (const [at, { lastOffset, bytes }] of this.#batches.entries()) {
        this.#index.appended(lastOffset, this.#positions[at] as number, bytes.length);
      }
      const first = this.#segments.findLast((each) => each <= this.start) ?? 0n;
      if (!keepsStart) this.start = maxOf(this.#writtenStart, first);
    }
    this.#index.reopened();
    this.epochs.truncate(this.end);
  }

  hasSegmentAt(offset: bigint): boolean {
    return this.#segments.includes(offset);
  }

  /**
   * The cleaner's result takes the place of all batches; start and end stay. What lies below `upTo` is one
   * segment from then on.
   */
  replace(batches: readonly StoredBatch[], upTo: bigint): void {
    this.truncations += 1;
    this.#segments = [0n, ...this.#segments.filter((each) => each >= upTo && each > 0n)];
    this.#forgetBatches();
    for (const batch of batches) this.#place(batch);
  }

  #forgetBatches(): void {
    this.#batches = [];
    this.#positions = [];
    this.#bytes = 0;
    this.#index.clear();
  }

  /** Takes away everything at or beyond `offset`; a batch that reaches beyond it goes whole. */
  truncate(offset: bigint): void {
    if (offset >= this.end) {
      // A leader that appended nothing has left its epoch at the end of the log.
      this.epochs.truncate(this.end);
      return;
    }
    this.truncations += 1;
    this.#segments = this.#segments.filter((each, at) => at === 0 || each <= offset);
    const kept = this.placeOf(offset);
    this.#bytes = this.#positions[kept] ?? this.#bytes;
    this.#batches.length = kept;
    this.#positions.length = kept;
    const last = this.#batches.at(-1);
    this.end = last === undefined ? maxOf(this.start, minOf(offset, this.end)) : last.lastOffset + 1n;
    this.#index.truncate(this.end);
    this.epochs.truncate(this.end);
  }

  /** Moves the start; batches wholly below it may be gone. Returns false where `offset` is not in the log. */
  moveStart(offset: bigint): boolean {
    if (offset > this.end) return false;
    if (offset <= this.start) return true;
    this.start = offset;
    this.epochs.moveStart(offset);
    return true;
  }

  /** Empty, and beginning at `offset`: a follower whose leader's log begins beyond its own end. */
  startOver(offset: bigint): void {
    this.truncations += 1;
    this.epochs.truncate(0n);
    this.#forgetBatches();
    this.start = offset;
    this.end = offset;
    this.#segments = [offset];
  }

  /** Place in `batches` of the one that holds `offset`, or of the first behind it. */
  placeOf(offset: bigint): number {
    let low = 0;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#batches[middle] as StoredBatch).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Bytes from the batch that holds `offset` on, below `bound` and out of one segment, at most `bytesMax`:
   * the last batch may be cut. With `wholeFirst` the first batch comes whole whatever its size (KIP-74).
   */
  read(offset: bigint, bound: bigint, bytesMax: number, wholeFirst: boolean): LogSlice {
    const batches: Buffer[] = [];
    let size = 0;
    const from = this.placeOf(offset);
    const base = this.#batches[from]?.baseOffset ?? this.end;
    const next = this.#segments.find((each) => each > base) ?? this.end;
    for (let at = from; at < this.#batches.length; at += 1) {
      const batch = this.#batches[at] as StoredBatch;
      if (batch.lastOffset >= bound || batch.baseOffset >= next) break;
      if (size >= bytesMax && !(wholeFirst && size === 0)) break;
      batches.push(batch.bytes);
      size += batch.bytes.length;
    }
    const first = batches[0]?.length ?? 0;
    // A first batch that would be cut is left out altogether.
    const limit = first > bytesMax ? (wholeFirst ? first : 0) : bytesMax;
    const bytes = limit === 0 ? nothing : Buffer.concat(batches, Math.min(size, limit));
    const position = this.#positions[from];
    const indexed = position === undefined ? undefined : this.#index.boundFrom(position + bytes.length);
    return { bytes, bound: minOf(indexed ?? next, next) };
  }
}

export const minOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
