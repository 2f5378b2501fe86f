// The comparison of one mirror partition, and what can be said about its ends.
import { identicalOffsets, type ShiftSegments, sourceFrom } from '../../base/shift-segments.ts';
import { type Comparison, compareLogs, type OffsetRange } from './comparison.ts';
import { Differences } from './differences.ts';
import { judgeKeys } from './judge-keys.ts';
import type { PartitionBounds } from './partition-log.ts';
import { PartitionSides } from './partition-sides.ts';
import { type SampleWish, sampleRanges } from './sample.ts';
import { SuspectKeys } from './suspect-keys.ts';
import type { VerifyContext } from './verify-context.ts';

/** How a partition is mirrored, and which part of it is wanted. */
export interface VerifyOptions {
  /** Identical offsets unless given. */
  readonly segments?: ShiftSegments | undefined;
  /** Of the source: what lies before it is not copied. 0 unless given. */
  readonly firstOffset?: bigint | undefined;
  /** Whether `compact` is in the cleanup policy of either side. */
  readonly isCompacted?: boolean | undefined;
  /** From the first record on that is not older, at the source. */
  readonly sinceMs?: number | undefined;
  readonly sample?: SampleWish | undefined;
  /** Keys of a compacted partition that are held at once; `keysAtOnceMax` unless given. */
  readonly keysMax?: number | undefined;
  /** Told the target offset reached, and the bytes of the batch before it. */
  readonly onProgress?: ((offset: bigint, to: bigint, bytes: number) => void) | undefined;
}

/** A range of a sample is small; what is fetched beyond it is thrown away. */
const sampleFetchBytes = 256 * 1024;

export interface PartitionVerdict {
  readonly topic: string;
  readonly partition: number;
  readonly source: PartitionBounds;
  readonly target: PartitionBounds;
  /** What was to be compared: source offsets `from` to `to` (exclusive). */
  readonly from: bigint;
  readonly to: bigint;
  /** Offsets that were compared of them: all, unless a sample was wanted. */
  readonly offsetsCompared: bigint;
  /** Offsets that only one side still has, before `from`. */
  readonly offsetsBefore: bigint;
  /** Records that the target did not have when the comparison began. */
  readonly lagRecords: bigint;
  /** Whether offsets of both sides differ anywhere. */
  readonly isShifted: boolean;
  /** By which the target's batches were placed. */
  readonly segments: ShiftSegments;
  /** Whether records that a cleaner may have removed were judged by their keys. */
  readonly areKeysJudged: boolean;
  readonly comparison: Comparison;
}

/**
 * Compares one partition up to the target's end as it is now. Throws CW-6013 where a side cannot be read,
 * CW-2017 where it may not be.
 */
export async function verifyPartition(
  context: VerifyContext,
  topic: string,
  partition: number,
  options: VerifyOptions = {},
): Promise<PartitionVerdict> {
  const segments = options.segments ?? identicalOffsets;
  const fetchBytes = options.sample === undefined ? undefined : sampleFetchBytes;
  const sides = new PartitionSides(context, { topic, partition, segments, fetchBytes });
  try {
    return await verifySides(sides, options);
  } finally {
    sides.close();
  }
}

async function verifySides(sides: PartitionSides, options: VerifyOptions): Promise<PartitionVerdict> {
  const { topic, partition, segments } = sides;
  const { source, target } = await sides.bounds();
  const targetStart = sourceFrom(segments, target.start);
  // While the target is prefilled, it ends before that.
  const start = greater(greater(source.start, targetStart), options.firstOffset ?? 0n);
  // Beyond the source's end the target can only hold what it should not: it is read to its own end.
  const to = greater(start, sourceFrom(segments, target.stableEnd));
  const from = await sinceOf(sides, options, { from: start, to: lesser(to, source.stableEnd) });
  const wish = options.sample;
  const ranges =
    wish === undefined ? [{ from, to }] : sampleRanges({ from, to }, wish, `${topic}-${partition}`);
  const areKeysJudged = options.isCompacted === true && wish === undefined;
  const suspects = new SuspectKeys(from, options.keysMax);
  const totals = new Totals();
  const ends = { source: source.stableEnd, target: target.stableEnd };
  for (const range of ranges) {
    const { theirs, mine } = sides.seek(range, ends);
    const comparison = await compareLogs(theirs, mine, range, {
      segments,
      differences: totals.differences,
      onLonely: options.isCompacted === true ? (record) => suspects.add(record) : undefined,
      onProgress: (offset, bytes) => options.onProgress?.(offset, target.stableEnd, bytes),
    });
    totals.add(comparison);
  }
  if (areKeysJudged) {
    const logs = sides.keyedLogs(from);
    const onBytes = (bytes: number) => options.onProgress?.(target.stableEnd, target.stableEnd, bytes);
    const judgement = { logs, segments, from, keysMax: options.keysMax, onBytes };
    await judgeKeys(judgement, suspects, totals.differences);
  }
  return {
    topic,
    partition,
    source,
    target,
    from,
    to,
    areKeysJudged,
    comparison: totals,
    offsetsCompared: ranges.reduce((sum, range) => sum + greater(0n, range.to - range.from), 0n),
    isShifted: segments.length > 0,
    segments,
    offsetsBefore: greater(start - source.start, start - targetStart),
    lagRecords: greater(0n, source.stableEnd - to),
  };
}

/** The first source offset that is wanted. */
async function sinceOf(
  sides: PartitionSides,
  { sinceMs }: VerifyOptions,
  range: OffsetRange,
): Promise<bigint> {
  if (sinceMs === undefined) return range.from;
  const first = await sides.firstSince(BigInt(sinceMs));
  return greater(range.from, lesser(first ?? range.to, greater(range.from, range.to)));
}

/** What several ranges of one partition come to. */
class Totals implements Comparison {
  batches = 0n;
  records = 0n;
  bytes = 0n;
  recordsDecoded = 0n;
  lonely = 0n;
  readonly differences = new Differences();

  add(comparison: Comparison): void {
    this.batches += comparison.batches;
    this.records += comparison.records;
    this.bytes += comparison.bytes;
    this.recordsDecoded += comparison.recordsDecoded;
    this.lonely += comparison.lonely;
  }
}

const greater = (a: bigint, b: bigint) => (a > b ? a : b);
const lesser = (a: bigint, b: bigint) => (a < b ? a : b);
