// The log of one replica: whole batches in order, a start, an end, and where each leader epoch begins.
import { EpochStarts } from './epoch-starts.ts';
import type { StoredBatch } from './stored-batch.ts';

/** Ends a batch of which not enough was asked for, as a fetch answer may. */
export interface LogSlice {
  readonly bytes: Buffer;
  readonly batches: readonly StoredBatch[];
}

const nothing = Buffer.alloc(0);

export class PartitionLog {
  start = 0n;
  end = 0n;
  readonly epochs = new EpochStarts();
  /** Grows whenever stored batches are taken away again; checkers look anew then. */
  truncations = 0;
  #batches: StoredBatch[] = [];

  get batches(): readonly StoredBatch[] {
    return this.#batches;
  }

  append(batch: StoredBatch): void {
    if (batch.baseOffset !== this.end) {
      throw new Error(
        `model: a batch at ${batch.baseOffset} does not continue a log that ends at ${this.end}`,
      );
    }
    this.epochs.assign(batch.leaderEpoch, batch.baseOffset);
    this.#batches.push(batch);
    this.end = batch.lastOffset + 1n;
  }

  /** Takes away everything at or beyond `offset`; a batch that reaches beyond it goes whole. */
  truncate(offset: bigint): void {
    if (offset >= this.end) {
      // A leader that appended nothing has left its epoch at the end of the log.
      this.epochs.truncate(this.end);
      return;
    }
    this.truncations += 1;
    this.#batches = this.#batches.filter((batch) => batch.lastOffset < offset);
    const last = this.#batches.at(-1);
    this.end = last === undefined ? maxOf(this.start, minOf(offset, this.end)) : last.lastOffset + 1n;
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

  /** A follower whose leader's log begins beyond its own end starts over there. */
  startOver(offset: bigint): void {
    this.truncations += 1;
    this.#batches = [];
    this.start = offset;
    this.end = offset;
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
   * Bytes from the batch that holds `offset` on, below `bound`, at most `bytesMax`: the last batch may be
   * cut. With
   * `wholeFirst` the first batch comes whole whatever its size (KIP-74).
   */
  read(offset: bigint, bound: bigint, bytesMax: number, wholeFirst: boolean): LogSlice {
    const batches: StoredBatch[] = [];
    let size = 0;
    for (let at = this.placeOf(offset); at < this.#batches.length; at += 1) {
      const batch = this.#batches[at] as StoredBatch;
      if (batch.lastOffset >= bound) break;
      if (size >= bytesMax && !(wholeFirst && size === 0)) break;
      batches.push(batch);
      size += batch.bytes.length;
    }
    const first = batches[0]?.bytes.length ?? 0;
    // A first batch that would be cut is left out altogether.
    if (first > bytesMax && !wholeFirst) return { bytes: nothing, batches: [] };
    const limit = wholeFirst ? Math.max(bytesMax, first) : bytesMax;
    const bytes = Buffer.concat(
      batches.map((batch) => batch.bytes),
      Math.min(size, limit),
    );
    return { bytes, batches };
  }
}

export const minOf = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const maxOf = (a: bigint, b: bigint): bigint => (a > b ? a : b);
