// The ledger's own entries, keys and values as text, in record batches.
import { unpackedBytesMaxDefault } from '../kafka/batch/codecs.ts';
import { decodeBatch } from '../kafka/batch/decode-batch.ts';
import { encodeBatch } from '../kafka/batch/encode-batch.ts';

/** `value` undefined is a tombstone. */
export interface PlainEntry {
  readonly key: string;
  readonly value: string | undefined;
}

/** A record as it stands in the log. */
export interface RawRecord {
  readonly offset: bigint;
  readonly key: string | undefined;
  /** Undefined: a tombstone. */
  readonly value: string | undefined;
}

/** One uncompressed batch with all entries, without a producer id, stamped `timestampMs`, fit for Produce. */
export function encodeEntries(entries: readonly PlainEntry[], timestampMs: number): Buffer {
  const timestamp = BigInt(Math.trunc(timestampMs));
  return encodeBatch(
    entries.map(({ key, value }) => ({ timestamp, key: Buffer.from(key), value: bytesOf(value) })),
  );
}

/** The records of one whole batch. Throws CW-3005, CW-3007 or CW-3018 where it is not decodable. */
export function decodeEntries(batch: Buffer): RawRecord[] {
  return decodeBatch(batch, 0, unpackedBytesMaxDefault).map(({ offset, key, value }) => {
    return { offset, key: key?.toString(), value: value?.toString() };
  });
}

const bytesOf = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));
