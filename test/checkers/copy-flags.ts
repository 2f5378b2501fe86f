// What is wrong with a copy of any maker, by dumps of both logs: how many records are not at their offsets,
// lost, there twice, out of order, or were never committed.
import type { DumpedBatch, DumpedRecord } from './dumped-log.ts';

export interface CopyFlags {
  /** At the source. */
  readonly committed: number;
  /** Committed records, each found at the copy where it stands at the source. */
  readonly atTheirOffsets: number;
  readonly lost: number;
  /** Records of the copy that it has already. */
  readonly repeated: number;
  /** Records of the copy that stand behind a later one, and stand there for the first time. */
  readonly outOfOrder: number;
  /** Records of aborted transactions that a reader of the copy sees. */
  readonly aborted: number;
  /** Of the copy, where the source has nothing of the kind. */
  readonly unknown: number;
}

/** `source` and `copy`: all that was ever in the log, and all that a reader of committed records sees. */
export function flagsOf(source: CommittedDump, copy: readonly DumpedRecord[]): CopyFlags {
  const placeOf = new Map(source.committed.map(({ text, offset }) => [text, offset]));
  const aborted = new Set(source.aborted.map(({ text }) => text));
  const seen = new Set<string>();
  const counts = { atTheirOffsets: 0, repeated: 0, outOfOrder: 0, aborted: 0, unknown: 0 };
  let furthest = -1;
  for (const { text, offset } of copy) {
    const place = placeOf.get(text);
    if (place === undefined) counts[aborted.has(text) ? 'aborted' : 'unknown'] += 1;
    else if (seen.has(text)) counts.repeated += 1;
    else {
      seen.add(text);
      if (place === offset) counts.atTheirOffsets += 1;
      if (place < furthest) counts.outOfOrder += 1;
      furthest = Math.max(furthest, place);
    }
  }
  return { committed: placeOf.size, lost: placeOf.size - seen.size, ...counts };
}

export interface CommittedDump {
  /** In the order of the log. */
  readonly committed: readonly DumpedRecord[];
  readonly aborted: readonly DumpedRecord[];
}

/** A transaction's records are what its producer's next marker says; of one without a marker, nothing. */
export function committedOf(batches: readonly DumpedBatch[]): CommittedDump {
  const committed: DumpedRecord[] = [];
  const aborted: DumpedRecord[] = [];
  const open = new Map<string, DumpedRecord[]>();
  for (const { producerId, isControl, isTransactional, records } of batches) {
    if (isControl) {
      for (const { marker } of records) {
        const ended = open.get(producerId) ?? [];
        open.delete(producerId);
        (marker === 'COMMIT' ? committed : aborted).push(...ended);
      }
    } else if (isTransactional) {
      open.set(producerId, [...(open.get(producerId) ?? []), ...records]);
    } else committed.push(...records);
  }
  committed.sort((a, b) => a.offset - b.offset);
  return { committed, aborted };
}
