// The target's last data where the source has trimmed its beginning: what is left of it on both sides tells
// whether the data stands where the ledger says.
import { type DecodedRecord, decodeBatch } from '../../kafka/batch/decode-batch.ts';
import { forEachBatch } from '../../kafka/batch/walk.ts';
import { isDeepStrictEqual } from 'node:util';
import { takeIn } from './intake.ts';
import type { DataBatch } from './last-data.ts';
import { asSource } from './offsets.ts';
import { oneBatch, type PartitionEnd, readLog } from './partition-end.ts';
import { refuseUnstable } from './source-holes.ts';

export interface TrimmedTail {
  /** Target offset less source offset, at least `told`: the least one that what is left does not refute. */
  readonly shift: bigint;
  /** Whether records were compared; with none left, nothing is certain. */
  readonly isCompared: boolean;
}

/** `told`: what the ledger says; the source begins at `start`, behind where the data would begin there. */
export async function compareTrimmed(
  source: PartitionEnd,
  last: DataBatch,
  told: bigint,
  start: bigint,
): Promise<TrimmedTail> {
  const gone = last.end - start;
  if (told >= gone) return { shift: told, isCompared: false };
  const position = asSource(start);
  const read = await readLog(source, start, oneBatch);
  const intake = takeIn({ asked: position, ...read }, { position, leaderEpoch: -1 });
  if (intake === undefined || intake.next === position) {
    await refuseUnstable(source, read, position);
    // What is not stable at the source has not been mirrored.
    return { shift: gone, isCompared: false };
  }
  const theirs = intake.pieces.flatMap((piece) => (piece.kind === 'run' ? recordsIn(piece.bytes) : []));
  const mine = decodeBatch(last.bytes);
  for (let shift = told; shift < gone; shift += 1n) {
    const moved = mine.map((record) => ({ ...record, offset: record.offset - shift }));
    const to = last.end - shift < intake.next ? last.end - shift : intake.next;
    if (isDeepStrictEqual(within(moved, start, to), within(theirs, start, to)))
      return { shift, isCompared: true };
  }
  return { shift: gone, isCompared: false };
}

const within = (records: readonly DecodedRecord[], from: bigint, to: bigint) =>
  records.filter(({ offset }) => offset >= from && offset < to);

function recordsIn(bytes: Buffer): DecodedRecord[] {
  const records: DecodedRecord[] = [];
  forEachBatch(bytes, (at) => {
    records.push(...decodeBatch(bytes, at));
    return true;
  });
  return records;
}
