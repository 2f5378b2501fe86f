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
  /** Those from `stableEnd` on. */
  #undecided: CommittedBatch[] = [];
  /** Of each transaction that has not ended, by producer id. */
  readonly #open = new Map<bigint, CommittedBatch[]>();
  /** Markers, and what they aborted. */
  readonly #unseen = new Set<CommittedBatch>();
  /** Below `stableEnd`: what is seen. */
  readonly #seen: CommittedBatch[] = [];
  readonly #byBase = new Map<bigint, CommittedBatch>();
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
      this.#take({ ...batch, canonical: canonicalBytes(batch.bytes) });
    }
    this.#decide();
  }

  /** The source has lost everything from `end` on, for good. */
  lose(end: bigint): void {
    const left = this.#all.filter(({ lastOffset }) => lastOffset < end);
    this.#all = [];
    this.#undecided = [];
    this.#seen.length = 0;
    for (const each of [this.#open, this.#unseen, this.#byBase]) each.clear();
    this.#end = 0n;
    for (const batch of left) this.#take(batch);
    this.#decide();
  }

  /** A transaction is what its marker says. */
  #take(batch: CommittedBatch): void {
    this.#all.push(batch);
    this.#undecided.push(batch);
    this.#end = batch.lastOffset + 1n;
    const attributes = batch.bytes.readInt16BE(21);
    const producerId = batch.bytes.readBigInt64BE(43);
    if ((attributes & controlBit) !== 0) {
      if (isAbort(batch.bytes)) for (const each of this.#open.get(producerId) ?? []) this.#unseen.add(each);
      this.#open.delete(producerId);
      this.#unseen.add(batch);
    } else if ((attributes & transactionalBit) !== 0) {
      this.#open.set(producerId, [...(this.#open.get(producerId) ?? []), batch]);
    }
  }

  /** Nothing behind a transaction that is open is certain. */
  #decide(): void {
    const firstOpen = [...this.#open.values()].map(([batch]) => (batch as CommittedBatch).baseOffset);
    this.#stableEnd = firstOpen.reduce((least, each) => (each < least ? each : least), this.#end);
    const undecided = this.#undecided.findIndex(({ lastOffset }) => lastOffset >= this.#stableEnd);
    const count = undecided < 0 ? this.#undecided.length : undecided;
    for (const batch of this.#undecided.splice(0, count)) {
      if (this.#unseen.delete(batch)) continue;
      this.#seen.push(batch);
      this.#byBase.set(batch.baseOffset, batch);
    }
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
