// The ledger's own records, text on both sides, as record batches: uncompressed and without a producer id.
import { decodeBatch as decodeRecords } from '../kafka/batch/decode-batch.ts';
import { encodeBatch as encodeRecords } from '../kafka/batch/encode-batch.ts';

/** `value` undefined is a tombstone. */
export interface PlainEntry {
  readonly key: string;
  readonly value: string | undefined;
}

/** One batch with all entries, stamped `timestampMs`, fit for Produce. */
export function encodeBatch(entries: readonly PlainEntry[], timestampMs: number): Buffer {
  const timestamp = BigInt(Math.trunc(timestampMs));
  return encodeRecords(
    entries.map(({ key, value }) => ({
      timestamp,
      key: Buffer.from(key),
      value: value === undefined ? undefined : Buffer.from(value),
    })),
  );
}

/** A record as it stands in the log. */
export interface RawRecord {
  readonly offset: bigint;
  readonly key: string | undefined;
  /** Undefined: a tombstone. */
  readonly value: string | undefined;
}

/** The records of one whole batch. Throws CW-3005 or CW-3007 with the reason where it is not decodable. */
export function decodeBatch(batch: Buffer): RawRecord[] {
  return decodeRecords(batch).map(({ offset, key, value }) => ({
    offset,
    key: key?.toString(),
    value: value?.toString(),
  }));
}
