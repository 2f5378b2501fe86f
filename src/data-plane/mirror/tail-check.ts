// The tail check: the last batch of the target must be the batch that the source holds at the same offsets.
// It proves that position and sequence belong together, and finds logs that have lost or replaced records.
import {
  baseOffsetOf,
  baseSequenceOf,
  batchLengthOf,
  isControl,
  attributesOf,
  leaderEpochOf,
  producerIdOf,
  recordCountOf,
} from '../../kafka/batch/header.ts';
import { canonicalCrc } from '../../kafka/batch/patch.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { Fence } from './fence.ts';
import { Obstacle } from './obstacle.ts';
import { type TargetOffset, toSource } from './offsets.ts';
import { type PartitionEnd, placeOf, readBatch, readOffset } from './partition-end.ts';
import { sequenceAfter } from './sequence.ts';
import { causeOf } from './stop-cause.ts';

export interface Tail {
  /** equal: compared; unverified: nothing is left on one side to compare; empty: the target holds nothing. */
  readonly verdict: 'equal' | 'unverified' | 'empty';
  /**
   * Last sequence of the fence's id in the compared bytes; undefined where another id or nothing stands
   * there.
   */
  readonly lastSequence: number | undefined;
  /** Leader epoch of the source's batch, for `lastFetchedEpoch`; -1 where unknown. */
  readonly sourceEpoch: number;
}

/** Compares the ends of both logs below `position`. Throws Obstacle where they differ or cannot be read. */
export async function checkTail(
  source: PartitionEnd,
  target: PartitionEnd,
  position: TargetOffset,
  fence: Fence,
): Promise<Tail> {
  await refuseLostSource(source, position);
  if (position === 0n) return { verdict: 'empty', lastSequence: undefined, sourceEpoch: -1 };
  const mine = await readBatch(target, position - 1n);
  if (mine.records.length === 0) {
    // The target's own retention has deleted everything below the position.
    if (mine.logStartOffset >= position) return unverified(undefined);
    throw new Obstacle(causeOf('CW-2021', `${placeOf(target)}: offset ${position - 1n} cannot be read yet`));
  }
  const lastSequence = lastSequenceOf(mine.records, fence);
  refuseCutBatch(target, mine.records, position);
  const theirs = await readBatch(source, toSource(baseAt(mine.records)));
  if (
    theirs.errorCode === kafkaError.OFFSET_OUT_OF_RANGE &&
    theirs.logStartOffset > baseOffsetOf(mine.records, 0)
  ) {
    return unverified(lastSequence);
  }
  if (theirs.records.length === 0) {
    throw new Obstacle(causeOf('CW-2021', `${placeOf(source)}: offset ${position - 1n} cannot be read yet`));
  }
  refuseDifference(source, target, mine.records, theirs.records, fence);
  return { verdict: 'equal', lastSequence, sourceEpoch: leaderEpochOf(theirs.records, 0) };
}

const baseAt = (records: Buffer) => baseOffsetOf(records, 0) as TargetOffset;

const unverified = (lastSequence: number | undefined): Tail => ({
  verdict: 'unverified',
  lastSequence,
  sourceEpoch: -1,
});

/** The source must still hold the position, and must not end before it. */
async function refuseLostSource(source: PartitionEnd, position: TargetOffset): Promise<void> {
  const [start, end] = await Promise.all([readOffset(source, 'start'), readOffset(source, 'end')]);
  if (position === 0n && start > 0n) {
    const text = `${placeOf(source)}: the log begins at offset ${start}`;
    throw new Obstacle(causeOf('CW-2009', text, { start }));
  }
  if (start > position) {
    const lost = `lost ${position}..${start - 1n} (${start - position} records)`;
    const text = `${placeOf(source)}: source retention passed our position; ${lost}`;
    throw new Obstacle(causeOf('CW-2007', text, { from: position, to: start }));
  }
  if (end < position) {
    const text = `${placeOf(source)}: the source ends at ${end}, the mirror at ${position}`;
    throw new Obstacle(causeOf('CW-2008', text, { sourceEnd: end, position }));
  }
}

function lastSequenceOf(records: Buffer, fence: Fence): number | undefined {
  if (producerIdOf(records, 0) !== fence.producerId) return undefined;
  return sequenceAfter(baseSequenceOf(records, 0), recordCountOf(records, 0) - 1);
}

function refuseCutBatch(target: PartitionEnd, mine: Buffer, position: TargetOffset): void {
  const end = baseOffsetOf(mine, 0) + BigInt(recordCountOf(mine, 0));
  if (isControl(attributesOf(mine, 0)) || end !== position) {
    const text = `${placeOf(target)}: the batch before ${position} is not one of a plain mirror`;
    throw new Obstacle(causeOf('CW-2005', text, { from: baseOffsetOf(mine, 0), to: position }));
  }
}

function refuseDifference(
  source: PartitionEnd,
  target: PartitionEnd,
  mine: Buffer,
  theirs: Buffer,
  fence: Fence,
): void {
  const same =
    baseOffsetOf(mine, 0) === baseOffsetOf(theirs, 0) &&
    recordCountOf(mine, 0) === recordCountOf(theirs, 0) &&
    batchLengthOf(mine, 0) === batchLengthOf(theirs, 0) &&
    canonicalCrc(mine, 0) === canonicalCrc(theirs, 0);
  if (same) return;
  const facts = `${describe(target, mine)}, ${describe(source, theirs)}`;
  const ours = producerIdOf(mine, 0) === fence.producerId;
  throw new Obstacle(
    causeOf(ours ? 'CW-2006' : 'CW-2005', ours ? facts : `not written by this mirror: ${facts}`, {
      from: baseOffsetOf(mine, 0),
      to: baseOffsetOf(mine, 0) + BigInt(recordCountOf(mine, 0)),
    }),
  );
}

function describe(at: PartitionEnd, records: Buffer): string {
  const base = baseOffsetOf(records, 0);
  const count = recordCountOf(records, 0);
  const crc = canonicalCrc(records, 0).toString(16).padStart(8, '0');
  return `${placeOf(at)} holds ${base}..${base + BigInt(count) - 1n} with checksum ${crc}`;
}
