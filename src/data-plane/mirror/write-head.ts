// Where the next batch goes: its expected offset, its sequence, and the fence's stamp.
import { type FenceStamp, patchForProduce, stampOf } from '../../kafka/batch/patch.ts';
import { asTarget, type TargetOffset } from './offsets.ts';
import type { QueuedBatch } from './piece-queue.ts';
import { sequenceAfter } from './sequence.ts';
import type { ProducerEpoch } from './fence.ts';
import type { StartPoint } from './start-procedure.ts';

export class WriteHead {
  #stamp: FenceStamp;
  #producerId: bigint;
  #expected: TargetOffset;
  #shift: bigint;
  #sequence: number;

  constructor(point: StartPoint) {
    this.#stamp = stampOf(point.writer.producerId, point.writer.producerEpoch);
    this.#producerId = point.writer.producerId;
    this.#expected = point.position;
    this.#shift = point.shift;
    this.#sequence = point.nextSequence;
  }

  /** Where the batch after those stamped so far is expected. */
  get next(): TargetOffset {
    return this.#expected;
  }
  /** Of what is written next. */
  get producerId(): bigint {
    return this.#producerId;
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

  /**
   * Fillers stand up to `next`. Those of another id than the data's leave the sequence as it is (fact 12);
   * after those of the same id data begins anew, at `begins`, with sequence 0.
   */
  moveTo(next: TargetOffset, shift: bigint, begins?: ProducerEpoch): void {
    this.#expected = next;
    this.#shift = shift;
    if (begins === undefined) return;
    this.#producerId = begins.producerId;
    this.#stamp = stampOf(begins.producerId, begins.producerEpoch);
    this.#sequence = 0;
  }
}
