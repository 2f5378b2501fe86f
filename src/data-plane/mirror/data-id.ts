// Which id a soft partition's data goes under: the newest recorded one whose predecessor the partition has
// seen closed (docs/design/soft-partitions.md).
import type { Fence, ProducerEpoch } from './fence.ts';
import { shiftKey } from '../../base/shift-segments.ts';
import { type PartitionEnd, readOffset, readProducers } from './partition-end.ts';
import { softWriterOf, type Writer } from './writer.ts';

/** One above every epoch that a coordinator gives out: only the last filler of an id carries it. */
export const closingEpoch = 32_767;

export interface SoftStart {
  readonly writer: Writer;
  /** Last sequence of the id at the log's end, -1 behind fillers; undefined where it is not known there. */
  readonly lastSequence: number | undefined;
}

export interface DataIdSite {
  fence(): Promise<Fence>;
  recordDataId(target: PartitionEnd, dataId: ProducerEpoch): Promise<void>;
}

/**
 * The ids that are recorded for the partition, the newest last. One that begins records `guard`; undefined
 * for one that was given data before it was soft.
 */
export async function dataIdsOf(
  site: DataIdSite,
  fence: Fence,
  target: PartitionEnd,
  takeGuard: () => Promise<ProducerEpoch>,
): Promise<readonly ProducerEpoch[] | undefined> {
  const known = dataIdsIn(fence, target);
  if (known !== undefined) return known;
  if ((await readOffset(target, 'end')) > 0n) return undefined;
  await site.recordDataId(target, await takeGuard());
  // Of several that begin at once the first one in the ledger counts.
  return dataIdsIn(await site.fence(), target);
}

export const dataIdsIn = ({ dataIds }: Fence, { topicId, partition }: PartitionEnd) =>
  dataIds?.get(shiftKey(topicId, partition));

/** The id in force at the leader, and its last sequence there. `dataIds` must not be empty. */
export async function readSoftStart(
  target: PartitionEnd,
  fence: Fence,
  dataIds: readonly ProducerEpoch[],
): Promise<SoftStart> {
  // DescribeProducers names no leader epoch: this read before it shows that the leader is the one we mean.
  await readOffset(target, 'end');
  const states = new Map((await readProducers(target)).map((state) => [state.producerId, state]));
  const isClosed = ({ producerId }: ProducerEpoch) => states.get(producerId)?.producerEpoch === closingEpoch;
  const inForce = dataIds.findLast(
    ({ producerId }, index) =>
      index === 0 || states.has(producerId) || isClosed(dataIds[index - 1] as ProducerEpoch),
  ) as ProducerEpoch;
  const state = states.get(inForce.producerId);
  if (state === undefined) return { writer: softWriterOf(inForce, fence, dataIds), lastSequence: undefined };
  return { writer: softWriterOf(state, fence, dataIds), lastSequence: state.lastSequence };
}
