// Under which producer id a partition's data is written: the generation's, or the guard's where it is soft.
import type { Fence, ProducerEpoch } from './fence.ts';

/** The epoch is the one that the partition has. */
export interface Writer extends ProducerEpoch {
  /** Offsets may be empty that were not when they were looked at before (docs/design/soft-partitions.md). */
  readonly isSoft: boolean;
  /** All that this mirror has written data under. */
  readonly ids: ReadonlySet<bigint>;
  /** Of a soft partition: as the ledger has them. */
  readonly dataIds: readonly ProducerEpoch[] | undefined;
}

export const writerOf = ({ producerId, producerEpoch }: Fence): Writer => ({
  producerId,
  producerEpoch,
  isSoft: false,
  ids: new Set([producerId]),
  dataIds: undefined,
});

export const softWriterOf = (
  { producerId, producerEpoch }: ProducerEpoch,
  fence: Fence,
  dataIds: readonly ProducerEpoch[],
): Writer => ({
  producerId,
  producerEpoch,
  isSoft: true,
  ids: new Set([fence, ...dataIds].map((each) => each.producerId)),
  dataIds,
});
