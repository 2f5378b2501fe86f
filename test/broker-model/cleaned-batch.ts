// A batch as the log cleaner writes it again: the same offsets, id and sequences, with fewer records or none
// (Kafka's MemoryRecords.filterTo).
import { crc32c } from '../../src/kafka/batch/crc32c.ts';
import type { DecodedRecord } from '../../src/kafka/batch/decode-batch.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseTimestampOf,
  codecOf,
  headerBytes,
  lengthOverheadBytes,
  maxTimestampOf,
  usesLogAppendTime,
} from '../../src/kafka/batch/header.ts';
import { recordBytes } from './made-batch.ts';

const deleteHorizonBit = 0x40;

/** When the cleaner may take the batch's tombstones or marker; undefined until it has said so (KIP-534). */
export const deleteHorizonOf = (batch: Buffer): bigint | undefined =>
  (attributesOf(batch, 0) & deleteHorizonBit) === 0 ? undefined : baseTimestampOf(batch, 0);

/** `batch` with these of its records only, at least one; `horizonMs` then stands for the base timestamp. */
export function withRecords(
  batch: Buffer,
  records: readonly DecodedRecord[],
  horizonMs: bigint | undefined,
): Buffer {
  const attributes = attributesOf(batch, 0);
  if (codecOf(attributes) !== 'none') throw new Error('model: the cleaner does not know codecs');
  const timestamps = records.map(({ timestamp }) => timestamp);
  const baseTimestamp = horizonMs ?? timestamps[0] ?? 0n;
  const newest = timestamps.reduce((max, each) => (each > max ? each : max));
  const body = records.map((record) =>
    recordBytes({
      ...record,
      offsetDelta: Number(record.offset - baseOffsetOf(batch, 0)),
      timestampDelta: Number(record.timestamp - baseTimestamp),
    }),
  );
  return rewritten(batch, Buffer.concat(body), {
    attributes: horizonMs === undefined ? attributes : attributes | deleteHorizonBit,
    baseTimestamp,
    maxTimestamp: usesLogAppendTime(attributes) ? maxTimestampOf(batch, 0) : newest,
    recordCount: records.length,
  });
}

/** `batch` without a record: what is left of an id's last one, or of a log's last one. */
export const withoutRecords = (batch: Buffer): Buffer =>
  rewritten(batch, Buffer.alloc(0), {
    // Neither a codec nor a delete horizon is left.
    attributes: attributesOf(batch, 0) & 0x38,
    baseTimestamp: -1n,
    maxTimestamp: maxTimestampOf(batch, 0),
    recordCount: 0,
  });

interface NewFields {
  readonly attributes: number;
  readonly baseTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly recordCount: number;
}

function rewritten(batch: Buffer, body: Buffer, fields: NewFields): Buffer {
  const bytes = Buffer.concat([batch.subarray(0, headerBytes), body]);
  bytes.writeInt32BE(bytes.length - lengthOverheadBytes, 8);
  bytes.writeInt16BE(fields.attributes, 21);
  bytes.writeBigInt64BE(fields.baseTimestamp, 27);
  bytes.writeBigInt64BE(fields.maxTimestamp, 35);
  bytes.writeInt32BE(fields.recordCount, 57);
  bytes.writeUInt32BE(crc32c(bytes, 21, bytes.length), 17);
  return bytes;
}
