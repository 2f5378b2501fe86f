// The tail check: the last data of the target must be what the source holds at the same place, and behind it
// the target must hold no more fillers than the source has holes. It proves that position and sequence belong
// together, and finds logs that have lost or replaced records.
import { type ShiftSegments, shiftAt } from '../../base/shift-segments.ts';
import { baseSequenceOf, leaderEpochOf, producerIdOf, recordCountOf } from '../../kafka/batch/header.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { Fence } from './fence.ts';
import { type DataBatch, findLastData } from './last-data.ts';
import { Obstacle } from './obstacle.ts';
import { asSource, asTarget, type SourceOffset, type TargetOffset, toSource } from './offsets.ts';
import { oneBatch, type PartitionEnd, placeOf, readLog, readOffset } from './partition-end.ts';
import { differenceOf, isMadeOf, isSameBatch } from './same-batch.ts';
import { sequenceAfter } from './sequence.ts';
import { passHoles } from './source-holes.ts';
import { causeOf } from './stop-cause.ts';

export interface Tail {
  /** equal: compared; unverified: nothing is left on one side to compare; empty: the target holds no data. */
  readonly verdict: 'equal' | 'unverified' | 'empty';
  /**
   * Last sequence of the fence's id in the compared bytes; undefined where another id or nothing stands
   * there.
   */
  readonly lastSequence: number | undefined;
  /** Leader epoch of the source's last batch before the fetch offset; -1 where unknown. */
  readonly sourceEpoch: number;
  /** Target offset less source offset at the position, by what both logs hold. */
  readonly shift: bigint;
}

/**
 * Compares the ends of both logs below `position`. `segments`: where the ledger knows both to be apart.
 * Throws Obstacle where they differ or cannot be read.
 */
export async function checkTail(
  source: PartitionEnd,
  target: PartitionEnd,
  position: TargetOffset,
  fence: Fence,
  segments: ShiftSegments,
): Promise<Tail> {
  const shift = shiftAt(segments, position);
  await refuseLostSource(source, toSource(position, shift));
  if (position === 0n) return { verdict: 'empty', lastSequence: undefined, sourceEpoch: -1, shift };
  const { logStart, last } = await findLastData(target, position);
  if (last !== undefined && last.end > position) {
    const text = `${placeOf(target)}: the log moved to ${last.end} while it was read up to ${position}`;
    throw new Obstacle(causeOf('CW-2020', text));
  }
  const compared =
    last === undefined
      ? nothingLeft(logStart)
      : await compare(source, target, last, fence, shiftAt(segments, last.base));
  const { verdict, lastSequence } = compared;
  return { verdict, lastSequence, ...(await passFillers(source, compared, position, shift)) };
}

/** The source must still hold the position, and must not end before it. */
async function refuseLostSource(source: PartitionEnd, position: SourceOffset): Promise<void> {
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

/** The last data of both sides, and where it ends at the target. */
type Compared = Omit<Tail, 'shift'> & { readonly end: bigint };

/** Only fillers are left at the target, or not even those. */
const nothingLeft = (logStart: bigint): Compared => ({
  verdict: logStart === 0n ? 'empty' : 'unverified',
  lastSequence: undefined,
  sourceEpoch: -1,
  end: logStart,
});

async function compare(
  source: PartitionEnd,
  target: PartitionEnd,
  { bytes, base, end }: DataBatch,
  fence: Fence,
  shift: bigint,
): Promise<Compared> {
  const lastSequence = lastSequenceOf(bytes, fence);
  const place = toSource(asTarget(base), shift);
  const theirs = await readLog(source, place, oneBatch);
  if (theirs.errorCode === kafkaError.OFFSET_OUT_OF_RANGE && theirs.logStartOffset > place) {
    return { verdict: 'unverified', lastSequence, sourceEpoch: -1, end };
  }
  if (theirs.records.length === 0) {
    throw new Obstacle(causeOf('CW-2021', `${placeOf(source)}: offset ${place} cannot be read yet`));
  }
  if (!isSameBatch(bytes, theirs.records, shift) && !isMadeOf(bytes, theirs.records, shift)) {
    throw differenceOf(source, target, bytes, theirs.records, fence);
  }
  return { verdict: 'equal', lastSequence, sourceEpoch: leaderEpochOf(theirs.records, 0), end };
}

/**
 * Between its last data and the position the target holds fillers. A committed record of the source among the
 * holes that they stand for means that more of them landed than there were holes.
 */
async function passFillers(
  source: PartitionEnd,
  { end, sourceEpoch }: Compared,
  position: TargetOffset,
  shift: bigint,
): Promise<Pick<Tail, 'shift' | 'sourceEpoch'>> {
  const from = toSource(asTarget(end), shift);
  const to = toSource(position, shift);
  if (from >= to) return { shift, sourceEpoch };
  const start = await readOffset(source, 'start');
  const holes = await passHoles(source, start > from ? asSource(start) : from, to, sourceEpoch);
  return { shift: shift + (to - holes.until), sourceEpoch: holes.leaderEpoch };
}

function lastSequenceOf(records: Buffer, fence: Fence): number | undefined {
  if (producerIdOf(records, 0) !== fence.producerId) return undefined;
  return sequenceAfter(baseSequenceOf(records, 0), recordCountOf(records, 0) - 1);
}
