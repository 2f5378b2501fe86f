// The source's committed history of one partition, gathered while it grows. What is committed once may never
// change, unless a test takes it away on purpose.
import { type BatchView, canonicalBytes, type LogView, rangeText, Violation } from './log-view.ts';

export interface CommittedBatch extends BatchView {
  readonly canonical: Buffer;
}

export class CommittedHistory {
  readonly #name: string;
  #byBase = new Map<bigint, CommittedBatch>();
  #end = 0n;

  constructor(name: string) {
    this.#name = name;
  }

  get end(): bigint {
    return this.#end;
  }
  get batches(): readonly CommittedBatch[] {
    return [...this.#byBase.values()];
  }
  at(baseOffset: bigint): CommittedBatch | undefined {
    return this.#byBase.get(baseOffset);
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
      this.#byBase.set(batch.baseOffset, { ...batch, canonical: canonicalBytes(batch.bytes) });
      this.#end = batch.lastOffset + 1n;
    }
  }

  /** The source has lost everything from `end` on, for good. */
  lose(end: bigint): void {
    for (const [base, batch] of this.#byBase) if (batch.lastOffset >= end) this.#byBase.delete(base);
    const last = [...this.#byBase.values()].at(-1);
    this.#end = last === undefined ? 0n : last.lastOffset + 1n;
  }
}
