// The start procedure: finds where and under which sequence a partition goes on, from the logs alone. It runs
// after every start, error, leader change, unexpected answer and long pause.
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import {
  areSameSegments,
  identicalOffsets,
  shiftKey,
  type ShiftSegments,
} from '../../base/shift-segments.ts';
import type { Fence } from './fence.ts';
import { Obstacle } from './obstacle.ts';
import { asTarget, type TargetOffset } from './offsets.ts';
import { type PartitionEnd, placeOf, readOffset, readProducer } from './partition-end.ts';
import { replicated } from './replicated.ts';
import { sequenceAfter, sequenceMax } from './sequence.ts';
import { causeOf, isLasting } from './stop-cause.ts';
import { checkTail, type Tail } from './tail-check.ts';

/** What the start procedure needs from around it. */
export interface StartSite {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Re-reads the ledger; throws Obstacle where no generation is open. */
  fence(): Promise<Fence>;
  /** Leader, epoch and topic id from fresh metadata, with a connection to that leader; throws Obstacle. */
  findEnd(side: 'source' | 'target'): Promise<PartitionEnd>;
  /** Records in the ledger that from `from` on target and source are `shift` apart. */
  recordShift(target: PartitionEnd, from: TargetOffset, shift: bigint): Promise<void>;
}

export interface StartPoint {
  readonly fence: Fence;
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
}

export async function findStartPoint(site: StartSite): Promise<StartPoint> {
  const fence = await site.fence();
  const [source, { target, position, lastSequence }] = await Promise.all([
    site.findEnd('source'),
    readTarget(site, fence),
  ]);
  const tail = await checkTailUnmoved(site, source, target, position, fence);
  refuseOtherBytes(target, position, lastSequence, tail);
  // Readers of offsets must know it before the next record that it moves.
  for (const { firstTargetOffset, shift } of tail.found) {
    await site.recordShift(target, asTarget(firstTargetOffset), shift);
  }
  const isKnown = lastSequence !== undefined;
  // A random first sequence: a stale write of a forgotten predecessor fits by chance only once in 2^31.
  const nextSequence = isKnown ? sequenceAfter(lastSequence, 1) : site.random.int(sequenceMax);
  const proven = isKnown && tail.lastSequence === lastSequence;
  return { fence, position, shift: tail.shift, nextSequence, proven, source, target, tail };
}

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
): Promise<Tail> {
  const segments = segmentsOf(fence, target);
  try {
    return await checkTail(source, target, position, fence, segments);
  } catch (thrown) {
    if (!(thrown instanceof Obstacle) || !isLasting(thrown.because)) throw thrown;
    const end = await readOffset(target, 'end');
    const moved = end === position ? undefined : `the log moved from ${position} to ${end}`;
    const isWritten = !areSameSegments(segmentsOf(await site.fence(), target), segments);
    const what = moved ?? (isWritten ? 'the ledger was written' : undefined);
    if (what === undefined) throw thrown;
    throw new Obstacle(causeOf('CW-2020', `${placeOf(target)}: ${what} while the tail was checked`));
  }
}

const segmentsOf = ({ shifts }: Fence, { topicId, partition }: PartitionEnd): ShiftSegments =>
  shifts?.get(shiftKey(topicId, partition)) ?? identicalOffsets;

async function readTarget(site: StartSite, fence: Fence) {
  const target = await site.findEnd('target');
  // The sequence first, then the log end: a write that lands in between makes our next one a repeat or a gap,
  // and the broker refuses both. The other way round it would fit.
  const lastSequence = await readLastSequence(target, fence);
  const position = asTarget(await readOffset(target, 'end'));
  await replicated(site, target, position);
  return { target, position, lastSequence };
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
  if (lastSequence === undefined || !readable || tail.lastSequence === lastSequence) return;
  const text = `${placeOf(target)}: the log moved to ${position} while it was read`;
  throw new Obstacle(causeOf('CW-2020', text));
}
