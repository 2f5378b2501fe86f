// What one partition has fetched and not yet written: runs of batches and holes, in their order, and the
// bytes that are kept for it in all. What was fetched together stays together, and a batch is cut off when it
// is sent: an object per waiting batch would cost more memory than small batches themselves.
import { batchLengthOf, recordCountOf } from '../../kafka/batch/header.ts';
import type { Lease } from '../../kafka/wire/messages.ts';
import type { Holes, Piece } from './intake.ts';
import type { SourceOffset } from './offsets.ts';

/** One batch on its way; `lease` keeps `bytes` alive until it is released. */
export interface QueuedBatch {
  readonly bytes: Buffer;
  readonly recordCount: number;
  readonly lease: Lease;
}

/** Batches one behind the other, of which those before `at` have been taken. */
interface WaitingRun {
  readonly kind: 'run';
  readonly bytes: Buffer;
  at: number;
  readonly lease: Lease;
}

/** Memory that nobody waits for. */
const noLease: Lease = { retain: () => undefined, release: () => undefined };

export class PieceQueue {
  readonly #pieces: (WaitingRun | Holes)[] = [];
  /** Bytes waiting and in flight: what is taken still counts until `landed`. */
  #bytes = 0;
  #isDropped = false;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }
  get bytes(): number {
    return this.#bytes;
  }
  /** Bytes of the batch that comes first; 0 where none does. */
  get firstBytes(): number {
    const [first] = this.#pieces;
    return first?.kind === 'run' ? batchLengthOf(first.bytes, first.at) : 0;
  }
  /** Records of that batch; 0 where none comes first. */
  get firstRecords(): number {
    const [first] = this.#pieces;
    return first?.kind === 'run' ? recordCountOf(first.bytes, first.at) : 0;
  }
  /** The holes that come first, if holes do. */
  get firstHoles(): Holes | undefined {
    const [first] = this.#pieces;
    return first?.kind === 'holes' ? first : undefined;
  }

  /** Takes pieces over. The lease is retained until the last batch of each run is taken or dropped. */
  push(pieces: readonly Piece[], lease: Lease): void {
    for (const piece of pieces) {
      if (piece.kind === 'holes') this.pushHoles(piece);
      else {
        const held = piece.isMade ? noLease : lease;
        held.retain();
        this.#pieces.push({ kind: 'run', bytes: piece.bytes, at: 0, lease: held });
        this.#bytes += piece.bytes.length;
      }
    }
  }

  /** A run of holes that two answers share is one run. */
  pushHoles(holes: Holes): void {
    const last = this.#pieces.at(-1);
    if (last?.kind === 'holes') this.#pieces[this.#pieces.length - 1] = { ...last, to: holes.to };
    else this.#pieces.push(holes);
  }

  /** The first batch, with a reference of its own to the lease; undefined where none comes first. */
  take(): QueuedBatch | undefined {
    const [run] = this.#pieces;
    if (run?.kind !== 'run') return undefined;
    const { bytes, at, lease } = run;
    const recordCount = recordCountOf(bytes, at);
    run.at += batchLengthOf(bytes, at);
    // The last batch takes over the reference of its run.
    if (run.at < bytes.length) lease.retain();
    else this.#pieces.shift();
    return { bytes: bytes.subarray(at, run.at), recordCount, lease };
  }

  /** The holes that come first are filled up to `to`. */
  fill(to: SourceOffset): void {
    const holes = this.firstHoles;
    if (holes === undefined) return;
    if (to >= holes.to) this.#pieces.shift();
    else this.#pieces[0] = { ...holes, from: to };
  }

  /** A taken batch has been acknowledged. */
  landed(batch: QueuedBatch): void {
    if (!this.#isDropped) this.#bytes -= batch.bytes.length;
  }

  /** Lets go of everything that waits, for good; what is in flight is not counted any more. */
  drop(): void {
    this.#isDropped = true;
    for (const piece of this.#pieces) if (piece.kind === 'run') piece.lease.release();
    this.#pieces.length = 0;
    this.#bytes = 0;
  }
}
