// The tail check: the last data of the target must be what the source holds at the same place, and behind it
// the target must hold no more fillers than the source has holes. It proves that position and sequence belong
// together, and finds logs that have lost or replaced records.
import { CausewayError } from '../../base/errors.ts';
import { firstShiftOf, type ShiftSegments, shiftAt, withSegment } from '../../base/shift-segments.ts';
import type { PartitionStart } from '../../base/partition-start.ts';
import { leaderEpochOf, producerEpochOf, recordCountOf } from '../../kafka/batch/header.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { type DataBatch, findLastData } from './last-data.ts';
import { Obstacle } from './obstacle.ts';
import { compareTrimmed, type TrimmedTail } from './trimmed-tail.ts';
import { asSource, asTarget, type SourceOffset, type TargetOffset, toSource } from './offsets.ts';
import { isMixedEpoch } from './mixed-epochs.ts';
import { notReadable, oneBatch, type PartitionEnd, placeOf, readLog, readOffset } from './partition-end.ts';
import { isOfPrefix } from './prefix.ts';
import { differenceOf, isMadeOf, isSameBatch } from './same-batch.ts';
import { findCorrections, findShiftedData, hasFreshSegments, shiftIfTrimmed } from './shifted-data.ts';
import { passHoles } from './source-holes.ts';
import { causeOf, isLasting } from './stop-cause.ts';
import { compareSurvivors } from './survivors.ts';
import { type Compared, foreignWrite, lastSequenceOf, type Tail } from './tail.ts';
import { isChanging, type Writer } from './writer.ts';

/** What is known of the partition besides its logs. */
export interface Known {
  readonly writer: Writer;
  /** Where the ledger knows both logs to be apart. */
  readonly segments: ShiftSegments;
  /** Where the copy begins, if holes up to there are to be filled. */
  readonly start: PartitionStart | undefined;
  /** So many offsets at most may be missing at the source's start; they are holes. */
  readonly gapMax: bigint;
}

/**
 * Compares the ends of both logs below `position`. Throws Obstacle where they differ or cannot be
 * read.
 */
export async function checkTail(
  source: PartitionEnd,
  target: PartitionEnd,
  position: TargetOffset,
  { writer, segments, start, gapMax }: Known,
): Promise<Tail> {
  const ends = { ...(await readSourceEnds(source)), gapMax };
  const read = await findLastData(target, position, { withEmptied: writer.isSoft });
  const { logStart } = read;
  const last = read.last !== undefined && isOfPrefix(read.last, start) ? undefined : read.last;
  if (last !== undefined && last.end > position) {
    const text = `${placeOf(target)}: the log moved to ${last.end} while it was read up to ${position}`;
    throw new Obstacle(causeOf('CW-2020', text));
  }
  const compared =
    last === undefined
      ? nothingLeft(
          logStart,
          shiftAt(segments, logStart),
          read.last && lastSequenceOf(read.last.bytes, writer),
        )
      : await compareLast({ source, ends, target, last, writer, segments, start });
  const { moved = [] } = compared;
  const known = shiftAt(moved.reduce(withSegment, segments), position);
  const begins = firstSourceOffset(start, last, compared.shift);
  // Before its first record the copy holds fillers, whatever the source has there.
  const from = ends.start > begins ? ends.start : begins;
  const { shift, sourceEpoch } = await passFillers(source, from, compared, position, {
    known,
    isSoft: writer.isSoft,
  });
  const next = toSource(position, shift);
  const wanted = next < begins ? begins : next;
  refuseLostSource(source, ends, wanted);
  const comes = ends.start > wanted ? asSource(ends.start) : wanted;
  const gap = gapOf(ends, last && compared, wanted, begins);
  const found = shift === known ? moved : [...moved, { firstTargetOffset: position, shift }];
  const { verdict, lastSequence, end } = compared;
  const isInMixed = last !== undefined && isMixedEpoch(producerEpochOf(last.bytes, 0));
  const fillers = position - end;
  return { verdict, lastSequence, shift, sourceEpoch, found, fillers, comes, gap, isInMixed };
}

/**
 * What retention deleted before it was copied. Fillers behind the last data whose places the source has lost
 * may stand for holes or for nothing, in front of records that were there: that cannot be seen any more, and
 * where gaps are filled those records may be lost, too.
 */
function gapOf(
  { start, gapMax }: SourceEnds,
  last: Pick<Compared, 'end' | 'shift'> | undefined,
  wanted: SourceOffset,
  begins: SourceOffset,
): Tail['gap'] {
  const behindData = gapMax > 0n && last !== undefined ? asSource(last.end - last.shift) : wanted;
  const from = behindData < begins ? begins : behindData;
  return start > from ? { from, to: asSource(start) } : undefined;
}

/** Data before a beginning was there first: whoever decided that beginning slept meanwhile. */
function firstSourceOffset(
  start: PartitionStart | undefined,
  last: DataBatch | undefined,
  shift: bigint,
): SourceOffset {
  if (start === undefined || start.way !== 'prefix') return asSource(0n);
  const { firstOffset } = start;
  const isBefore = last !== undefined && last.base - shift < firstOffset && recordCountOf(last.bytes, 0) > 0;
  return asSource(isBefore ? 0n : firstOffset);
}

interface SourceEnds extends Pick<Known, 'gapMax'> {
  readonly start: bigint;
  readonly end: bigint;
}

async function readSourceEnds(source: PartitionEnd): Promise<Omit<SourceEnds, 'gapMax'>> {
  const [start, end] = await Promise.all([readOffset(source, 'start'), readOffset(source, 'end')]);
  return { start, end };
}

/**
 * The source must not end before what has been mirrored, and must still hold what comes behind it, but for a
 * gap that may be filled.
 */
function refuseLostSource(
  source: PartitionEnd,
  { start, end, gapMax }: SourceEnds,
  mirrored: SourceOffset,
): void {
  const gap = start - mirrored;
  if (gap > 0n && gap > gapMax) {
    const lost = `lost ${mirrored}..${start - 1n} (${gap} records)`;
    const more = gapMax > 0n ? `, more than prefix.max lets fill (${gapMax})` : '';
    const text = `${placeOf(source)}: source retention passed our position; ${lost}${more}`;
    throw new Obstacle(causeOf('CW-2007', text, { from: mirrored, to: start }));
  }
  if (end < mirrored) {
    const text = `${placeOf(source)}: the source ends at ${end}, the mirror at ${mirrored}`;
    throw new Obstacle(causeOf('CW-2008', text, { sourceEnd: end, position: mirrored }));
  }
}

/** Only fillers are left at the target, or what a prefix was filled with, or not even those. */
const nothingLeft = (logStart: bigint, shift: bigint, lastSequence: number | undefined): Compared => ({
  verdict: logStart === 0n ? 'empty' : 'unverified',
  lastSequence,
  sourceEpoch: -1,
  shift,
  end: logStart,
});

/** The target's last data, and what is known around it. */
interface LastLook extends Pick<Known, 'writer' | 'segments' | 'start'> {
  readonly source: PartitionEnd;
  readonly ends: SourceEnds;
  readonly target: PartitionEnd;
  readonly last: DataBatch;
}

/** A partition that has become soft was written as one that is not: cleaners may have been there or not. */
async function compareLast(look: LastLook): Promise<Compared> {
  const { source, target, last, writer } = look;
  if (!writer.isSoft) return comparePlain(look);
  if (isChanging(writer)) {
    try {
      return await compare(look);
    } catch (thrown) {
      // Whatever that is, records tell better than batches: what is still wrong with them is thrown there.
      if (!(thrown instanceof Obstacle)) throw thrown;
    }
  }
  return compareSurvivors(source, target, last, look);
}

/** A cleaner may have been at the source before anybody has told that the topic is compacted. */
async function comparePlain(look: LastLook): Promise<Compared> {
  try {
    return await compare(look);
  } catch (thrown) {
    if (!(thrown instanceof Obstacle) || thrown.because.code !== 'CW-2006') throw thrown;
    throw (await findCleaned(look)) ?? thrown;
  }
}

const damagedCodes: ReadonlySet<string> = new Set(['CW-3005', 'CW-3007', 'CW-3018']);

/** Where the source lacks records that the copy holds, and none that it has is another one. */
async function findCleaned(look: LastLook): Promise<Obstacle | undefined> {
  const { source, target, last } = look;
  try {
    await compareSurvivors(source, target, last, look);
  } catch (thrown) {
    // What cannot be decoded tells nothing of cleaners.
    if (thrown instanceof CausewayError && damagedCodes.has(thrown.code)) return undefined;
    if (!(thrown instanceof Obstacle)) throw thrown;
    return isLasting(thrown.because) ? undefined : thrown;
  }
  const skips = `skips offsets below ${last.end} that were mirrored`;
  const text = `${placeOf(source)} ${skips}, as if it had been compacted`;
  return new Obstacle(causeOf('CW-2011', text, { to: last.end }));
}

async function compare({ source, ends, target, last, writer, segments }: LastLook): Promise<Compared> {
  const shift = shiftAt(segments, last.base);
  const { bytes, base, end } = last;
  const lastSequence = lastSequenceOf(bytes, writer);
  const place = toSource(asTarget(base), shift);
  const theirs = await readLog(source, place, oneBatch);
  const isTrimmed = theirs.errorCode === kafkaError.OFFSET_OUT_OF_RANGE && theirs.logStartOffset > place;
  const isThere = theirs.records.length > 0;
  if (isThere && (isSameBatch(bytes, theirs.records, shift) || isMadeOf(bytes, theirs.records, shift))) {
    const moved = hasFreshSegments(segments, last)
      ? await findCorrections(source, target, last, segments)
      : [];
    const sourceEpoch = leaderEpochOf(theirs.records, 0);
    return { verdict: 'equal', lastSequence, sourceEpoch, shift, end, moved };
  }
  // Data that the ledger does not know to be shifted is not left farther on.
  const isGone = isTrimmed && shift === firstShiftOf(segments);
  const found = isGone ? undefined : await findShiftedData(source, target, last, segments);
  if (found?.is === 'shifted') {
    const { corrections: moved, sourceEpoch } = found;
    return { verdict: 'equal', lastSequence, sourceEpoch, shift: shiftAt(moved, base), end, moved };
  }
  if (isTrimmed) {
    const left = await compareTrimmed(source, target, last, shift, theirs.logStartOffset);
    if (left !== undefined) return { ...trimmedAt(last, shift, left), lastSequence };
    const kept = await readLog(source, theirs.logStartOffset, oneBatch);
    if (kept.records.length === 0) throw notReadable(source, theirs.logStartOffset);
    throw differenceOf(source, target, bytes, kept.records, writer);
  }
  if (found?.is === 'behind others') throw foreignWrite(target, found.others);
  const gone = found?.is === 'nowhere' ? shiftIfTrimmed(source, found.around, last, shift) : undefined;
  if (gone !== undefined) {
    return { ...trimmedAt(last, shift, { shift: gone, isCompared: false }), lastSequence };
  }
  refuseLostSource(source, ends, toSource(asTarget(end), shift));
  // What was compared may have been trimmed since; then what is left of it decides, at the next start.
  if (!isThere || (await readOffset(source, 'start')) > place) throw notReadable(source, place);
  throw differenceOf(source, target, bytes, theirs.records, writer);
}

const trimmedAt = ({ base, end }: DataBatch, told: bigint, { shift, isCompared }: TrimmedTail) => ({
  verdict: isCompared ? ('equal' as const) : ('unverified' as const),
  sourceEpoch: -1,
  shift,
  end,
  moved: shift === told ? [] : [{ firstTargetOffset: base, shift }],
});

/**
 * Between its last data and the position the target holds fillers. A committed record of the source among the
 * holes that they stand for means that more of them landed than there were holes. So does the source's stable
 * end: what comes behind it may be records. `known`: what the ledger says of the position, where fillers may
 * have been given back since.
 */
async function passFillers(
  source: PartitionEnd,
  start: bigint,
  { end, shift, sourceEpoch }: Compared,
  position: TargetOffset,
  { known, isSoft }: { readonly known: bigint; readonly isSoft: boolean },
): Promise<Pick<Tail, 'shift' | 'sourceEpoch'>> {
  const pass = (from: bigint, to: bigint, epochOfLast: number) =>
    passHoles(source, asSource(from > start ? from : start), asSource(to), { epochOfLast, isSoft });
  const behind = await pass(end - shift, position - shift, sourceEpoch);
  const seen = { shift: position - behind.until, sourceEpoch: behind.leaderEpoch };
  if (known >= seen.shift) return seen;
  const back = await pass(behind.until, position - known, behind.leaderEpoch);
  return back.until === position - known ? { shift: known, sourceEpoch: back.leaderEpoch } : seen;
}
