// Writes record batches by hand, for tests of the comparison: any offsets, any codec, also broken ones.
import { crc32c } from '../../kafka/batch/crc32c.ts';
import type { PlainRecord } from './records.ts';

export type TestRecord = PlainRecord;

export interface TestCodec {
  /** Kafka's codec number. */
  readonly codec: number;
  readonly compress: (body: Buffer) => Buffer;
}

/** One batch of magic 2 that begins at its first record's offset; gaps between offsets are kept. */
export function encodeBatch(records: readonly TestRecord[], codec?: TestCodec): Buffer {
  const first = records[0];
  const last = records.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a batch without records');
  const plain = Buffer.concat(records.map((record) => encodeRecord(record, first)));
  const body = codec === undefined ? plain : codec.compress(plain);
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(first.offset, 0);
  header.writeInt32BE(header.length + body.length - 12, 8);
  header.writeInt8(2, 16);
  header.writeInt16BE(codec?.codec ?? 0, 21);
  header.writeInt32BE(Number(last.offset - first.offset), 23);
  header.writeBigInt64BE(first.timestampMs, 27);
  header.writeBigInt64BE(
    records.reduce((max, { timestampMs }) => (timestampMs > max ? timestampMs : max), 0n),
    35,
  );
  header.writeBigInt64BE(-1n, 43);
  header.writeInt16BE(-1, 51);
  header.writeInt32BE(-1, 53);
  header.writeInt32BE(records.length, 57);
  const batch = Buffer.concat([header, body]);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

function encodeRecord(record: TestRecord, first: TestRecord): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(record.timestampMs - first.timestampMs),
    varint(record.offset - first.offset),
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
