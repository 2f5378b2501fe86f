// Writes record batches by hand, for tests of the comparison: any offsets, any codec, also broken ones.
import { crc32c } from '../../kafka/batch/crc32c.ts';
import { lastOffsetDeltaOf, recordCountOf } from '../../kafka/batch/header.ts';
import { canonicalCrc } from '../../kafka/batch/patch.ts';
import type { BatchSource, ComparedBatch } from './batch-source.ts';
import type { PlainRecord } from './records.ts';

export type TestRecord = PlainRecord;

export interface TestCodec {
  /** Kafka's codec number. */
  readonly codec: number;
  readonly compress: (body: Buffer) => Buffer;
}

export interface TestForm {
  /** Stamped LogAppendTime. */
  readonly appendedMs?: bigint;
  /** In a transaction of this producer id. */
  readonly producerId?: bigint;
  /** A control batch. */
  readonly control?: boolean;
  /** Where the batch began and ended before a cleaner went over it. */
  readonly span?: { readonly first: bigint; readonly last: bigint };
}

/** The header's attributes as Kafka writes them. */
const attributesFor = ({ appendedMs, producerId, control }: TestForm, codec: number): number =>
  codec |
  (appendedMs === undefined ? 0 : 0x08) |
  (producerId === undefined ? 0 : 0x10) |
  (control === true ? 0x20 : 0);

/** One batch of magic 2 that begins at its first record's offset; gaps between offsets are kept. */
export function encodeBatch(records: readonly TestRecord[], codec?: TestCodec, form: TestForm = {}): Buffer {
  const first = records[0];
  const last = records.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a batch without records');
  const [begin, end] = [form.span?.first ?? first.offset, form.span?.last ?? last.offset];
  const plain = Buffer.concat(records.map((record) => encodeRecord(record, begin, first.timestampMs)));
  const body = codec === undefined ? plain : codec.compress(plain);
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(begin, 0);
  header.writeInt32BE(header.length + body.length - 12, 8);
  header.writeInt8(2, 16);
  header.writeInt16BE(attributesFor(form, codec?.codec ?? 0), 21);
  header.writeInt32BE(Number(end - begin), 23);
  header.writeBigInt64BE(first.timestampMs, 27);
  const newestMs = records.reduce((max, { timestampMs }) => (timestampMs > max ? timestampMs : max), 0n);
  header.writeBigInt64BE(form.appendedMs ?? newestMs, 35);
  header.writeBigInt64BE(form.producerId ?? -1n, 43);
  header.writeInt16BE(form.producerId === undefined ? -1 : 0, 51);
  header.writeInt32BE(-1, 53);
  header.writeInt32BE(records.length, 57);
  const batch = Buffer.concat([header, body]);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

/** A log of these batches; of producer ids in `aborted`, every transaction was aborted. */
export function logOf(
  batches: readonly Buffer[],
  { trimmedTo = 0n, aborted = [] as readonly bigint[] } = {},
): BatchSource {
  const waiting = batches.map((bytes): ComparedBatch => {
    const baseOffset = bytes.readBigInt64BE(0);
    return {
      baseOffset,
      lastOffset: baseOffset + BigInt(lastOffsetDeltaOf(bytes, 0)),
      recordCount: recordCountOf(bytes, 0),
      canonicalCrc: canonicalCrc(bytes, 0),
      aborted: aborted.includes(bytes.readBigInt64BE(43)),
      bytes,
    };
  });
  return { next: () => Promise.resolve(waiting.shift()), trimmedTo };
}

function encodeRecord(record: TestRecord, begin: bigint, beginMs: bigint): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(record.timestampMs - beginMs),
    varint(record.offset - begin),
    field(record.key),
    field(record.value),
    varint(BigInt(record.headers.length)),
    ...record.headers.flatMap((header) => [field(header.key), field(header.value)]),
  ]);
  return Buffer.concat([varint(BigInt(body.length)), body]);
}

const field = (bytes: Buffer | undefined) =>
  bytes === undefined ? varint(-1n) : Buffer.concat([varint(BigInt(bytes.length)), bytes]);

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
