// The target's last data where the source has trimmed its beginning: what is left of it on both sides tells
// whether the data stands where the ledger says.
import { type DecodedRecord, decodeBatch, decodeBatches } from '../../kafka/batch/decode-batch.ts';
import { isDeepStrictEqual } from 'node:util';
import { takeIn } from './intake.ts';
import type { DataBatch } from './last-data.ts';
import { asSource } from './offsets.ts';
import { oneBatch, type PartitionEnd, readLog } from './partition-end.ts';
import { mostShiftOf } from './shifted-data.ts';
import { refuseUnstable } from './source-holes.ts';

export interface TrimmedTail {
  /** Target offset less source offset, at least `told`: the least one that what is left does not refute. */
  readonly shift: bigint;
  /** Whether records were compared; with none left, nothing is certain. */
  readonly isCompared: boolean;
}

/**
 * `told`: what the ledger says; the source begins at `start`, behind where the data would begin there.
 * Undefined where what is left refutes every shift that the target's fillers can have made.
 */
export async function compareTrimmed(
  source: PartitionEnd,
  target: PartitionEnd,
  last: DataBatch,
  told: bigint,
  start: bigint,
): Promise<TrimmedTail | undefined> {
  const gone = last.end - start;
  if (told >= gone) return { shift: told, isCompared: false };
  const left = await readLeft(source, start);
  const mine = decodeBatch(last.bytes);
  const agrees = (shift: bigint): boolean => {
    const moved = mine.map((record) => ({ ...record, offset: record.offset - shift }));
    const to = last.end - shift < left.to ? last.end - shift : left.to;
    return isDeepStrictEqual(within(moved, start, to), within(left.records, start, to));
  };
  // What is not stable at the source has not been mirrored.
  const isStable = left.to > start;
  if (isStable && agrees(told)) return { shift: told, isCompared: true };
  const most = await mostShiftOf(target, last, told);
  for (let shift = told + 1n; isStable && shift < gone && shift <= most; shift += 1n) {
    if (agrees(shift)) return { shift, isCompared: true };
  }
  return gone <= most ? { shift: gone, isCompared: false } : undefined;
}

/** The committed records that the source begins with, up to where that is known. */
async function readLeft(source: PartitionEnd, start: bigint) {
  const position = asSource(start);
  const read = await readLog(source, start, oneBatch);
  const intake = takeIn({ asked: position, ...read }, { position, leaderEpoch: -1, isSoft: false });
  if (intake === undefined || intake.next === position) {
    await refuseUnstable(source, read, position);
    return { records: [], to: start };
  }
  const records = intake.pieces.flatMap((piece) => (piece.kind === 'run' ? decodeBatches(piece.bytes) : []));
  return { records, to: intake.next };
}

const within = (records: readonly DecodedRecord[], from: bigint, to: bigint) =>
  records.filter(({ offset }) => offset >= from && offset < to);
