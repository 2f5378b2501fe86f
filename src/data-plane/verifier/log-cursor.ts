// Where a comparison stands in one log, in source offsets: before a whole batch, inside one whose records are
// decoded, or before a span that has no records to compare. Batches of the target are placed by its shifts.
import { type ShiftSegments, sourceFrom, sourceOf } from '../../base/shift-segments.ts';
import type { BatchSource, ComparedBatch } from './batch-source.ts';
import { decodeRecords, type PlainRecord, UndecodableBatch } from './records.ts';

/** A record and the source offset that belongs to it. */
export interface PlacedRecord {
  readonly at: bigint;
  readonly record: PlainRecord;
}

export type CursorItem =
  /** Not decoded yet. */
  | { readonly kind: 'batch' }
  /** What is left of a batch, at least one record. */
  | { readonly kind: 'records'; readonly left: PlacedRecord[] }
  | { readonly kind: 'aborted' }
  /** It cannot be decoded; why. */
  | { readonly kind: 'damaged'; readonly why: string };

const batchItem: CursorItem = { kind: 'batch' };
const abortedItem: CursorItem = { kind: 'aborted' };

export interface CursorParts {
  readonly log: BatchSource;
  /** Of the target; none for a source. */
  readonly segments: ShiftSegments;
  /** Records outside are left out. Source offsets, `to` is exclusive. */
  readonly from: bigint;
  readonly to: bigint;
  /** Told each batch once, before anything is done with it. */
  readonly onBatch: (batch: ComparedBatch) => void;
  /** Told target records that belong to no source offset. */
  readonly onHomeless: (first: bigint, last: bigint) => void;
}

export class LogCursor {
  readonly #parts: CursorParts;
  #batch: ComparedBatch | undefined;
  #item: CursorItem | undefined;
  #first = 0n;
  #last = 0n;
  #judgedTo: bigint;
  recordsDecoded = 0n;

  constructor(parts: CursorParts) {
    this.#parts = parts;
    this.#judgedTo = parts.from;
  }

  /** Undefined at the end. */
  get item(): CursorItem | undefined {
    return this.#item;
  }

  /** The batch that the item stands for or comes from. */
  get batch(): ComparedBatch | undefined {
    return this.#batch;
  }

  /** The source offsets of the item's ends. */
  get first(): bigint {
    return this.#first;
  }

  get last(): bigint {
    return this.#last;
  }

  /** Below this source offset the log was trimmed while it was read. */
  get trimmedTo(): bigint {
    return sourceFrom(this.#parts.segments, this.#parts.log.trimmedTo);
  }

  /** To the next item. */
  async step(): Promise<void> {
    this.#item = undefined;
    while (this.#item === undefined) {
      const batch = await this.#parts.log.next();
      this.#batch = batch;
      if (batch === undefined) return;
      this.#take(batch);
    }
  }

  /** Leaves out everything below a source offset; the item may be gone then, and `step` is due. */
  skipTo(offset: bigint): void {
    if (offset <= this.#judgedTo) return;
    this.#judgedTo = offset;
    if (this.#item?.kind === 'records') this.#keep(this.#item.left.filter(({ at }) => at >= offset));
    else if (this.#last < offset) this.#item = undefined;
    else if (this.#first < offset && this.#item?.kind !== 'batch') this.#first = offset;
  }

  /** Leaves out the first `count` records of what is left; the item may be gone then, and `step` is due. */
  drop(count: number): void {
    if (this.#item?.kind === 'records') this.#keep(this.#item.left.slice(count));
  }

  /** Decodes a whole batch; the item may be gone then, and `step` is due. */
  open(): void {
    if (this.#item?.kind !== 'batch' || this.#batch === undefined) return;
    const batch = this.#batch;
    let records: PlainRecord[];
    try {
      records = decodeRecords(batch.bytes);
    } catch (thrown) {
      if (!(thrown instanceof UndecodableBatch)) throw thrown;
      this.#item = { kind: 'damaged', why: thrown.message };
      if (this.#last >= this.#first) return;
      this.#parts.onHomeless(batch.baseOffset, batch.lastOffset);
      this.#item = undefined;
      return;
    }
    this.recordsDecoded += BigInt(records.length);
    const placed: PlacedRecord[] = [];
    for (const record of records) {
      const at = sourceOf(this.#parts.segments, record.offset);
      if (at === undefined) this.#parts.onHomeless(record.offset, record.offset);
      else if (at >= this.#judgedTo && at < this.#parts.to) placed.push({ at, record });
    }
    this.#keep(placed);
  }

  #take(batch: ComparedBatch): void {
    const { segments } = this.#parts;
    if (segments.length === 0) return this.#place(batch, batch.baseOffset, batch.lastOffset);
    const first = sourceOf(segments, batch.baseOffset);
    const last = sourceOf(segments, batch.lastOffset);
    const span = batch.lastOffset - batch.baseOffset;
    if (first !== undefined && last !== undefined && last - first === span) {
      return this.#place(batch, first, last);
    }
    // A segment begins inside: its records are placed one by one.
    const end = sourceFrom(segments, batch.lastOffset + 1n);
    this.#place(batch, first ?? sourceFrom(segments, batch.baseOffset), last ?? end - 1n);
    this.open();
  }

  #place(batch: ComparedBatch, first: bigint, last: bigint): void {
    this.#first = first;
    this.#last = last;
    if (first <= last && last < this.#judgedTo) return;
    this.#parts.onBatch(batch);
    this.#item = batch.aborted ? abortedItem : batchItem;
  }

  #keep(left: PlacedRecord[]): void {
    const [first, last] = [left[0], left.at(-1)];
    if (first === undefined || last === undefined) {
      this.#item = undefined;
      return;
    }
    this.#item = { kind: 'records', left };
    this.#first = first.at;
    this.#last = last.at;
  }
}
