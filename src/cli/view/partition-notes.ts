// What is told of a partition besides its row: where it began, that its prefix is being filled, that it is
// shifted, or held by an open transaction. Pure.
import type { LostRanges } from '../../base/lost-ranges.ts';
import type { PartitionStart } from '../../base/partition-start.ts';
import { type ShiftSegments, shiftKey } from '../../base/shift-segments.ts';
import type { ObservedPrefix, ObservedTransaction } from '../../ledger/records.ts';
import { foldLosses } from '../../ledger/losses.ts';
import { foldShifts } from '../../ledger/shifts.ts';
import { foldStarts } from '../../ledger/starts.ts';
import { formatAmount, formatDuration, unknown } from '../output/values.ts';
import type { PartitionRow } from './partitions.ts';
import type { Picture, RegionPicture } from './picture.ts';

/** Segments named for one partition; `-o json` has all of them. */
const segmentsShownMax = 5;

export type SegmentsOf = (
  row: Pick<PartitionRow, 'set' | 'topic' | 'partition'>,
) => ShiftSegments | undefined;

/** As the ledger of the target has them; undefined where it is not known which topic is mirrored to. */
export function segmentsIn(region: RegionPicture): SegmentsOf {
  const shifts = foldShifts(region.generations);
  return (row) => {
    const id = targetTopicId(region, row);
    return id === undefined ? undefined : (shifts.get(shiftKey(id, row.partition)) ?? []);
  };
}

export type StartOf = (row: Pick<PartitionRow, 'set' | 'topic' | 'partition'>) => PartitionStart | undefined;

/** As the ledger of the target has it; undefined where it begins at offset 0, or nowhere yet. */
export function startsIn(region: RegionPicture): StartOf {
  const starts = foldStarts(region.generations);
  return (row) => {
    const id = targetTopicId(region, row);
    return id === undefined ? undefined : starts.get(shiftKey(id, row.partition));
  };
}

export type LossesOf = (row: Pick<PartitionRow, 'set' | 'topic' | 'partition'>) => LostRanges;

/** What retention at the source deleted before it was copied, as the ledger of the target has it. */
export function lossesIn(region: RegionPicture): LossesOf {
  const losses = foldLosses(region.generations);
  return (row) => losses.get(shiftKey(targetTopicId(region, row) ?? '', row.partition)) ?? [];
}

const targetTopicId = (
  { topics }: RegionPicture,
  { set, topic }: Pick<PartitionRow, 'set' | 'topic'>,
): string | undefined => topics.find((record) => record.set === set && record.topic === topic)?.targetTopicId;

/** The first source offset that is copied; undefined where it is not known. */
export function firstOffsetOf({ last }: PartitionRow, start: PartitionStart | undefined): bigint | undefined {
  return start?.firstOffset ?? (last?.position === undefined ? undefined : 0n);
}

/** What comes next stands so much further on at the target; undefined where it is not known. */
export function shiftOf({ last }: PartitionRow): bigint | undefined {
  return last?.position === undefined ? undefined : (last.shift ?? 0n);
}

/** As last reported; a report that is old says nothing of a transaction. */
export function heldBy({ state, last }: PartitionRow): ObservedTransaction | undefined {
  return state === 'unknown' ? undefined : last?.heldBy;
}

/** As last reported; a report that is old says nothing of it. */
export function prefixOf({ state, last }: PartitionRow): ObservedPrefix | undefined {
  return state === 'prefilling' ? last?.prefix : undefined;
}

export function prefixText({ reached, firstOffset }: ObservedPrefix): string {
  return `filling the offsets before its first record: ${reached} of ${firstOffset}`;
}

export function heldText(nowMs: number, { sinceMs, producerId }: ObservedTransaction): string {
  const forText = formatDuration(nowMs - sinceMs);
  return `held by an open transaction at the source for ${forText} (producer ${producerId ?? unknown})`;
}

/** A sentence each; none where there is nothing to tell. */
export function partitionNotes(
  picture: Picture,
  row: PartitionRow,
  segments: ShiftSegments | undefined,
  lost: LostRanges = [],
): string[] {
  const name = `${row.topic}-${row.partition}`;
  const transaction = heldBy(row);
  const notes = transaction === undefined ? [] : [`${name} is ${heldText(picture.nowMs, transaction)}`];
  const prefix = prefixOf(row);
  if (prefix !== undefined) notes.push(`${name} is ${prefixText(prefix)}`);
  const shift = shiftOf(row);
  if (shift !== undefined && shift !== 0n) {
    notes.push(`${name} is shifted by ${shift} (${segmentsText(segments)})${returnText(shift)}`);
  } else if (segments !== undefined && segments.length > 0) {
    const now = shift === undefined ? 'is or was shifted' : 'was shifted';
    notes.push(`${name} ${now} (${segmentsText(segments)})`);
  }
  if (lost.length > 0) notes.push(`${name} ${lostText(lost)}`);
  return notes;
}

/** `lost source offsets 100..199 (100) to retention before they were copied`. */
function lostText(ranges: LostRanges): string {
  const shown = ranges.slice(-segmentsShownMax).map(({ from, to }) => `${from}..${to - 1n} (${to - from})`);
  const before = ranges.length - segmentsShownMax;
  const earlier = before > 0 ? `${formatAmount(before, 'earlier range')}, ` : '';
  return `lost source offsets ${earlier}${shown.join(', ')} to retention before they were copied`;
}

/** Fewer fillers are written than there are holes, until both sides agree again. */
const returnText = (shift: bigint): string =>
  shift > 0n ? `; identical again after the next ${shift === 1n ? 'hole' : formatAmount(shift, 'hole')}` : '';

/** `from target offset 20 on by 3, from target offset 70 on identical`. */
export function segmentsText(segments: ShiftSegments | undefined): string {
  if (segments === undefined) return `${unknown} from which target offset on`;
  if (segments.length === 0) return 'not in the ledger';
  const shown = segments.slice(-segmentsShownMax).map(({ firstTargetOffset, shift }) => {
    return `from target offset ${firstTargetOffset} on ${shift === 0n ? 'identical' : `by ${shift}`}`;
  });
  const before = segments.length - segmentsShownMax;
  return `${before > 0 ? `${formatAmount(before, 'earlier segment')}, ` : ''}${shown.join(', ')}`;
}
