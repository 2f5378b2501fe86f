// How far the running comparison of both sides has come, and what it found. Pure.
import { sideNamed } from '../../base/difference-kinds.ts';
import { sourcePosition } from '../../base/shift-segments.ts';
import type { ObservedVerified, VerifiedRange } from '../../ledger/records.ts';
import { verifiedKey } from '../../ledger/record-key.ts';
import { formatAmount, formatDuration, unknown } from '../output/values.ts';
import type { PartitionRow } from './partitions.ts';
import type { Picture, RegionPicture } from './picture.ts';

export const differsCode = 'CW-2040';

export type VerifiedOf = (
  row: Pick<PartitionRow, 'set' | 'topic' | 'partition'>,
) => ObservedVerified | undefined;

export interface DifferingPartitions {
  /** The first one, `topic-3`. */
  readonly where: string;
  readonly topic: string;
  readonly source: string;
  readonly partitions: number;
  /** Of all partitions, as far as is known. */
  readonly ranges: number;
  readonly first: VerifiedRange | undefined;
}

export interface Verification {
  /** Of the offsets that the target has, the part that has been compared; undefined where it is not known. */
  readonly part: number | undefined;
  /** When the partition that was looked at longest ago was. */
  readonly checkedAtMs: number | undefined;
  readonly differing: DifferingPartitions | undefined;
}

/** As the target's ledger has it, of the topics that are mirrored now. */
export function verifiedIn(region: RegionPicture | undefined): VerifiedOf {
  const records = new Map(
    region?.verified.map((record) => [verifiedKey(record.set, record.topic, record.partition), record]),
  );
  const ids = new Map(region?.topics.map((decided) => [`${decided.set}/${decided.topic}`, decided]));
  return ({ set, topic, partition }) => {
    const record = records.get(verifiedKey(set, topic, partition));
    const decided = ids.get(`${set}/${topic}`);
    const isOther =
      record?.targetTopicId !== decided?.targetTopicId || record?.sourceTopicId !== decided?.sourceTopicId;
    return isOther ? undefined : record;
  };
}

export function verificationOf(rows: readonly PartitionRow[], verifiedOf: VerifiedOf): Verification {
  let [all, compared] = [0n, 0n];
  let isKnown = rows.length > 0;
  let checkedAtMs: number | undefined;
  let hasRecord = false;
  for (const row of rows) {
    const record = verifiedOf(row);
    hasRecord ||= record !== undefined;
    const length = lengthOf(row);
    if (length === undefined) isKnown = false;
    else if (length > 0n) {
      all += length;
      compared += comparedOf(row, record);
      if (record !== undefined) checkedAtMs = Math.min(record.checkedAtMs, checkedAtMs ?? Infinity);
    }
  }
  const isEmpty = isKnown && all === 0n;
  const part = isEmpty ? 1 : isKnown && hasRecord ? Number((compared * 10_000n) / all) / 10_000 : undefined;
  return { part, checkedAtMs, differing: differingOf(rows, verifiedOf) };
}

function differingOf(rows: readonly PartitionRow[], verifiedOf: VerifiedOf): DifferingPartitions | undefined {
  const found = rows.flatMap((row) => {
    const record = verifiedOf(row);
    const ranges = record === undefined ? 0 : record.ranges.length + record.more;
    return record === undefined || ranges === 0 ? [] : [{ row, record, ranges }];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  const { row, record } = first;
  return {
    where: `${row.topic}-${row.partition}`,
    topic: row.topic,
    source: row.source,
    partitions: found.length,
    ranges: found.reduce((sum, { ranges }) => sum + ranges, 0),
    first: record.ranges[0],
  };
}

/** Offsets of the source that the target has; undefined where that was never told. */
function lengthOf({ last }: PartitionRow): bigint | undefined {
  const end = last && sourcePosition(last);
  return end === undefined ? undefined : end - (last?.sourceStart ?? 0n);
}

function comparedOf({ last }: PartitionRow, record: ObservedVerified | undefined): bigint {
  const end = last && sourcePosition(last);
  if (record === undefined || end === undefined) return 0n;
  const to = record.verifiedTo < end ? record.verifiedTo : end;
  const compared = to - (last?.sourceStart ?? 0n);
  return compared > 0n ? compared : 0n;
}

/** `to 99.98 %, 4s ago`; `differs !`; `?`; `off` where nothing is compared and nothing is known. */
export function verificationText(
  { part, checkedAtMs, differing }: Verification,
  { nowMs }: Pick<Picture, 'nowMs'>,
  isOff = false,
): string {
  if (differing !== undefined) return 'differs !';
  if (isOff) return 'off';
  if (part === undefined) return unknown;
  const age = checkedAtMs === undefined ? '' : `, ${formatDuration(nowMs - checkedAtMs)} ago`;
  return `to ${percent(part)} %${age}`;
}

/** Never rounded up: 100 % is all. */
const percent = (part: number): string => (Math.floor(part * 10_000) / 100).toString();

export function differingText(set: string, differing: DifferingPartitions): string {
  const { where, topic, source, partitions, ranges, first } = differing;
  const more = partitions > 1 ? ` (and ${formatAmount(partitions - 1, 'more partition')})` : '';
  const verb = ranges === 1 ? 'differs' : 'differ';
  return (
    `${differsCode} ${where}${more}: ${formatAmount(ranges, 'range')} ${verb} from ${source}` +
    `${first === undefined ? '' : `, the first ${rangeText(first)}`}; ` +
    `\`causeway verify ${set} --topic ${topic}\` tells all`
  );
}

function rangeText({ kind, firstOffset, endOffset, detail }: VerifiedRange): string {
  const offsets = endOffset - firstOffset === 1n ? firstOffset : `${firstOffset}..${endOffset - 1n}`;
  return `${kind} at ${sideNamed[kind]} offset ${offsets} (${detail})`;
}
