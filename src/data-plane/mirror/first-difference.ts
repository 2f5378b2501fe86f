// Where a copy that has gone apart from its source begins to differ: what the message of the stop says, so
// that a person knows what is at one side only. Logs that went apart once stay apart, so it is looked for
// by halves.
import { type ShiftSegments, shiftAt } from '../../base/shift-segments.ts';
import { attributesOf, baseOffsetOf, isControl, lastOffsetDeltaOf } from '../../kafka/batch/header.ts';
import { forEachBatch } from '../../kafka/batch/walk.ts';
import type { DataBatch } from './last-data.ts';
import { Obstacle } from './obstacle.ts';
import type { TargetOffset } from './offsets.ts';
import { manyBatches, oneBatch, type PartitionEnd, readLog, readOffset } from './partition-end.ts';
import { isMadeOf, isSameBatch } from './same-batch.ts';
import { type Cause, causeOf } from './stop-cause.ts';

/** Logs that have gone apart, by what is known of them. */
export interface ApartLogs {
  readonly source: PartitionEnd;
  readonly target: PartitionEnd;
  /** Where the target ends. */
  readonly position: TargetOffset;
  readonly segments: ShiftSegments;
}

/**
 * The first target offset from which on the source does not hold what the target holds, at the place that
 * the segments say. Undefined where all data up to the position is the same. Throws Obstacle where a side
 * cannot be read.
 */
export async function firstDifference(logs: ApartLogs): Promise<bigint | undefined> {
  const { source, target, position } = logs;
  const [sourceStart, targetStart] = await Promise.all([
    readOffset(source, 'start'),
    readOffset(target, 'start'),
  ]);
  const sourceStartHere = sourceStart + shiftAt(logs.segments, targetStart);
  let same = targetStart > sourceStartHere ? targetStart : sourceStartHere;
  let apart: bigint = position;
  let found: bigint | undefined;
  while (same < apart) {
    const middle = (same + apart) / 2n;
    const batch = await firstData(target, middle, apart);
    if (batch === undefined) apart = middle;
    else if (await isAtSource(logs, batch)) same = batch.end;
    else {
      found = batch.base;
      apart = batch.base < middle ? batch.base : middle;
    }
  }
  return found;
}

/**
 * The cause with the exact range that is at the target only, where it can be told; else as it is. For
 * CW-2006 and CW-2008 of partitions that are not soft.
 */
export async function withRange(cause: Cause, logs: ApartLogs): Promise<Cause> {
  try {
    const from = await firstDifference(logs);
    if (from === undefined) return cause;
    const { position: to } = logs;
    const range = `${from}..${to - 1n} (${to - from} offsets)`;
    const text = `only the copy holds what is at its offsets ${range}; before them both hold the same`;
    return causeOf(cause.code, `${cause.message}; ${text}`, { ...cause.details, from, to });
  } catch (thrown) {
    // The stop is true without it.
    if (thrown instanceof Obstacle) return cause;
    throw thrown;
  }
}

type Found = Omit<DataBatch, 'strangers'>;

/** The first batch of data that reaches into `[from, to)`. */
async function firstData(target: PartitionEnd, from: bigint, to: bigint): Promise<Found | undefined> {
  let found: Found | undefined;
  for (let next = from; next < to && found === undefined; ) {
    const { records } = await readLog(target, next, manyBatches);
    const before = next;
    forEachBatch(records, (start, length) => {
      const base = baseOffsetOf(records, start);
      next = base + BigInt(lastOffsetDeltaOf(records, start) + 1);
      if (isControl(attributesOf(records, start))) return true;
      found = { bytes: records.subarray(start, start + length), base, end: next };
      return false;
    });
    if (next === before) return undefined;
  }
  return found !== undefined && found.base < to ? found : undefined;
}

async function isAtSource({ source, segments }: ApartLogs, { bytes, base }: Found): Promise<boolean> {
  const shift = shiftAt(segments, base);
  const { records } = await readLog(source, base - shift, oneBatch);
  return records.length > 0 && (isSameBatch(bytes, records, shift) || isMadeOf(bytes, records, shift));
}
