// Under which producer ids the soft partitions of this region carry their data, by what
// `causeway.generations` adds up to. Pure.
import { shiftKey } from '../base/shift-segments.ts';
import type { GenerationRecord, PartitionDataId } from './records.ts';

type DataId = Pick<PartitionDataId, 'producerId' | 'producerEpoch'>;

/** `records` in the order of the log. By `shiftKey`, the newest last; the first record of an id counts. */
export function foldDataIds(records: Iterable<GenerationRecord>): ReadonlyMap<string, readonly DataId[]> {
  const dataIds = new Map<string, DataId[]>();
  for (const record of records) {
    if (record.kind !== 'data-id') continue;
    const { targetTopicId, partition, producerId, producerEpoch } = record;
    const key = shiftKey(targetTopicId, partition);
    const known = dataIds.get(key) ?? [];
    if (known.some((each) => each.producerId === producerId)) continue;
    dataIds.set(key, [...known, { producerId, producerEpoch }]);
  }
  return dataIds;
}
