// Where the mirrors of this region began, by what `causeway.generations` adds up to. Pure.
import type { PartitionStart } from '../base/partition-start.ts';
import { shiftKey } from '../base/shift-segments.ts';
import type { GenerationRecord } from './records.ts';

/**
 * `records` in the order of the log. By `shiftKey`; the first record of a partition wins, since what was
 * written below its first offset follows from it. What is not named begins at offset 0.
 */
export function foldStarts(records: Iterable<GenerationRecord>): ReadonlyMap<string, PartitionStart> {
  const starts = new Map<string, PartitionStart>();
  for (const record of records) {
    if (record.kind !== 'started') continue;
    const { targetTopicId, partition, firstOffset, way, timestampMs } = record;
    const key = shiftKey(targetTopicId, partition);
    if (!starts.has(key)) starts.set(key, { firstOffset, way, timestampMs });
  }
  return starts;
}
