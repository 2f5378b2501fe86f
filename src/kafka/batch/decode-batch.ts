// Reads the records of a batch of magic 2 one by one, its checksum first. Lengths are checked against the
// bytes that are left, and what a codec unpacks is bounded.
import { CausewayError } from '../../base/errors.ts';
import { unpack, unpackedBytesMaxDefault } from './codecs.ts';
import { crc32c } from './crc32c.ts';
import type { RecordHeader } from './encode-batch.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseTimestampOf,
  batchLengthOf,
  codecOf,
  crcFrom,
  crcOf,
  headerBytes,
  magicOf,
  maxTimestampOf,
  recordCountOf,
  usesLogAppendTime,
} from './header.ts';
import { RecordCursor } from './record-cursor.ts';
import { forEachBatch } from './walk.ts';

export interface DecodedRecord {
  readonly offset: bigint;
  /** As a consumer sees it: the append time where the batch says so. Milliseconds. */
  readonly timestamp: bigint;
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly headers: readonly RecordHeader[];
}

/**
 * Throws CW-3005 unless the batch at `at` is whole, of magic 2, and its checksum is right. Returns its
 * length.
 */
export function checkBatch(bytes: Buffer, at: number): number {
  if (bytes.length - at < headerBytes) return refuse(`${bytes.length - at} bytes hold no record batch`);
  const length = batchLengthOf(bytes, at);
  if (length < headerBytes || length > bytes.length - at) {
    return refuse(`a record batch claims ${length} bytes, ${bytes.length - at} are there`);
  }
  if (magicOf(bytes, at) !== 2) return refuse(`a batch of format ${magicOf(bytes, at)}, only 2 can be read`);
  const computed = crc32c(bytes, at + crcFrom, at + length);
  if (computed === crcOf(bytes, at)) return length;
  const sums = `${crcOf(bytes, at).toString(16)} is written, ${computed.toString(16)} was computed`;
  return refuse(`the batch at offset ${baseOffsetOf(bytes, at)} is damaged: checksum ${sums}`);
}

function refuse(what: string): never {
  throw new CausewayError('CW-3005', what);
}

/**
 * Unpacks the batch at `at`, which `checkBatch` has found to be of `length` bytes; the cursor stands at its
 * first record. Throws CW-3005 where it is malformed, CW-3007 where its codec is unknown, CW-3018 where it
 * unpacks to more than `unpackedBytesMax`.
 */
export function openBatch(bytes: Buffer, at: number, length: number, unpackedBytesMax: number): RecordCursor {
  const packed = bytes.subarray(at + headerBytes, at + length);
  const baseOffset = baseOffsetOf(bytes, at);
  // What compaction has emptied may be a header alone, whatever its codec.
  const isEmpty = packed.length === 0;
  const codec = codecOf(attributesOf(bytes, at));
  const body = isEmpty ? packed : unpack(codec, packed, unpackedBytesMax, baseOffset);
  const cursor = new RecordCursor(body, baseOffset);
  cursor.checkCount(recordCountOf(bytes, at));
  return cursor;
}

/**
 * The records of the batch at `at`, as views of `bytes` or of what was unpacked from it. Throws CW-3005
 * where the batch is damaged or malformed, otherwise as `openBatch`.
 */
export function* recordsOf(
  bytes: Buffer,
  at: number,
  unpackedBytesMax = unpackedBytesMaxDefault,
): Generator<DecodedRecord, void, undefined> {
  const cursor = openBatch(bytes, at, checkBatch(bytes, at), unpackedBytesMax);
  const baseOffset = baseOffsetOf(bytes, at);
  const baseTimestamp = baseTimestampOf(bytes, at);
  const appendTime = usesLogAppendTime(attributesOf(bytes, at)) ? maxTimestampOf(bytes, at) : undefined;
  const count = recordCountOf(bytes, at);
  for (let i = 0; i < count; i += 1) {
    const end = cursor.recordEnd();
    cursor.at += 1;
    const timestampDelta = cursor.varlong();
    const offset = baseOffset + BigInt(cursor.varint());
    const key = cursor.field(end);
    const value = cursor.field(end);
    const headers = cursor.headers(end);
    cursor.checkRecordEnd(end);
    yield { offset, timestamp: appendTime ?? baseTimestamp + BigInt(timestampDelta), key, value, headers };
  }
  cursor.checkEnd();
}

/** All records of the batch at `at`. */
export function decodeBatch(
  bytes: Buffer,
  at = 0,
  unpackedBytesMax = unpackedBytesMaxDefault,
): DecodedRecord[] {
  return [...recordsOf(bytes, at, unpackedBytesMax)];
}

/** The records of batches that stand one behind the other. Throws as `decodeBatch` does. */
export function decodeBatches(bytes: Buffer): DecodedRecord[] {
  const records: DecodedRecord[] = [];
  forEachBatch(bytes, (at) => {
    records.push(...decodeBatch(bytes, at));
    return true;
  });
  return records;
}
