// Records of a batch, decoded, for the places where batches of both sides do not align. Record format version
// 2 as in Kafka's DefaultRecord; hostile lengths end in UndecodableBatch, never in a large allocation.
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';
import { describeError } from '../../base/errors.ts';
import { crc32c } from '../../kafka/batch/crc32c.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseTimestampOf,
  type Codec,
  codecOf,
  crcFrom,
  crcOf,
  headerBytes,
  maxTimestampOf,
  recordCountOf,
  transactionalBit,
  usesLogAppendTime,
} from '../../kafka/batch/header.ts';

export interface PlainRecord {
  readonly offset: bigint;
  /** What a consumer sees: the append time where the batch says so. */
  readonly timestampMs: bigint;
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly headers: readonly { readonly key: Buffer; readonly value: Buffer | undefined }[];
}

/** The batch cannot be decoded here; the message says why. */
export class UndecodableBatch extends Error {
  override readonly name = 'UndecodableBatch';
}

/** A decompressed batch larger than this is not looked into. */
const decodedBytesMax = 256 * 1024 * 1024;

/**
 * All records of one batch. `batch` begins with its header; the records are views of it or of its
 * decompressed copy.
 */
export function decodeRecords(batch: Buffer): PlainRecord[] {
  if (crc32c(batch, crcFrom) !== crcOf(batch, 0)) throw new UndecodableBatch('the checksum is wrong');
  const attributes = attributesOf(batch, 0);
  const body = decompress(codecOf(attributes), batch.subarray(headerBytes));
  const reader = new RecordReader(body);
  const base = baseOffsetOf(batch, 0);
  const appended = usesLogAppendTime(attributes) ? maxTimestampOf(batch, 0) : undefined;
  const baseMs = baseTimestampOf(batch, 0);
  const count = recordCountOf(batch, 0);
  const records: PlainRecord[] = [];
  for (let index = 0; index < count; index += 1) {
    const { offsetDelta, timestampDeltaMs, ...rest } = reader.record();
    const timestampMs = appended ?? baseMs + timestampDeltaMs;
    records.push({ offset: base + BigInt(offsetDelta), timestampMs, ...rest });
  }
  return records;
}

/** Whether two batches hold the same bytes, but for what the mirror writes into a header. */
export function sameContent(a: Buffer, b: Buffer): boolean {
  if (a.length !== b.length) return false;
  if ((attributesOf(a, 0) & ~transactionalBit) !== (attributesOf(b, 0) & ~transactionalBit)) return false;
  return sameSpan(a, b, offsetDeltaAt, producerAt) && sameSpan(a, b, recordCountAt, a.length);
}

const offsetDeltaAt = 23;
const producerAt = 43;
const recordCountAt = 57;

const sameSpan = (a: Buffer, b: Buffer, from: number, to: number) => a.compare(b, from, to, from, to) === 0;

/** The first thing in which two records at the same offset differ, or undefined where they are equal. */
export function findDifference(theirs: PlainRecord, mine: PlainRecord): string | undefined {
  if (theirs.timestampMs !== mine.timestampMs) {
    return `timestamp ${theirs.timestampMs} at the source, ${mine.timestampMs} at the target`;
  }
  if (!sameBytes(theirs.key, mine.key)) return 'the keys differ';
  if (!sameBytes(theirs.value, mine.value)) return 'the values differ';
  if (theirs.headers.length !== mine.headers.length) return 'the headers differ in number';
  const unlike = theirs.headers.findIndex((header, index) => {
    const other = mine.headers[index];
    return other === undefined || !sameBytes(header.key, other.key) || !sameBytes(header.value, other.value);
  });
  return unlike === -1 ? undefined : `header ${unlike} differs`;
}

function sameBytes(a: Buffer | undefined, b: Buffer | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.equals(b);
}

function decompress(codec: Codec | undefined, body: Buffer): Buffer {
  try {
    switch (codec) {
      case undefined:
        throw new UndecodableBatch('its codec is not known');
      case 'none':
        return body;
      case 'gzip':
        return gunzipSync(body, { maxOutputLength: decodedBytesMax });
      case 'zstd':
        return zstdDecompressSync(body, { maxOutputLength: decodedBytesMax });
      case 'snappy':
      case 'lz4':
        return compressionsAlgorithms[codec].decompressSync(body);
    }
  } catch (thrown) {
    if (thrown instanceof UndecodableBatch) throw thrown;
    throw new UndecodableBatch(`${codec ?? '?'} data cannot be decompressed: ${describeError(thrown)}`);
  }
}

class RecordReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  record(): Omit<PlainRecord, 'offset' | 'timestampMs'> & { offsetDelta: number; timestampDeltaMs: bigint } {
    const length = this.#int();
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length)
      throw new UndecodableBatch('a record is longer than its batch');
    this.#at += 1; // attributes, unused by Kafka
    const timestampDeltaMs = this.#long();
    const offsetDelta = this.#int();
    const key = this.#field(end);
    const value = this.#field(end);
    const headerCount = this.#int();
    const headers: { key: Buffer; value: Buffer | undefined }[] = [];
    if (headerCount < 0 || headerCount > length)
      throw new UndecodableBatch(`${headerCount} headers in one record`);
    for (let index = 0; index < headerCount; index += 1) {
      headers.push({ key: this.#field(end) ?? Buffer.alloc(0), value: this.#field(end) });
    }
    if (this.#at !== end) throw new UndecodableBatch('a record does not end where its length says');
    return { offsetDelta, timestampDeltaMs, key, value, headers };
  }

  /** Length and bytes; length -1 is null. */
  #field(end: number): Buffer | undefined {
    const length = this.#int();
    if (length === -1) return undefined;
    const from = this.#at;
    if (length < 0 || from + length > end) throw new UndecodableBatch('a field is longer than its record');
    this.#at = from + length;
    return this.#bytes.subarray(from, this.#at);
  }

  #int(): number {
    return Number(BigInt.asIntN(32, this.#long()));
  }

  /** Zigzag varint of at most ten bytes. */
  #long(): bigint {
    let raw = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new UndecodableBatch('the batch ends inside a record');
      this.#at += 1;
      raw |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n));
    }
    throw new UndecodableBatch('a number is longer than ten bytes');
  }
}
