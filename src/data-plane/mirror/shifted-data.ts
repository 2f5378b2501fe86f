// Finds the place at the source of data that does not stand where the ledger says: fillers that came late
// moved what was in flight, and whoever wrote it died before it could record that.
import type { ShiftSegment, ShiftSegments } from '../../base/shift-segments.ts';
import { lastOffsetDeltaOf, leaderEpochOf, recordCountOf } from '../../kafka/batch/header.ts';
import { canonicalCrc } from '../../kafka/batch/patch.ts';
import { type DataBatch, readDataBatches } from './last-data.ts';
import { Obstacle } from './obstacle.ts';
import { type PartitionEnd, placeOf, readOffset } from './partition-end.ts';
import { causeOf } from './stop-cause.ts';

/** So far back both logs are looked at. What is in flight is some batches, and late fillers are few. */
const reach = 2_000n;

/** What the last data of the target was found to be. */
export type FoundData =
  /** At another place of the source; the last segment holds it, those before it what was moved by less. */
  | { readonly is: 'shifted'; readonly segments: ShiftSegments; readonly sourceEpoch: number }
  /** At another place, behind records that the source does not have. */
  | { readonly is: 'behind others'; readonly others: DataBatch }
  /** In none that is left: the source has trimmed its place, if it has one. */
  | { readonly is: 'trimmed'; readonly shift: bigint }
  /** In no place that is certain. */
  | { readonly is: 'unknown' };

/**
 * Looks for the records of the target's last data, and of the batch before it, near where the ledger's segment
 * `told` says that they are. Only the data of that segment can be of another one.
 */
export async function findShiftedData(
  source: PartitionEnd,
  target: PartitionEnd,
  last: DataBatch,
  told: ShiftSegment,
): Promise<FoundData> {
  const { batches: mine, fillers } = await readDataBatches(target, atLeast(last.base - reach, 0n), last.end);
  const end = await readOffset(source, 'highWatermark');
  const [start, logEnd] = await Promise.all([readOffset(source, 'start'), readOffset(source, 'end')]);
  const from = atLeast(last.base - atLeast(told.shift, 0n) - reach, start);
  const to = last.end < end ? last.end : end;
  const { batches: theirs, reached } = await readDataBatches(source, from, to);
  const places = new Map<string, bigint[]>();
  for (const { bytes, base } of theirs) {
    const key = contentOf(bytes);
    places.set(key, [...(places.get(key) ?? []), base]);
  }
  const shiftsOf = ({ bytes, base }: DataBatch) =>
    (places.get(contentOf(bytes)) ?? []).map((place) => base - place).filter((shift) => shift >= 0n);
  const [shift, ...elsewhere] = shiftsOf(last);
  if (shift === undefined) {
    if (reached < to || end < logEnd) throw notReadable(source, reached);
    // Each filler before it can have moved it by one.
    const gone = last.end - start;
    const isPossible = gone > told.shift && gone <= told.shift + BigInt(fillers);
    return isPossible ? { is: 'trimmed', shift: gone } : { is: 'unknown' };
  }
  if (elsewhere.length > 0) return { is: 'unknown' };
  const before = mine.slice(0, -1);
  const others = before.at(-1);
  // The source may have trimmed what came before.
  const isHeld = others !== undefined && others.base - shift >= from;
  if (isHeld && shiftsOf(others).length === 0) return { is: 'behind others', others };
  const place = theirs.find(({ base }) => base === last.base - shift) as DataBatch;
  const moved = mine.filter(({ base }) => base >= told.firstTargetOffset);
  const segments = segmentsOf(moved, shiftsOf, told.shift);
  return { is: 'shifted', segments, sourceEpoch: leaderEpochOf(place.bytes, 0) };
}

/** Each late filler moves what comes behind it: seen from the end, a shift never grows. */
function segmentsOf(
  batches: readonly DataBatch[],
  shiftsOf: (batch: DataBatch) => readonly bigint[],
  told: bigint,
): ShiftSegments {
  const segments: ShiftSegment[] = [];
  let most: bigint | undefined;
  for (const batch of batches.toReversed()) {
    const found = shiftsOf(batch).filter((shift) => most === undefined || shift <= most);
    const shift = found.reduce((a, b) => (a > b ? a : b), -1n);
    if (shift <= told) break;
    if (shift === most) segments.shift();
    segments.unshift({ firstTargetOffset: batch.base, shift });
    most = shift;
  }
  return segments;
}

/** What is missing may stand there: a new leader does not know at first what is committed (KIP-207). */
function notReadable(source: PartitionEnd, offset: bigint): Obstacle {
  return new Obstacle(causeOf('CW-2021', `${placeOf(source)}: offset ${offset} cannot be read yet`));
}

const contentOf = (bytes: Buffer): string =>
  `${canonicalCrc(bytes, 0)} ${recordCountOf(bytes, 0)} ${lastOffsetDeltaOf(bytes, 0)} ${bytes.length}`;

const atLeast = (a: bigint, b: bigint): bigint => (a > b ? a : b);
