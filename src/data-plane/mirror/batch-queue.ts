// The fetched batches of one partition that wait to be sent, and the bytes that are kept for it in all.
import type { QueuedBatch } from './intake.ts';

/** Taken entries kept at the front before the list is moved up. */
const takenMax = 256;

export class BatchQueue {
  #batches: QueuedBatch[] = [];
  #head = 0;
  /** Bytes waiting and in flight: what is taken still counts until `landed`. */
  #bytes = 0;

  get length(): number {
    return this.#batches.length - this.#head;
  }
  get bytes(): number {
    return this.#bytes;
  }
  get first(): QueuedBatch | undefined {
    return this.#batches[this.#head];
  }

  push(batch: QueuedBatch): void {
    this.#batches.push(batch);
    this.#bytes += batch.bytes.length;
  }

  /** The first batch; undefined when empty. */
  take(): QueuedBatch | undefined {
    const batch = this.#batches[this.#head];
    if (batch === undefined) return undefined;
    this.#head += 1;
    if (this.#head > takenMax && this.#head * 2 > this.#batches.length) {
      this.#batches.splice(0, this.#head);
      this.#head = 0;
    }
    return batch;
  }

  /** A taken batch has been acknowledged. */
  landed(batch: QueuedBatch): void {
    this.#bytes -= batch.bytes.length;
  }

  /** Lets go of everything that waits; what is in flight is not counted any more. */
  drop(): void {
    for (let at = this.#head; at < this.#batches.length; at += 1) this.#batches[at]?.lease.release();
    this.#batches = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
