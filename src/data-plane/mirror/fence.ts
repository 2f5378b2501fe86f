// The fence of one generation: the producer id and epoch under which every worker of the region writes.
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
}

/** What the ledger has to know from now on: the segment that begins at a target offset. */
export interface RecordedShift {
  readonly set: string;
  readonly targetTopicId: string;
  readonly topic: string;
  readonly partition: number;
  readonly firstTargetOffset: bigint;
  readonly shift: bigint;
}

/** What the ledger has to know before anything is written under it. */
export interface RecordedDataId extends ProducerEpoch {
  readonly set: string;
  readonly targetTopicId: string;
  readonly topic: string;
  readonly partition: number;
}

/** Where the copy of a partition shall begin, unless the ledger has that already. */
export interface RecordedStart extends PartitionStart {
  readonly set: string;
  readonly targetTopicId: string;
  readonly topic: string;
  readonly partition: number;
}

/** The ledger, as far as a mirror partition needs it. */
export interface FenceSource {
  /** The open generation of the set, or undefined where none is open. Re-reads the ledger to its end. */
  currentFence(set: string): Promise<Fence | undefined>;
  /** Resolves once it is committed, and rejects otherwise. */
  recordShift(shift: RecordedShift): Promise<void>;
  /** As `recordShift`. */
  recordDataId(dataId: RecordedDataId): Promise<void>;
  /** As `recordShift`. What counts is the first one of the partition, which may be another worker's. */
  recordStart(start: RecordedStart): Promise<void>;
}

export const sameFence = (a: Fence, b: Fence): boolean =>
  a.generation === b.generation && a.producerId === b.producerId && a.producerEpoch === b.producerEpoch;

type TopicPartition = Pick<PartitionEnd, 'topicId' | 'topic' | 'partition'>;

export const shiftOf = (
  set: string,
  { topicId, topic, partition }: TopicPartition,
  firstTargetOffset: bigint,
  shift: bigint,
): RecordedShift => ({ set, targetTopicId: topicId, topic, partition, firstTargetOffset, shift });

export const dataIdOf = (
  set: string,
  { topicId, topic, partition }: TopicPartition,
  { producerId, producerEpoch }: ProducerEpoch,
): RecordedDataId => ({ set, targetTopicId: topicId, topic, partition, producerId, producerEpoch });
