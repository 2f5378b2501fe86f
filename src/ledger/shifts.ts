// Where the mirrors of this region are apart from their sources, by what `causeway.generations` adds up to.
// Pure.
import { segmentsOfStart } from '../base/partition-start.ts';
import { identicalOffsets, shiftKey, type ShiftSegments, withSegment } from '../base/shift-segments.ts';
import type { GenerationRecord } from './records.ts';
import { foldStarts } from './starts.ts';

/** `records` in the order of the log. By `shiftKey`; what is not named is identical. */
export function foldShifts(records: Iterable<GenerationRecord>): ReadonlyMap<string, ShiftSegments> {
  const all = [...records];
  const shifts = new Map<string, ShiftSegments>();
  for (const [key, start] of foldStarts(all)) {
    const segments = segmentsOfStart(start);
    if (segments.length > 0) shifts.set(key, segments);
  }
  for (const record of all) {
    if (record.kind !== 'shifted') continue;
    const { targetTopicId, partition, firstTargetOffset, shift } = record;
    const key = shiftKey(targetTopicId, partition);
    shifts.set(key, withSegment(shifts.get(key) ?? identicalOffsets, { firstTargetOffset, shift }));
  }
  return shifts;
}
