// Finds the place at the source of data that does not stand where the ledger says: fillers that came late
// moved what was in flight, and whoever wrote it died before it could record that.
import {
  firstShiftOf,
  type ShiftSegment,
  type ShiftSegments,
  shiftAt,
  withSegment,
} from '../../base/shift-segments.ts';
import { lastOffsetDeltaOf, leaderEpochOf, recordCountOf } from '../../kafka/batch/header.ts';
import { canonicalCrc } from '../../kafka/batch/patch.ts';
import { type DataBatch, readDataBatches } from './last-data.ts';
import { notReadable, type PartitionEnd, readOffset } from './partition-end.ts';

/** So far back both logs are looked at first. What is in flight is some batches, and late fillers are few. */
const reach = 2_000n;
/** Where all data so near is shifted, what moved it stands farther back. */
const growth = 16n;

/** What the last data of the target was found to be. */
export type FoundData =
  /** At another place of the source; `corrections` make the ledger say so. */
  | { readonly is: 'shifted'; readonly corrections: ShiftSegments; readonly sourceEpoch: number }
  /** At another place, behind records that the source does not have. */
  | { readonly is: 'behind others'; readonly others: DataBatch }
  /** In none that is left. */
  | { readonly is: 'nowhere'; readonly around: Around }
  /** In no place that is certain. */
  | { readonly is: 'unknown' };

/**
 * Looks for the records of the target's last data, and of the batch before it, near where the ledger says
 * that they are.
 */
export async function findShiftedData(
  source: PartitionEnd,
  target: PartitionEnd,
  last: DataBatch,
  segments: ShiftSegments,
): Promise<FoundData> {
  let around = await lookAround(source, target, last, segments, reach);
  const [shift, ...elsewhere] = around.shiftsOf(last);
  if (shift === undefined) return { is: 'nowhere', around };
  if (elsewhere.length > 0) return { is: 'unknown' };
  let before = whatMoved(around, segments, shift);
  for (let back = reach * growth; before === 'farther back'; back *= growth) {
    around = await lookAround(source, target, last, segments, back);
    before = whatMoved(around, segments, shift);
  }
  if (before === 'twice') return { is: 'unknown' };
  if (before !== 'fillers') return { is: 'behind others', others: before };
  const place = around.theirs.find(({ base }) => base === last.base - shift) as DataBatch;
  const corrections = correctionsOf(around, segments);
  return { is: 'shifted', corrections, sourceEpoch: leaderEpochOf(place.bytes, 0) };
}

/**
 * What stands between the data that was moved and that which stands where the ledger says: fillers alone may,
 * or records that the source does not have, or records of ours a second time: a shift moves what it moves
 * once, and in order. `shift`: of the last data.
 */
function whatMoved(
  { mine, start, isAll, shiftsOf }: Around,
  segments: ShiftSegments,
  shift: bigint,
): 'fillers' | 'farther back' | 'twice' | DataBatch {
  let behind = (mine.at(-1)?.base ?? 0n) - shift;
  for (const batch of mine.slice(0, -1).toReversed()) {
    const found = shiftsOf(batch);
    const inOrder = found.filter((each) => batch.end - each <= behind);
    if (inOrder.includes(shiftAt(segments, batch.base))) return 'fillers';
    if (found.length > 0 && inOrder.length === 0) return 'twice';
    // Its place may lie before what was read, or was left, of the source.
    const isLeft = start === 0n || batch.base - shift >= start;
    if (found.length === 0) return isLeft ? batch : isAll ? 'fillers' : 'farther back';
    behind = batch.base - inOrder.reduce((least, each) => (each < least ? each : least));
  }
  return isAll ? 'fillers' : 'farther back';
}

/** True where the ledger knows of shifts so near to the log's end that they may not have come about. */
export const hasFreshSegments = (segments: ShiftSegments, last: DataBatch): boolean =>
  segments.some(({ firstTargetOffset }) => firstTargetOffset > last.base - reach);

/** Where the data near the log's end is, other than the ledger says: what it announced need not have come. */
export async function findCorrections(
  source: PartitionEnd,
  target: PartitionEnd,
  last: DataBatch,
  segments: ShiftSegments,
): Promise<ShiftSegments> {
  return correctionsOf(await lookAround(source, target, last, segments, reach), segments);
}

/** The ends of both logs, and where the target's data was found at the source. */
export interface Around {
  readonly mine: readonly DataBatch[];
  readonly theirs: readonly DataBatch[];
  /** Control records among the target's data. */
  readonly fillers: number;
  /** Of the source: where it was read from, and to. */
  readonly start: bigint;
  readonly reached: bigint;
  readonly isWhole: boolean;
  /** Nothing that is left of one of the logs lies farther back. */
  readonly isAll: boolean;
  /** Target offset less source offset, of every place with the same content. */
  readonly shiftsOf: (batch: DataBatch) => readonly bigint[];
}

async function lookAround(
  source: PartitionEnd,
  target: PartitionEnd,
  last: DataBatch,
  segments: ShiftSegments,
  back: bigint,
): Promise<Around> {
  // Fillers only add to it.
  const least = firstShiftOf(segments);
  const from = atLeast(last.base - back, 0n);
  const { batches: mine, fillers, logStart: mineStart } = await readDataBatches(target, from, last.end);
  const committed = await readOffset(source, 'highWatermark');
  const [logStart, logEnd] = await Promise.all([readOffset(source, 'start'), readOffset(source, 'end')]);
  const wanted = last.base - atLeast(shiftAt(segments, last.base), least) - back;
  const start = atLeast(wanted, logStart);
  const to = last.end - least < committed ? last.end - least : committed;
  const { batches: theirs, reached } = await readDataBatches(source, start, to);
  const places = new Map<string, bigint[]>();
  for (const { bytes, base } of theirs) {
    const key = contentOf(bytes);
    places.set(key, [...(places.get(key) ?? []), base]);
  }
  const isAll = from <= mineStart || wanted <= logStart;
  const shiftsOf = ({ bytes, base }: DataBatch) =>
    (places.get(contentOf(bytes)) ?? []).map((place) => base - place).filter((shift) => shift >= least);
  const isWhole = reached >= to && committed === logEnd;
  return { mine, theirs, fillers, start, reached, isWhole, isAll, shiftsOf };
}

/** Each filler before data can have moved it by one. */
const mostShift = ({ fillers }: Pick<Around, 'fillers'>, told: bigint): bigint => told + BigInt(fillers);

/** The most that data can be shifted by, where the ledger says `told`. */
export async function mostShiftOf(target: PartitionEnd, last: DataBatch, told: bigint): Promise<bigint> {
  return mostShift(await readDataBatches(target, atLeast(last.base - reach, 0n), last.end), told);
}

/**
 * The shift of data that is nowhere at the source, whose place it can have trimmed. Undefined where it would
 * be left, so far as the target's fillers can have moved it. Throws Obstacle while some may be to come.
 */
export function shiftIfTrimmed(
  source: PartitionEnd,
  around: Around,
  last: DataBatch,
  told: bigint,
): bigint | undefined {
  if (!around.isWhole) throw notReadable(source, around.reached);
  const gone = last.end - around.start;
  return gone > told && gone <= mostShift(around, told) ? gone : undefined;
}

/** What has to be recorded so that the ledger's shift of every batch is one that it was found at. */
function correctionsOf({ mine, shiftsOf }: Around, segments: ShiftSegments): ShiftSegments {
  const corrections: ShiftSegment[] = [];
  let known = segments;
  for (const batch of mine) {
    const found = shiftsOf(batch);
    const [shift] = found;
    if (shift === undefined || found.includes(shiftAt(known, batch.base))) continue;
    const correction = { firstTargetOffset: batch.base, shift };
    corrections.push(correction);
    known = withSegment(known, correction);
  }
  return corrections;
}

const contentOf = (bytes: Buffer): string =>
  `${canonicalCrc(bytes, 0)} ${recordCountOf(bytes, 0)} ${lastOffsetDeltaOf(bytes, 0)} ${bytes.length}`;

const atLeast = (a: bigint, b: bigint): bigint => (a > b ? a : b);
