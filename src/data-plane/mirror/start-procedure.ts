// The start procedure: finds where and under which sequence a partition goes on, from the logs alone. It runs
// after every start, error, leader change, unexpected answer and long pause.
import { isDeepStrictEqual } from 'node:util';
import { isLost } from '../../base/lost-ranges.ts';
import type { Random } from '../../base/random.ts';
import {
  areSameSegments,
  identicalOffsets,
  shiftKey,
  type ShiftSegments,
} from '../../base/shift-segments.ts';
import { type DataIdSite, dataIdsIn, dataIdsOf, readSoftStart } from './data-id.ts';
import { type Fence, sameFence } from './fence.ts';
import type { Guard } from './fill.ts';
import { type ApartLogs, withRange } from './first-difference.ts';
import { type FirstOffsetSite, startIn, withStart } from './first-offset.ts';
import { isMixedEpoch } from './mixed-epochs.ts';
import { Obstacle } from './obstacle.ts';
import { asTarget, type SourceOffset, type TargetOffset, toSource } from './offsets.ts';
import { type PartitionEnd, placeOf, readOffset, readProducer } from './partition-end.ts';
import { lacksPrefix, type MissingPrefix } from './prefix.ts';
import { replicated } from './replicated.ts';
import { sequenceAfter, sequenceMax } from './sequence.ts';
import { trailingHoles } from './source-holes.ts';
import { causeOf, isLasting } from './stop-cause.ts';
import type { Tail } from './tail.ts';
import { checkTail } from './tail-check.ts';
import { isChanging, type Writer, writerOf } from './writer.ts';

/** What the start procedure needs from around it. `fence` throws Obstacle where no generation is open. */
export interface StartSite extends FirstOffsetSite, DataIdSite {
  readonly random: Random;
  readonly signal: AbortSignal;
  /** What the ledger said when it was last read; reads it where it has not been. */
  knownFence(): Promise<Fence>;
  /** Leader, epoch and topic id from fresh metadata, with a connection to that leader; throws Obstacle. */
  findEnd(side: 'source' | 'target'): Promise<PartitionEnd>;
  /** As of filling: a predecessor can begin no run of holes any more. */
  takeGuard(target: PartitionEnd): Promise<Guard>;
}

export interface StartPoint {
  readonly fence: Fence;
  /** Under which id data goes on. */
  readonly writer: Writer;
  /** Of a soft partition. */
  readonly guard: Guard | undefined;
  readonly position: TargetOffset;
  /** Target offset less source offset at the position; 0 where both are identical. */
  readonly shift: bigint;
  readonly nextSequence: number;
  /**
   * True where the sequence stands in the bytes before the position. Otherwise one batch goes alone before
   * the window opens: were the number too low, that one would be refused, and a later one would fit.
   */
  readonly proven: boolean;
  readonly source: PartitionEnd;
  readonly target: PartitionEnd;
  readonly tail: Tail;
  /** The log ends in fillers of the data's own id, of which another worker may have more under way. */
  readonly isBehindFillers: boolean;
  /** The source holds nothing from the position up to there, and no fetch would say so. */
  readonly holesTo: SourceOffset | undefined;
}

/** Where the partition goes on, or what is missing of its prefix before it can. */
export async function findStart(site: StartSite): Promise<StartPoint | MissingPrefix> {
  const known = await site.knownFence();
  const [source, { target, guard, position, writer, lastSequence }] = await Promise.all([
    site.findEnd('source'),
    readTarget(site, known),
  ]);
  // After the log's end: how data is shifted was recorded before it was sent.
  const found = await site.fence();
  refuseOtherFence(site, target, known, found, writer);
  const fence = position === 0n ? await withStart(site, found, source, target) : found;
  const start = startIn(fence, target);
  // A compacted topic takes no empty records: there the prefix is holes like others.
  if (!writer.isSoft && start !== undefined && (await lacksPrefix(target, position, start))) {
    // Of two workers that begin, each writes the same, and the broker takes it once.
    const isFirst = position === 0n && lastSequence === undefined;
    const nextSequence = isFirst ? 0 : nextSequenceOf(site, lastSequence);
    return { fence, target, position, start, nextSequence };
  }
  const tail = await checkTailUnmoved(site, source, target, position, fence, writer);
  refuseOtherBytes(target, position, lastSequence, tail);
  // Readers of offsets must know it before the next record that it moves.
  // What a soft partition's position comes to is certain only behind a filler of ours.
  const isBehindFillers = writer.isSoft && needsFiller(writer, position, lastSequence, tail);
  for (const { firstTargetOffset, shift } of tail.found) {
    if (isBehindFillers && firstTargetOffset === position) continue;
    await site.record(target, { kind: 'shifted', firstTargetOffset, shift });
  }
  const isKnown = lastSequence !== undefined;
  const nextSequence = nextSequenceOf(site, lastSequence);
  const proven = isKnown && tail.lastSequence === lastSequence;
  await recordLoss(site, fence, target, tail);
  const next = toSource(position, tail.shift);
  const { comes } = tail;
  const holesTo = next < comes ? comes : writer.isSoft ? await trailingHoles(source, next) : undefined;
  return {
    fence,
    writer,
    guard,
    position,
    shift: tail.shift,
    nextSequence,
    proven,
    source,
    target,
    tail,
    isBehindFillers,
    holesTo,
  };
}

/**
 * Behind fillers, and in a mixed epoch, a soft partition goes on at a new epoch: of their writer more may
 * come, also of one that has closed the id before; and within a plain epoch there are no holes. Data under
 * the generation's id goes on as that of partitions that are not soft.
 */
function needsFiller(
  writer: Writer,
  position: TargetOffset,
  lastSequence: number | undefined,
  { fillers, found, isInMixed }: Tail,
): boolean {
  if (lastSequence === -1 || standsAt(position, found)) return true;
  if (isChanging(writer)) return false;
  // A broker forgets an id by the age of its last records (fact 14): then they alone tell.
  const isMixed = isInMixed || (lastSequence !== undefined && isMixedEpoch(writer.producerEpoch));
  return isMixed || fillers > 0n;
}

/** Where the copy begins is decided before anything of it can be missing. */
function gapMaxOf(
  { policy }: StartSite,
  fence: Fence,
  target: PartitionEnd,
  position: TargetOffset,
  { isSoft }: Writer,
): bigint {
  const isUndecided = position === 0n && startIn(fence, target) === undefined;
  return policy.onGap === 'fill' && isSoft && !isUndecided ? BigInt(policy.prefixMax) : 0n;
}

/** The ledger keeps what was lost, whoever asks later. */
async function recordLoss(site: StartSite, fence: Fence, target: PartitionEnd, { gap }: Tail): Promise<void> {
  const known = fence.losses?.get(shiftKey(target.topicId, target.partition)) ?? [];
  if (gap === undefined || isLost(known, gap)) return;
  await site.record(target, { kind: 'lost', firstOffset: gap.from, endOffset: gap.to });
}

/**
 * A random first sequence: a stale write of a forgotten predecessor fits by chance only once in 2^31. Never
 * 0, with which any epoch may begin.
 */
const nextSequenceOf = (site: StartSite, lastSequence: number | undefined): number =>
  lastSequence === undefined ? Math.max(1, site.random.int(sequenceMax)) : sequenceAfter(lastSequence, 1);

/**
 * The tail check. What only a person could mend is believed only while the target still ends where it did,
 * and the ledger says what it said: otherwise another worker went on meanwhile, and the source may rightly
 * have trimmed what it has mirrored.
 */
async function checkTailUnmoved(
  site: StartSite,
  source: PartitionEnd,
  target: PartitionEnd,
  position: TargetOffset,
  fence: Fence,
  writer: Writer,
): Promise<Tail> {
  const segments = segmentsOf(fence, target);
  try {
    return await checkTail(source, target, position, {
      writer,
      segments,
      // Where copies are not soft, their prefix is not filled as holes are.
      start: writer.isSoft ? startIn(fence, target) : undefined,
      gapMax: gapMaxOf(site, fence, target, position, writer),
    });
  } catch (thrown) {
    if (!(thrown instanceof Obstacle) || !isLasting(thrown.because)) throw thrown;
    if (thrown.because.code === 'CW-2007' && position === 0n && startIn(fence, target) === undefined) {
      // Where the copy begins is not decided yet, so that nothing of it is lost.
      throw new Obstacle(causeOf('CW-2021', `${placeOf(source)}: the log has just lost its beginning`));
    }
    const end = await readOffset(target, 'end');
    const moved = end === position ? undefined : `the log moved from ${position} to ${end}`;
    const isWritten = !areSameSegments(segmentsOf(await site.fence(), target), segments);
    const what = moved ?? (isWritten ? 'the ledger was written' : undefined);
    if (what === undefined) throw await ranged(thrown, { source, target, position, segments }, writer);
    throw new Obstacle(causeOf('CW-2020', `${placeOf(target)}: ${what} while the tail was checked`));
  }
}

/** Where both sides have gone apart, with the range in which they have. */
async function ranged(thrown: Obstacle, logs: ApartLogs, { isSoft }: Writer): Promise<Obstacle> {
  const { because } = thrown;
  // Cleaners may have been at a soft partition's logs: batches need not be the same.
  if (isSoft || (because.code !== 'CW-2006' && because.code !== 'CW-2008')) return thrown;
  return new Obstacle(await withRange(because, logs));
}

/** Another generation was opened since, or other data ids are in force. */
function refuseOtherFence(
  { soft }: StartSite,
  target: PartitionEnd,
  known: Fence,
  fence: Fence,
  writer: Writer,
): void {
  const isSame = sameFence(known, fence) && isDeepStrictEqual(writer.dataIds, dataIdsIn(fence, target, soft));
  if (isSame) return;
  const text = `${placeOf(target)}: the ledger was written while the target was read`;
  throw new Obstacle(causeOf('CW-2020', text));
}

const standsAt = (position: TargetOffset, segments: ShiftSegments): boolean =>
  segments.some(({ firstTargetOffset }) => firstTargetOffset === position);

const segmentsOf = ({ shifts }: Fence, { topicId, partition }: PartitionEnd): ShiftSegments =>
  shifts?.get(shiftKey(topicId, partition)) ?? identicalOffsets;

async function readTarget(site: StartSite, fence: Fence) {
  const target = await site.findEnd('target');
  const soft = site.soft !== undefined ? await readSoftTarget(site, fence, target) : undefined;
  // The sequence first, then the log end: a write that lands in between makes our next one a repeat or a gap,
  // and the broker refuses both. The other way round it would fit.
  const { guard, writer, lastSequence } = soft ?? {
    guard: undefined,
    writer: writerOf(fence),
    lastSequence: await readLastSequence(target, fence),
  };
  const position = asTarget(await readOffset(target, 'end'));
  await replicated(site, target, position);
  return { target, guard, position, writer, lastSequence };
}

async function readSoftTarget(site: StartSite, fence: Fence, target: PartitionEnd) {
  const dataIds = await dataIdsOf(site, fence, target, () => site.takeGuard(target));
  const guard = await site.takeGuard(target);
  return { guard, ...(await readSoftStart(target, fence, dataIds, guard)) };
}

/** The last sequence of our id at the leader's log end. */
async function readLastSequence(target: PartitionEnd, fence: Fence): Promise<number | undefined> {
  // DescribeProducers names no leader epoch: this read before it shows that the leader is the one we mean.
  await readOffset(target, 'end');
  const state = await readProducer(target, fence.producerId);
  if (state === undefined) return undefined;
  if (state.producerEpoch !== fence.producerEpoch) {
    const epochs = `epoch ${state.producerEpoch} where the ledger says ${fence.producerEpoch}`;
    throw new Obstacle(
      causeOf('CW-2018', `${placeOf(target)}: generation ${fence.generation} has ${epochs}`),
    );
  }
  return state.lastSequence;
}

/**
 * Position and sequence must come from the same bytes: the batch before the position carries the sequence.
 */
function refuseOtherBytes(
  target: PartitionEnd,
  position: TargetOffset,
  lastSequence: number | undefined,
  tail: Tail,
): void {
  const readable = tail.lastSequence !== undefined || tail.verdict === 'empty';
  // Behind fillers of its own an id has no last sequence.
  if (lastSequence === undefined || lastSequence < 0 || !readable || tail.lastSequence === lastSequence)
    return;
  const text = `${placeOf(target)}: the log moved to ${position} while it was read`;
  throw new Obstacle(causeOf('CW-2020', text));
}
