// The source's committed history of one partition, gathered while it grows: batches that a reader of
// committed records sees, and holes, offsets of markers and aborted records. What is committed once may
// never change, unless a test takes it away on purpose.
import { type BatchView, canonicalBytes, type LogView, rangeText, Violation } from './log-view.ts';

export interface CommittedBatch extends BatchView {
  readonly canonical: Buffer;
}

const transactionalBit = 0x10;
const controlBit = 0x20;
const bodyAt = 61;

export class CommittedHistory {
  readonly #name: string;
  /** Every batch below `end`. */
  #all: CommittedBatch[] = [];
  /** Below `stableEnd`: what is seen. */
  #seen: CommittedBatch[] = [];
  #byBase = new Map<bigint, CommittedBatch>();
  #end = 0n;
  #stableEnd = 0n;

  constructor(name: string) {
    this.#name = name;
  }

  /** Below it everything is replicated. */
  get end(): bigint {
    return this.#end;
  }
  /** Below it every transaction has ended. */
  get stableEnd(): bigint {
    return this.#stableEnd;
  }
  /** What a reader of committed records sees, in order. */
  get batches(): readonly CommittedBatch[] {
    return this.#seen;
  }
  at(baseOffset: bigint): CommittedBatch | undefined {
    return this.#byBase.get(baseOffset);
  }

  /** The batch that holds an offset; undefined for a hole. */
  holding(offset: bigint): CommittedBatch | undefined {
    const index = firstFrom(this.#seen, offset + 1n) - 1;
    const batch = this.#seen[index];
    return batch !== undefined && offset <= batch.lastOffset ? batch : undefined;
  }
  /** The first batch that begins at or behind an offset. */
  after(offset: bigint): CommittedBatch | undefined {
    return this.#seen[firstFrom(this.#seen, offset)];
  }

  /** Takes in what the leader's log shows below its high watermark. */
  look(log: LogView, highWatermark: bigint): void {
    if (highWatermark <= this.#end) return;
    const first = log.batches.findLastIndex((batch) => batch.baseOffset <= this.#end);
    for (const batch of log.batches.slice(Math.max(0, first))) {
      if (batch.lastOffset >= highWatermark) break;
      if (batch.lastOffset < this.#end) continue;
      if (batch.baseOffset !== this.#end) {
        throw new Violation(`${this.#name}: committed up to ${this.#end}, goes on at ${rangeText(batch)}`);
      }
      this.#all.push({ ...batch, canonical: canonicalBytes(batch.bytes) });
      this.#end = batch.lastOffset + 1n;
    }
    this.#judge();
  }

  /** The source has lost everything from `end` on, for good. */
  lose(end: bigint): void {
    this.#all = this.#all.filter(({ lastOffset }) => lastOffset < end);
    this.#end = (this.#all.at(-1)?.lastOffset ?? -1n) + 1n;
    this.#judge();
  }

  /** A transaction is what its marker says, and nothing behind one that is open is certain. */
  #judge(): void {
    const open = new Map<bigint, CommittedBatch[]>();
    const aborted = new Set<CommittedBatch>();
    for (const batch of this.#all) {
      const attributes = batch.bytes.readInt16BE(21);
      const producerId = batch.bytes.readBigInt64BE(43);
      if ((attributes & controlBit) !== 0) {
        if (isAbort(batch.bytes)) for (const each of open.get(producerId) ?? []) aborted.add(each);
        open.delete(producerId);
        aborted.add(batch);
      } else if ((attributes & transactionalBit) !== 0) {
        open.set(producerId, [...(open.get(producerId) ?? []), batch]);
      }
    }
    const firstOpen = [...open.values()].map(([batch]) => (batch as CommittedBatch).baseOffset);
    this.#stableEnd = firstOpen.reduce((least, each) => (each < least ? each : least), this.#end);
    this.#seen = this.#all.filter((batch) => batch.lastOffset < this.#stableEnd && !aborted.has(batch));
    this.#byBase = new Map(this.#seen.map((batch) => [batch.baseOffset, batch]));
  }
}

/** Index of the first batch that begins at or behind `offset`. */
function firstFrom(batches: readonly CommittedBatch[], offset: bigint): number {
  let [low, high] = [0, batches.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((batches[middle] as CommittedBatch).baseOffset < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of a control batch: length, attributes and two deltas of one byte each, then the key: version and type. */
const isAbort = (bytes: Buffer): boolean => bytes.readInt16BE(bodyAt + 5 + 2) === 0;
