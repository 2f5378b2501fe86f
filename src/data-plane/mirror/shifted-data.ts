// Finds the place at the source of data that does not stand where the ledger says: fillers that came late
// moved what was in flight, and whoever wrote it died before it could record that.
import { type ShiftSegment, type ShiftSegments, shiftAt, withSegment } from '../../base/shift-segments.ts';
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
  /** At another place of the source; `corrections` make the ledger say so. */
  | { readonly is: 'shifted'; readonly corrections: ShiftSegments; readonly sourceEpoch: number }
  /** At another place, behind records that the source does not have. */
  | { readonly is: 'behind others'; readonly others: DataBatch }
  /** In none that is left: the source has trimmed its place, if it has one. */
  | { readonly is: 'trimmed'; readonly shift: bigint }
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
  const told = shiftAt(segments, last.base);
  const around = await lookAround(source, target, last, told);
  const [shift, ...elsewhere] = around.shiftsOf(last);
  if (shift === undefined) return notFound(source, around, last, told);
  if (elsewhere.length > 0) return { is: 'unknown' };
  const others = around.mine.at(-2);
  // The source may have trimmed what came before.
  const isHeld = others !== undefined && others.base - shift >= around.start;
  if (isHeld && around.shiftsOf(others).length === 0) return { is: 'behind others', others };
  const place = around.theirs.find(({ base }) => base === last.base - shift) as DataBatch;
  const corrections = correctionsOf(around, segments);
  return { is: 'shifted', corrections, sourceEpoch: leaderEpochOf(place.bytes, 0) };
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
  return correctionsOf(await lookAround(source, target, last, shiftAt(segments, last.base)), segments);
}

/** The ends of both logs, and where the target's data was found at the source. */
interface Around {
  readonly mine: readonly DataBatch[];
  readonly theirs: readonly DataBatch[];
  /** Control records among the target's data. */
  readonly fillers: number;
  /** Of the source: where it was read from, and to; its log's end. */
  readonly start: bigint;
  readonly reached: bigint;
  readonly isWhole: boolean;
  /** Target offset less source offset, of every place with the same content. */
  readonly shiftsOf: (batch: DataBatch) => readonly bigint[];
}

async function lookAround(
  source: PartitionEnd,
  target: PartitionEnd,
  last: DataBatch,
  told: bigint,
): Promise<Around> {
  const { batches: mine, fillers } = await readDataBatches(target, atLeast(last.base - reach, 0n), last.end);
  const committed = await readOffset(source, 'highWatermark');
  const [logStart, logEnd] = await Promise.all([readOffset(source, 'start'), readOffset(source, 'end')]);
  const start = atLeast(last.base - atLeast(told, 0n) - reach, logStart);
  const to = last.end < committed ? last.end : committed;
  const { batches: theirs, reached } = await readDataBatches(source, start, to);
  const places = new Map<string, bigint[]>();
  for (const { bytes, base } of theirs) {
    const key = contentOf(bytes);
    places.set(key, [...(places.get(key) ?? []), base]);
  }
  const shiftsOf = ({ bytes, base }: DataBatch) =>
    (places.get(contentOf(bytes)) ?? []).map((place) => base - place).filter((shift) => shift >= 0n);
  const isWhole = reached >= to && committed === logEnd;
  return { mine, theirs, fillers, start, reached, isWhole, shiftsOf };
}

function notFound(source: PartitionEnd, around: Around, last: DataBatch, told: bigint): FoundData {
  if (!around.isWhole) throw notReadable(source, around.reached);
  // Each filler before it can have moved it by one.
  const gone = last.end - around.start;
  const isPossible = gone > told && gone <= told + BigInt(around.fillers);
  return isPossible ? { is: 'trimmed', shift: gone } : { is: 'unknown' };
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

/** What is missing may stand there: a new leader does not know at first what is committed (KIP-207). */
function notReadable(source: PartitionEnd, offset: bigint): Obstacle {
  return new Obstacle(causeOf('CW-2021', `${placeOf(source)}: offset ${offset} cannot be read yet`));
}

const contentOf = (bytes: Buffer): string =>
  `${canonicalCrc(bytes, 0)} ${recordCountOf(bytes, 0)} ${lastOffsetDeltaOf(bytes, 0)} ${bytes.length}`;

const atLeast = (a: bigint, b: bigint): bigint => (a > b ? a : b);
