// The fence of one generation: the producer id and epoch under which every worker of the region writes.
import type { LostRanges } from '../../base/lost-ranges.ts';
import type { PartitionStart } from '../../base/partition-start.ts';
import type { ShiftSegments } from '../../base/shift-segments.ts';
import type { PartitionEnd } from './partition-end.ts';

export interface ProducerEpoch {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** The open generation of a mirror set in this region, as recorded in `causeway.generations`. */
export interface Fence extends ProducerEpoch {
  readonly generation: number;
  /** Where target and source are apart, by `shiftKey`; absent: nowhere. */
  readonly shifts?: ReadonlyMap<string, ShiftSegments>;
  /** Under which ids soft partitions carry their data, by `shiftKey`, the newest last; absent: none does. */
  readonly dataIds?: ReadonlyMap<string, readonly ProducerEpoch[]>;
  /** Where copies begin, by `shiftKey`; absent: at offset 0, or nowhere yet. */
  readonly starts?: ReadonlyMap<string, PartitionStart>;
  /** Source offsets that were lost to copies, by `shiftKey`; absent: none. */
  readonly losses?: ReadonlyMap<string, LostRanges>;
}

/** What the ledger has to know of a partition before anything that rests on it is written. */
export type PartitionFact =
  /** The segment that begins at a target offset. */
  | { readonly kind: 'shifted'; readonly firstTargetOffset: bigint; readonly shift: bigint }
  | ({ readonly kind: 'data-id' } & ProducerEpoch)
  /** Where the copy shall begin: what counts is the first one of the partition, maybe another worker's. */
  | ({ readonly kind: 'started' } & PartitionStart)
  /** Source offsets that retention deleted before they were copied. */
  | { readonly kind: 'lost'; readonly firstOffset: bigint; readonly endOffset: bigint };

export type RecordedFact = PartitionFact & {
  readonly set: string;
  readonly targetTopicId: string;
  readonly topic: string;
  readonly partition: number;
};

/** The ledger, as far as a mirror partition needs it. */
export interface FenceSource {
  /** The open generation of the set, or undefined where none is open. Re-reads the ledger to its end. */
  currentFence(set: string): Promise<Fence | undefined>;
  /** Resolves once it is committed, and rejects otherwise. */
  record(fact: RecordedFact): Promise<void>;
}

export const sameFence = (a: Fence, b: Fence): boolean =>
  a.generation === b.generation && a.producerId === b.producerId && a.producerEpoch === b.producerEpoch;

type TopicPartition = Pick<PartitionEnd, 'topicId' | 'topic' | 'partition'>;

export const factOf = (
  set: string,
  { topicId: targetTopicId, topic, partition }: TopicPartition,
  fact: PartitionFact,
): RecordedFact => ({ set, targetTopicId, topic, partition, ...fact });
