// The fetched batches of one partition that wait to be sent, and the bytes that are kept for it in all. What
// was fetched together stays together, and a batch is cut off when it is sent: an object per waiting batch
// would cost more memory than small batches themselves.
import { batchLengthOf, recordCountOf } from '../../kafka/batch/header.ts';
import type { Lease } from '../../kafka/wire/messages.ts';

/** One batch on its way; `lease` keeps `bytes` alive until it is released. */
export interface QueuedBatch {
  readonly bytes: Buffer;
  readonly recordCount: number;
  readonly lease: Lease;
}

/** Batches one behind the other, of which those before `at` have been taken. */
interface Run {
  readonly bytes: Buffer;
  at: number;
  readonly lease: Lease;
}

export class BatchQueue {
  readonly #runs: Run[] = [];
  #length = 0;
  /** Bytes waiting and in flight: what is taken still counts until `landed`. */
  #bytes = 0;

  /** Batches that wait. */
  get length(): number {
    return this.#length;
  }
  get bytes(): number {
    return this.#bytes;
  }
  /** Bytes of the first batch; 0 when empty. */
  get firstBytes(): number {
    const [run] = this.#runs;
    return run === undefined ? 0 : batchLengthOf(run.bytes, run.at);
  }

  /** Takes over `batches` whole batches. Retains the lease until the last of them is taken or dropped. */
  push(bytes: Buffer, batches: number, lease: Lease): void {
    if (batches === 0) return;
    lease.retain();
    this.#runs.push({ bytes, at: 0, lease });
    this.#length += batches;
    this.#bytes += bytes.length;
  }

  /** The first batch, with a reference of its own to the lease; undefined when empty. */
  take(): QueuedBatch | undefined {
    const [run] = this.#runs;
    if (run === undefined) return undefined;
    const { bytes, at, lease } = run;
    const recordCount = recordCountOf(bytes, at);
    run.at += batchLengthOf(bytes, at);
    this.#length -= 1;
    // The last batch takes over the reference of its run.
    if (run.at < bytes.length) lease.retain();
    else this.#runs.shift();
    return { bytes: bytes.subarray(at, run.at), recordCount, lease };
  }

  /** A taken batch has been acknowledged. */
  landed(batch: QueuedBatch): void {
    this.#bytes -= batch.bytes.length;
  }

  /** Lets go of everything that waits; what is in flight is not counted any more. */
  drop(): void {
    for (const { lease } of this.#runs) lease.release();
    this.#runs.length = 0;
    this.#length = 0;
    this.#bytes = 0;
  }
}
