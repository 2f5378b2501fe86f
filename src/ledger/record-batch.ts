// Record batches of the ledger's own records: uncompressed, without a producer id. Format version 2, as in Kafka's
// DefaultRecordBatch and DefaultRecord (KIP-98).
import { crc32c } from '../kafka/batch/crc32c.ts';
import {
  attributesOf,
  baseOffsetOf,
  codecOf,
  crcFrom,
  crcOf,
  headerBytes,
  lengthOverheadBytes,
  recordCountOf,
} from '../kafka/batch/header.ts';

/** `value` undefined is a tombstone. */
export interface PlainEntry {
  readonly key: string;
  readonly value: string | undefined;
}

/** One batch with all entries, stamped `timestampMs`, fit for Produce. */
export function encodeBatch(entries: readonly PlainEntry[], timestampMs: number): Buffer {
  const records = entries.map((entry, index) => encodeEntry(entry, index));
  const payload = Buffer.concat(records);
  const bytes = Buffer.alloc(headerBytes + payload.length);
  bytes.writeInt32BE(bytes.length - lengthOverheadBytes, 8);
  bytes.writeInt32BE(-1, 12);
  bytes.writeInt8(2, 16);
  bytes.writeInt32BE(entries.length - 1, 23);
  bytes.writeBigInt64BE(BigInt(Math.trunc(timestampMs)), 27);
  bytes.writeBigInt64BE(BigInt(Math.trunc(timestampMs)), 35);
  bytes.fill(0xff, 43, 57);
  bytes.writeInt32BE(entries.length, 57);
  payload.copy(bytes, headerBytes);
  bytes.writeUInt32BE(crc32c(bytes, crcFrom), 17);
  return bytes;
}

function encodeEntry({ key, value }: PlainEntry, offsetDelta: number): Buffer {
  const keyBytes = Buffer.from(key);
  const valueBytes = value === undefined ? undefined : Buffer.from(value);
  const body = Buffer.concat([
    Buffer.from([0, 0]), // attributes, timestamp delta
    varint(offsetDelta),
    varint(keyBytes.length),
    keyBytes,
    varint(valueBytes?.length ?? -1),
    valueBytes ?? Buffer.alloc(0),
    Buffer.from([0]), // headers
  ]);
  return Buffer.concat([varint(body.length), body]);
}

/** Zigzag, seven bits a byte, for 32-bit numbers. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}

/** A record as it stands in the log. */
export interface RawRecord {
  readonly offset: bigint;
  readonly key: string | undefined;
  /** Undefined: a tombstone. */
  readonly value: string | undefined;
}

/** The records of one whole batch. Throws RangeError with the reason where it is not decodable. */
export function decodeBatch(batch: Buffer): RawRecord[] {
  const codec = codecOf(attributesOf(batch, 0));
  if (codec !== 'none') throw new RangeError(`it is compressed (${codec ?? 'unknown codec'})`);
  if (crc32c(batch, crcFrom) !== crcOf(batch, 0)) throw new RangeError('its checksum is wrong');
  const cursor: Cursor = { bytes: batch, at: headerBytes, end: batch.length };
  const baseOffset = baseOffsetOf(batch, 0);
  const records: RawRecord[] = [];
  for (let index = recordCountOf(batch, 0); index > 0; index -= 1) {
    records.push(decodeEntry(cursor, baseOffset));
  }
  return records;
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
}

function decodeEntry(cursor: Cursor, baseOffset: bigint): RawRecord {
  const length = readInt(cursor);
  const end = cursor.at + length;
  if (length < 0 || end > cursor.end) throw new RangeError('a record is longer than its batch');
  const inner: Cursor = { bytes: cursor.bytes, at: cursor.at + 1, end };
  readVarint(inner); // timestamp delta
  const offset = baseOffset + BigInt(readInt(inner));
  const key = readText(inner);
  const value = readText(inner);
  cursor.at = end; // Headers are passed over.
  return { offset, key, value };
}

function readText(cursor: Cursor): string | undefined {
  const length = readInt(cursor);
  if (length === -1) return undefined;
  const from = cursor.at;
  if (length < 0 || from + length > cursor.end) throw new RangeError('a field is longer than its record');
  cursor.at = from + length;
  return cursor.bytes.toString('utf8', from, cursor.at);
}

const readInt = (cursor: Cursor): number => Number(BigInt.asIntN(32, readVarint(cursor)));

function readVarint(cursor: Cursor): bigint {
  let raw = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= cursor.end) throw new RangeError('it ends inside a number');
    const byte = cursor.bytes[cursor.at] as number;
    cursor.at += 1;
    raw |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return (raw >> 1n) ^ -(raw & 1n);
  }
  throw new RangeError('a number is longer than ten bytes');
}
