// All that `causeway.generations` adds up to of the region's partitions, by `shiftKey`. Pure.
import { foldDataIds } from './data-ids.ts';
import { foldLosses } from './losses.ts';
import type { GenerationRecord } from './records.ts';
import { foldShifts } from './shifts.ts';
import { foldStarts } from './starts.ts';

/** `records` in the order of the log. */
export const partitionFacts = (records: readonly GenerationRecord[]) => ({
  shifts: foldShifts(records),
  starts: foldStarts(records),
  dataIds: foldDataIds(records),
  losses: foldLosses(records),
});
