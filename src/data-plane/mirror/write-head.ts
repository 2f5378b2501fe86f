// Where the next batch goes: its expected offset, its sequence, and the fence's stamp.
import { type FenceStamp, patchForProduce, stampOf } from '../../kafka/batch/patch.ts';
import { asTarget, type TargetOffset } from './offsets.ts';
import type { QueuedBatch } from './piece-queue.ts';
import { sequenceAfter } from './sequence.ts';
import type { StartPoint } from './start-procedure.ts';

export class WriteHead {
  readonly #stamp: FenceStamp;
  #expected: TargetOffset;
  #shift: bigint;
  #sequence: number;

  constructor(point: StartPoint) {
    this.#stamp = stampOf(point.fence.producerId, point.fence.producerEpoch);
    this.#expected = point.position;
    this.#shift = point.shift;
    this.#sequence = point.nextSequence;
  }

  /** Where the batch after those stamped so far is expected. */
  get next(): TargetOffset {
    return this.#expected;
  }
  /** Target offset less source offset, from `next` on. */
  get shift(): bigint {
    return this.#shift;
  }

  /** Patches the batch in place for the target and moves on; returns where it is expected. */
  stamp(batch: QueuedBatch): TargetOffset {
    const expected = this.#expected;
    patchForProduce(batch.bytes, 0, this.#stamp, this.#sequence);
    this.#sequence = sequenceAfter(this.#sequence, batch.recordCount);
    this.#expected = asTarget(expected + BigInt(batch.recordCount));
    return expected;
  }

  /** Fillers stand up to `next`; they are of another id and leave the sequence as it is (fact 12). */
  moveTo(next: TargetOffset, shift: bigint): void {
    this.#expected = next;
    this.#shift = shift;
  }
}
