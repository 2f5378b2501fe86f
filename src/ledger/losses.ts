// What the mirrors of this region could not copy any more, by what `causeway.generations` adds up to. Pure.
import { type LostRanges, withLost } from '../base/lost-ranges.ts';
import { shiftKey } from '../base/shift-segments.ts';
import type { GenerationRecord } from './records.ts';

/** By `shiftKey`, in source offsets; what is not named has lost nothing. */
export function foldLosses(records: Iterable<GenerationRecord>): ReadonlyMap<string, LostRanges> {
  const losses = new Map<string, LostRanges>();
  for (const record of records) {
    if (record.kind !== 'lost') continue;
    const key = shiftKey(record.targetTopicId, record.partition);
    losses.set(key, withLost(losses.get(key) ?? [], { from: record.firstOffset, to: record.endOffset }));
  }
  return losses;
}
