// Which id a soft partition's data goes under: the newest recorded one whose predecessor the partition has
// seen closed (docs/design/soft-partitions.md).
import { shiftKey } from '../../base/shift-segments.ts';
import type { Softness } from '../../base/softness.ts';
import type { Fence, PartitionFact, ProducerEpoch } from './fence.ts';
import { Obstacle } from './obstacle.ts';
import { type PartitionEnd, placeOf, readOffset, readProducers } from './partition-end.ts';
import { causeOf } from './stop-cause.ts';
import { softWriterOf, type Writer } from './writer.ts';

/** One above every epoch that a coordinator gives out: only the last filler of an id carries it. */
export const closingEpoch = 32_767;

export interface SoftStart {
  readonly writer: Writer;
  /** Last sequence of the id at the log's end; -1 behind fillers; undefined where no id is known there. */
  readonly lastSequence: number | undefined;
}

export interface DataIdSite {
  /** Since when holes may look different to another worker; undefined where they may not. */
  readonly soft: Softness | undefined;
  fence(): Promise<Fence>;
  /** Acknowledged by the ledger. */
  record(target: PartitionEnd, fact: PartitionFact): Promise<void>;
}

/** The ids that the partition's data may be under, the newest last. One that begins records its guard. */
export async function dataIdsOf(
  site: DataIdSite,
  fence: Fence,
  target: PartitionEnd,
  takeGuard: () => Promise<ProducerEpoch>,
): Promise<readonly ProducerEpoch[]> {
  const known = dataIdsIn(fence, target, site.soft) ?? dataIdsIn(await site.fence(), target, site.soft);
  if (known !== undefined) return known;
  const { producerId, producerEpoch } = await takeGuard();
  await site.record(target, { kind: 'data-id', producerId, producerEpoch });
  // Of several that begin at once the first one in the ledger counts.
  const recorded = dataIdsIn(await site.fence(), target, site.soft);
  if (recorded !== undefined) return recorded;
  throw new Obstacle(
    causeOf('CW-2020', `${placeOf(target)}: the ledger does not hold the data id it was told`),
  );
}

/** As the ledger has them. What became soft later may hold data under the generation's id. */
export function dataIdsIn(
  { producerId, producerEpoch, dataIds }: Fence,
  { topicId, partition }: PartitionEnd,
  soft: Softness | undefined,
): readonly ProducerEpoch[] | undefined {
  const recorded = dataIds?.get(shiftKey(topicId, partition));
  return soft === 'later' ? [{ producerId, producerEpoch }, ...(recorded ?? [])] : recorded;
}

/**
 * The id in force at the leader, and its last sequence there. `dataIds` must not be empty. An id that the
 * leader does not know goes on at the epoch that the guard has just been raised to: its sequences begin
 * anew, and within an epoch they must tell distances.
 */
export async function readSoftStart(
  target: PartitionEnd,
  fence: Fence,
  dataIds: readonly ProducerEpoch[],
  guard: ProducerEpoch,
): Promise<SoftStart> {
  // DescribeProducers names no leader epoch: this read before it shows that the leader is the one we mean.
  await readOffset(target, 'end');
  const states = new Map((await readProducers(target)).map((state) => [state.producerId, state]));
  const isKnown = ({ producerId }: ProducerEpoch) => states.has(producerId);
  const isClosed = ({ producerId }: ProducerEpoch) => states.get(producerId)?.producerEpoch === closingEpoch;
  /** A guard may be known by fillers alone: then the id before it is known, too. */
  const follows = (id: ProducerEpoch, before: ProducerEpoch | undefined) =>
    before === undefined || isClosed(before) || (isKnown(id) && !isKnown(before));
  const at = dataIds.findLastIndex((id, index) => follows(id, dataIds[index - 1]));
  const inForce = dataIds[at] as ProducerEpoch;
  const state = states.get(inForce.producerId);
  if (state !== undefined)
    return { writer: softWriterOf(state, fence, dataIds), lastSequence: state.lastSequence };
  const isBehindClosing = at > 0;
  const begins = inForce.producerId === guard.producerId ? guard : inForce;
  return { writer: softWriterOf(begins, fence, dataIds), lastSequence: isBehindClosing ? -1 : undefined };
}
