// Reads the records of a batch of magic 2 one by one, its checksum first. Lengths are checked against the
// bytes that are left, and what a codec unpacks is bounded.
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { CausewayError, describeError } from '../../base/errors.ts';
import { crc32c } from './crc32c.ts';
import type { RecordHeader } from './encode-batch.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseTimestampOf,
  batchLengthOf,
  type Codec,
  codecOf,
  crcFrom,
  crcOf,
  headerBytes,
  magicOf,
  maxTimestampOf,
  recordCountOf,
  usesLogAppendTime,
} from './header.ts';

export interface DecodedRecord {
  readonly offset: bigint;
  /** As a consumer sees it: the append time where the batch says so. Milliseconds. */
  readonly timestamp: bigint;
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly headers: readonly RecordHeader[];
}

/** Length, attributes, two deltas, key, value and the number of headers take at least one byte each. */
const recordBytesMin = 7;

/** A batch unpacks to no more than this, unless the caller says otherwise. */
export const unpackedBytesMaxDefault = 64 * 1024 * 1024;

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

/**
 * The records of the batch at `at`, as views of `bytes` or of what was unpacked from it. Throws CW-3005 where
 * the batch is damaged or malformed, CW-3007 where its codec cannot be read here.
 */
export function* recordsOf(
  bytes: Buffer,
  at: number,
  unpackedBytesMax = unpackedBytesMaxDefault,
): Generator<DecodedRecord, void, undefined> {
  const length = checkBatch(bytes, at);
  const attributes = attributesOf(bytes, at);
  const body = unpack(codecOf(attributes), bytes.subarray(at + headerBytes, at + length), unpackedBytesMax);
  const cursor = new Cursor(body);
  const baseOffset = baseOffsetOf(bytes, at);
  const baseTimestamp = baseTimestampOf(bytes, at);
  const appendTime = usesLogAppendTime(attributes) ? maxTimestampOf(bytes, at) : undefined;
  const count = recordCountOf(bytes, at);
  if (count < 0 || count * recordBytesMin > body.length) {
    refuse(`a batch claims ${count} records in ${body.length} bytes`);
  }
  for (let i = 0; i < count; i += 1) {
    const end = cursor.recordEnd();
    cursor.at += 1;
    const timestampDelta = cursor.varlong();
    const offset = baseOffset + BigInt(cursor.varint());
    const key = cursor.field(end);
    const value = cursor.field(end);
    const headers = cursor.headers(end);
    if (cursor.at !== end) refuse(`a record ends ${end - cursor.at} bytes before its length says`);
    yield { offset, timestamp: appendTime ?? baseTimestamp + timestampDelta, key, value, headers };
  }
  if (cursor.at !== body.length) refuse(`${body.length - cursor.at} bytes follow the last record`);
}

/** All records of the batch at `at`. */
export function decodeBatch(
  bytes: Buffer,
  at = 0,
  unpackedBytesMax = unpackedBytesMaxDefault,
): DecodedRecord[] {
  return [...recordsOf(bytes, at, unpackedBytesMax)];
}

function refuse(what: string): never {
  throw new CausewayError('CW-3005', what);
}

function unpack(codec: Codec | undefined, body: Buffer, maxOutputLength: number): Buffer {
  switch (codec) {
    case 'none':
      return body;
    case 'gzip':
      return unpackWith(codec, () => gunzipSync(body, { maxOutputLength }));
    case 'zstd':
      return unpackWith(codec, () => zstdDecompressSync(body, { maxOutputLength }));
    case 'snappy':
    case 'lz4':
    case undefined:
      throw new CausewayError('CW-3007', `a batch is compressed with ${codec ?? 'an unknown codec'}`);
  }
}

function unpackWith(codec: Codec, run: () => Buffer): Buffer {
  try {
    return run();
  } catch (error) {
    throw new CausewayError('CW-3005', `${codec} data of a batch: ${describeError(error)}`, {}, error);
  }
}

const noHeaders: readonly RecordHeader[] = Object.freeze([]);

/** Where reading stands inside the unpacked records. */
class Cursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  recordEnd(): number {
    const length = this.varint();
    if (length < recordBytesMin - 1 || length > this.bytes.length - this.at) {
      refuse(`a record claims ${length} bytes, ${this.bytes.length - this.at} are left`);
    }
    return this.at + length;
  }

  field(end: number): Buffer | undefined {
    const length = this.varint();
    if (length === -1) return undefined;
    if (length < 0 || length > end - this.at)
      refuse(`a field claims ${length} bytes, ${end - this.at} are left`);
    const from = this.at;
    this.at += length;
    return this.bytes.subarray(from, this.at);
  }

  headers(end: number): readonly RecordHeader[] {
    const count = this.varint();
    if (count === 0) return noHeaders;
    if (count < 0 || count * 2 > end - this.at) refuse(`${count} headers, ${end - this.at} bytes are left`);
    const headers: RecordHeader[] = [];
    for (let i = 0; i < count; i += 1) {
      const key = this.field(end) ?? refuse('a header without a key');
      headers.push({ key, value: this.field(end) });
    }
    return headers;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return refuse('a number runs on for more than 5 bytes');
  }

  varlong(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    return refuse('a number runs on for more than 10 bytes');
  }

  #byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) return refuse('the records end in the middle of a number');
    this.at += 1;
    return byte;
  }
}
