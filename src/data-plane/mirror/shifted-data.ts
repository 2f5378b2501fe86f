// Finds the place at the source of data that does not stand where the ledger says: fillers that came late
// moved what was in flight, and whoever wrote it died before it could record that.
import type { ShiftSegment } from '../../base/shift-segments.ts';
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
  /** At another place of the source, from `firstTargetOffset` on. */
  | { readonly is: 'shifted'; readonly segment: ShiftSegment; readonly sourceEpoch: number }
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
  const [start, end] = await Promise.all([readOffset(source, 'start'), readOffset(source, 'highWatermark')]);
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
    if (reached < to || to < last.end) throw notReadable(source, reached);
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
  const isOther = (batch: DataBatch) =>
    batch.base < told.firstTargetOffset || !shiftsOf(batch).includes(shift);
  const first = mine[before.findLastIndex(isOther) + 1] as DataBatch;
  const place = theirs.find(({ base }) => base === last.base - shift) as DataBatch;
  const segment = { firstTargetOffset: first.base, shift };
  return { is: 'shifted', segment, sourceEpoch: leaderEpochOf(place.bytes, 0) };
}

/** What is missing may stand there: a new leader does not know at first what is committed (KIP-207). */
function notReadable(source: PartitionEnd, offset: bigint): Obstacle {
  return new Obstacle(causeOf('CW-2021', `${placeOf(source)}: offset ${offset} cannot be read yet`));
}

const contentOf = (bytes: Buffer): string =>
  `${canonicalCrc(bytes, 0)} ${recordCountOf(bytes, 0)} ${lastOffsetDeltaOf(bytes, 0)} ${bytes.length}`;

const atLeast = (a: bigint, b: bigint): bigint => (a > b ? a : b);
