// The end of a soft partition's target, record by record: cleaners may have been at both logs, so that
// batches need not align, and only what both still hold can be compared.
import { type ShiftSegment, type ShiftSegments, shiftAt, withSegment } from '../../base/shift-segments.ts';
import type { PartitionStart } from '../../base/partition-start.ts';
import { type DecodedRecord, decodeBatches } from '../../kafka/batch/decode-batch.ts';
import { baseSequenceOf, producerEpochOf, producerIdOf } from '../../kafka/batch/header.ts';
import { takeIn } from './intake.ts';
import { type DataBatch, readDataBatches } from './last-data.ts';
import { isMixedEpoch } from './mixed-epochs.ts';
import { Obstacle } from './obstacle.ts';
import { asSource } from './offsets.ts';
import { manyBatches, type PartitionEnd, placeOf, readLog } from './partition-end.ts';
import { isOfPrefix } from './prefix.ts';
import { causeOf } from './stop-cause.ts';
import { epochBefore } from './source-holes.ts';
import { type Compared, foreignWrite, lastSequenceOf } from './tail.ts';
import { compareRecords, mostUntold, type Placed, withUntold } from './untold-shift.ts';
import type { Writer } from './writer.ts';

/** So far back both logs are looked at. What is in flight is some batches. */
const reach = 2_000n;

interface KnownOfTarget {
  readonly writer: Writer;
  readonly segments: ShiftSegments;
  /** Where the copy begins, if it does not where its log does. */
  readonly start: PartitionStart | undefined;
}

/** `last`: the target's last data. Throws Obstacle where both sides hold different records at one offset. */
export async function compareSurvivors(
  source: PartitionEnd,
  target: PartitionEnd,
  last: DataBatch,
  { writer, segments, start }: KnownOfTarget,
): Promise<Compared> {
  const back = last.base > reach ? last.base - reach : 0n;
  const read = await readDataBatches(target, back, last.end, { withEmptied: true });
  const batches = read.batches.filter((each) => !isOfPrefix(each, start));
  const others = batches.find(({ bytes }) => !writer.ids.has(producerIdOf(bytes, 0)));
  if (others !== undefined) throw foreignWrite(target, others);
  const told = placesOf(batches, segments, writer);
  const [{ batch: first, shift: leastShift }, { shift: lastShift }] = [told[0], told.at(-1)] as [
    Placed,
    Placed,
  ];
  const from = first.base - leastShift - mostUntold(told, writer);
  const there = await committedRecords(source, from > 0n ? from : 0n, last.end - lastShift);
  const placed = withUntold(told, there.records, writer);
  const { shift } = placed.at(-1) as Placed;
  const common = placed.reduce((count, each) => count + mustAgree(source, target, each, there.records), 0);
  return {
    verdict: common > 0 ? 'equal' : 'unverified',
    lastSequence: lastSequenceOf(last.bytes, writer),
    sourceEpoch: there.leaderEpoch,
    shift,
    end: last.end,
    moved: correctionsOf(placed, segments),
  };
}

/**
 * The first batch of an epoch stands where the ledger says, but for what landed before it of those whose
 * place was taken. Within an epoch there are no holes, so sequence numbers count source offsets, and what the
 * target's offsets are further apart than they is fillers that came late. Data under the generation's id, and
 * of a mixed epoch, stands where the ledger says: holes are between it.
 */
function placesOf(
  batches: readonly DataBatch[],
  segments: ShiftSegments,
  { generationId }: Writer,
): Placed[] {
  const placed: Placed[] = [];
  for (const batch of batches) {
    const before = placed.at(-1);
    const isSameEpoch = before !== undefined && goesOn(before.batch, batch);
    const isAmongHoles =
      producerIdOf(batch.bytes, 0) === generationId || isMixedEpoch(producerEpochOf(batch.bytes, 0));
    if (isAmongHoles) {
      placed.push({ batch, shift: shiftAt(segments, batch.base) });
    } else if (isSameEpoch) {
      placed.push({ batch, shift: before.shift + fillersBetween(before.batch, batch) });
    } else {
      const strangers = BigInt(batch.strangers);
      placed.push({ batch, shift: shiftAt(segments, batch.base - strangers) + strangers });
    }
  }
  return placed;
}

/**
 * Of one epoch, and its sequences have not begun anew, as those of an id do that the broker has forgotten:
 * then they are no distance.
 */
function goesOn(a: DataBatch, b: DataBatch): boolean {
  const fillers = fillersBetween(a, b);
  return epochOf(a) === epochOf(b) && fillers >= 0n && fillers <= b.base - a.end;
}

const epochOf = ({ bytes }: DataBatch) => `${producerIdOf(bytes, 0)}/${producerEpochOf(bytes, 0)}`;

function fillersBetween(a: DataBatch, b: DataBatch): bigint {
  const sequences = (baseSequenceOf(b.bytes, 0) - baseSequenceOf(a.bytes, 0)) & 0x7fffffff;
  return b.base - a.base - BigInt(sequences);
}

/** What has to be recorded so that the ledger's shift of every batch is the one it was found at. */
function correctionsOf(placed: readonly Placed[], segments: ShiftSegments): ShiftSegments {
  const corrections: ShiftSegment[] = [];
  let known = segments;
  for (const { batch, shift } of placed) {
    if (shiftAt(known, batch.base) === shift) continue;
    const correction = { firstTargetOffset: batch.base, shift };
    corrections.push(correction);
    known = withSegment(known, correction);
  }
  return corrections;
}

/** How many of the batch's records the source still holds. Throws Obstacle where it holds another one. */
function mustAgree(
  source: PartitionEnd,
  target: PartitionEnd,
  placed: Placed,
  theirs: ReadonlyMap<bigint, DecodedRecord>,
): number {
  const { common, different } = compareRecords(placed, theirs);
  if (different === undefined) return common;
  const theirPlace = `${placeOf(source)} at ${different - placed.shift}`;
  const text = `${placeOf(target)} holds another record at ${different} than ${theirPlace}`;
  throw new Obstacle(causeOf('CW-2006', text, { from: different, to: different + 1n }));
}

/** By offset, as far as the source has them and they are stable; leader epoch of the last batch of them. */
async function committedRecords(source: PartitionEnd, from: bigint, to: bigint) {
  const records = new Map<bigint, DecodedRecord>();
  let leaderEpoch = -1;
  for (let next = asSource(from); next < to; ) {
    const read = await readLog(source, next, manyBatches);
    if (read.logStartOffset > next) {
      next = asSource(read.logStartOffset);
      continue;
    }
    const intake = takeIn({ asked: next, ...read }, { position: next, leaderEpoch, isSoft: true });
    if (intake?.cause !== undefined) throw new Obstacle(intake.cause);
    if (intake === undefined || intake.next === next) break;
    for (const piece of intake.pieces) {
      if (piece.kind === 'holes') continue;
      for (const record of decodeBatches(piece.bytes))
        if (record.offset < to) records.set(record.offset, record);
    }
    leaderEpoch = epochBefore(read.records, to) ?? -1;
    next = intake.next;
  }
  return { records, leaderEpoch };
}
