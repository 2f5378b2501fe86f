// Batches of empty records that use up the offsets of a prefix, where the source's log does not begin at 0:
// zstd, about 0.8 bytes an offset.
import { assembleBatch } from './assemble.ts';
import { pack, unpackedBytesMaxDefault } from './codecs.ts';
import { checkBatch, openBatch } from './decode-batch.ts';
import {
  attributesOf,
  baseTimestampOf,
  codecs,
  lastOffsetDeltaOf,
  maxTimestampOf,
  recordCountOf,
} from './header.ts';
import { varintBytes, writeVarint } from './varint.ts';

/** Offsets of one batch, and where one ends: at each multiple, so that all writers cut alike. */
export const nullBatchOffsetsMax = 1_000_000;

/**
 * Batches that together cover [from, to), each in memory of its own and made when it is asked for: base
 * offset as in the source's log, leader epoch -1, no producer id, records without key, value and headers,
 * stamped `timestamp` (milliseconds). Whoever goes on at the end of one of them gets the same batches that
 * follow, as long as both cut at the same multiples, `offsetsMax`.
 */
export function* nullBatches(
  from: bigint,
  to: bigint,
  timestamp: bigint,
  offsetsMax = nullBatchOffsetsMax,
): Generator<Buffer, void, undefined> {
  const most = BigInt(offsetsMax);
  // Whole ones differ in their base offset only, which no checksum covers.
  let whole: Buffer | undefined;
  for (let at = from; at < to; ) {
    const border = at - (at % most) + most;
    const end = border < to ? border : to;
    const count = Number(end - at);
    if (count < offsetsMax) {
      yield nullBatch(at, count, timestamp);
    } else {
      whole ??= nullBatch(at, count, timestamp);
      const copy = Buffer.from(whole);
      copy.writeBigInt64BE(at, 0);
      yield copy;
    }
    at = end;
  }
}

const zstd = codecs.indexOf('zstd');

/**
 * True where the one batch in `bytes` is one of those, stamped so, whoever wrote it under whatever id. Throws
 * CW-3005 where it is damaged.
 */
export function isNullBatch(bytes: Buffer, timestamp: bigint): boolean {
  const count = recordCountOf(bytes, 0);
  const isPlain = attributesOf(bytes, 0) === zstd && lastOffsetDeltaOf(bytes, 0) === count - 1;
  if (!isPlain || baseTimestampOf(bytes, 0) !== timestamp || maxTimestampOf(bytes, 0) !== timestamp) {
    return false;
  }
  const records = openBatch(bytes, 0, checkBatch(bytes, 0), unpackedBytesMaxDefault).bytes;
  // Other versions of the packer pack the same records into other bytes.
  return records.length <= count * recordBytesMax && records.equals(emptyRecords(count));
}

function nullBatch(baseOffset: bigint, recordCount: number, timestamp: bigint): Buffer {
  return assembleBatch(
    {
      baseOffset,
      leaderEpoch: -1,
      attributes: zstd,
      recordCount,
      baseTimestamp: timestamp,
      maxTimestamp: timestamp,
    },
    packedRecords(recordCount),
  );
}

/** 0.8 MB, kept: most batches of all prefixes differ in their header only, and packing takes long. */
let packedWhole: Buffer | undefined;

function packedRecords(count: number): Buffer {
  if (count !== nullBatchOffsetsMax) return pack('zstd', emptyRecords(count));
  packedWhole ??= pack('zstd', emptyRecords(count));
  return packedWhole;
}

/**
 * Attributes, timestamp delta, key, value, number of headers: a byte each, beside length and offset delta.
 */
const fixedBytes = 5;
/** Length and offset delta of a record in a batch of at most a million. */
const changingBytesMax = 4;
const recordBytesMax = fixedBytes + changingBytesMax;

function emptyRecords(count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count * recordBytesMax);
  let at = 0;
  for (let delta = 0; delta < count; delta += 1) {
    at = writeVarint(bytes, at, fixedBytes + varintBytes(delta));
    bytes[at] = 0;
    bytes[at + 1] = 0;
    at = writeVarint(bytes, at + 2, delta);
    // No key, no value, no headers.
    bytes[at] = 1;
    bytes[at + 1] = 1;
    bytes[at + 2] = 0;
    at += 3;
  }
  return bytes.subarray(0, at);
}
