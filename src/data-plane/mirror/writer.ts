// Under which producer id a partition's data is written: the generation's, or the guard's where it is soft.
import type { Fence, ProducerEpoch } from './fence.ts';

/** The epoch is the one that the partition has. */
export interface Writer extends ProducerEpoch {
  /** Offsets may be empty that were not when they were looked at before (docs/design/soft-partitions.md). */
  readonly isSoft: boolean;
  /** Of all partitions that are not soft. Between data under it stand fillers that no sequence tells of. */
  readonly generationId: bigint;
  /** All that this mirror has written data under. */
  readonly ids: ReadonlySet<bigint>;
  /** Of a soft partition: by what the ledger says. */
  readonly dataIds: readonly ProducerEpoch[] | undefined;
}

export const writerOf = ({ producerId, producerEpoch }: Fence): Writer => ({
  producerId,
  producerEpoch,
  isSoft: false,
  generationId: producerId,
  ids: new Set([producerId]),
  dataIds: undefined,
});

/** Of a partition that has become soft: its data changes to the guard's id at the next hole. */
export const isChanging = ({ isSoft, producerId, generationId }: Writer): boolean =>
  isSoft && producerId === generationId;

export const softWriterOf = (
  { producerId, producerEpoch }: ProducerEpoch,
  fence: Fence,
  dataIds: readonly ProducerEpoch[],
): Writer => ({
  producerId,
  producerEpoch,
  isSoft: true,
  generationId: fence.producerId,
  ids: new Set([fence, ...dataIds].map((each) => each.producerId)),
  dataIds,
});
