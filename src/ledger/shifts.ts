// Where the mirrors of this region are apart from their sources, by what `causeway.generations` adds up to.
// Pure.
import { segmentsOfStart } from '../base/partition-start.ts';
import { segmentsFrom, shiftKey, type ShiftSegment, type ShiftSegments } from '../base/shift-segments.ts';
import type { GenerationRecord } from './records.ts';
import { foldStarts } from './starts.ts';

/** `records` in the order of the log. By `shiftKey`; what is not named is identical. */
export function foldShifts(records: Iterable<GenerationRecord>): ReadonlyMap<string, ShiftSegments> {
  const all = [...records];
  const found = new Map<string, ShiftSegment[]>();
  for (const [key, start] of foldStarts(all)) {
    const segments = segmentsOfStart(start);
    if (segments.length > 0) found.set(key, [...segments]);
  }
  for (const record of all) {
    if (record.kind !== 'shifted') continue;
    const { targetTopicId, partition, firstTargetOffset, shift } = record;
    const key = shiftKey(targetTopicId, partition);
    const known = found.get(key) ?? [];
    known.push({ firstTargetOffset, shift });
    found.set(key, known);
  }
  return new Map([...found].map(([key, segments]) => [key, segmentsFrom(segments)]));
}
