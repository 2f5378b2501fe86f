// What may stand in front of a copy that begins in the middle: batches of empty records, packed with zstd.
import { zstdDecompressSync } from 'node:zlib';
import { VarintReader } from './varint-reader.ts';

const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const baseTimestampAt = 27;
const maxTimestampAt = 35;
const countAt = 57;
const recordsAt = 61;
const zstd = 4;

/** Whether a batch holds nothing but records without key, value and headers, all of one time. */
export function isNullBatch(batch: Buffer, timestampMs: bigint): boolean {
  const count = batch.readInt32BE(countAt);
  if (batch.readInt16BE(attributesAt) !== zstd || batch.readInt32BE(lastOffsetDeltaAt) !== count - 1) {
    return false;
  }
  const times = [batch.readBigInt64BE(baseTimestampAt), batch.readBigInt64BE(maxTimestampAt)];
  if (times.some((each) => each !== timestampMs)) return false;
  return areEmpty(zstdDecompressSync(batch.subarray(recordsAt)), count);
}

/** Length, attributes, time, offset, key, value, headers: of each record. */
function areEmpty(records: Buffer, count: number): boolean {
  const reader = new VarintReader(records);
  const next = () => reader.next();
  for (let delta = 0; delta < count; delta += 1) {
    const length = next();
    const end = reader.at + length;
    reader.at += 1;
    const fields = [next(), next(), next(), next(), next()];
    if (reader.at !== end || fields.some((field, index) => field !== [0, delta, -1, -1, 0][index]))
      return false;
  }
  return reader.at === records.length;
}
