// From one fetch answer of a ledger topic to the records that a read-committed consumer sees.
import { CausewayError } from '../base/errors.ts';
import { AbortedTransactions } from '../kafka/batch/aborted-transactions.ts';
import { baseOffsetOf, lastOffsetDeltaOf, magicOf } from '../kafka/batch/header.ts';
import { forEachBatch } from '../kafka/batch/walk.ts';
import type { FetchedPartition } from '../kafka/wire/messages.ts';
import { decodeEntries, type RawRecord } from './record-batch.ts';

/** A batch that cannot be decoded. */
export interface BadBatch {
  readonly offset: bigint;
  readonly why: string;
}

export interface FetchedRecords {
  readonly records: readonly RawRecord[];
  readonly badBatches: readonly BadBatch[];
  /** Where the next fetch begins. */
  readonly nextOffset: bigint;
}

/**
 * `from` is the offset that was asked for; records of the first batch below it are passed over. Throws
 * CW-3005 where the answer does not consist of batches.
 */
export function recordsOf(
  partition: Pick<FetchedPartition, 'records' | 'abortedTransactions'>,
  from: bigint,
): FetchedRecords {
  const aborted = new AbortedTransactions(partition.abortedTransactions);
  const records: RawRecord[] = [];
  const badBatches: BadBatch[] = [];
  let nextOffset = from;
  forEachBatch(partition.records, (start, length) => {
    const bytes = partition.records.subarray(start, start + length);
    const offset = baseOffsetOf(bytes, 0);
    if (magicOf(bytes, 0) !== 2) {
      // Of the formats before 2 nothing but the offset, of the last record, stands at the same place.
      badBatches.push({ offset, why: `it is in message format ${magicOf(bytes, 0)}` });
      nextOffset = later(nextOffset, offset + 1n);
      return true;
    }
    const lastOffset = offset + BigInt(lastOffsetDeltaOf(bytes, 0));
    if (lastOffset < from) return true;
    nextOffset = later(nextOffset, lastOffset + 1n);
    if (!aborted.isVisible(bytes)) return true;
    try {
      records.push(...decodeEntries(bytes).filter((record) => record.offset >= from));
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      badBatches.push({ offset, why: error.message });
    }
    return true;
  });
  return { records, badBatches, nextOffset };
}

const later = (a: bigint, b: bigint) => (a > b ? a : b);
