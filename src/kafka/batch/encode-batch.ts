// Makes a record batch of magic 2 from records: for control topics, fixtures and tests, not for the byte
// path.
import { assembleBatch, type BatchHead } from './assemble.ts';
import { pack } from './codecs.ts';
import { type Codec, codecs } from './header.ts';
import { varintBytes, varlongBytes, writeVarint, writeVarlong } from './varint.ts';

export interface RecordHeader {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
}
export interface NewRecord {
  /** Milliseconds since the epoch. */
  readonly timestamp: bigint;
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly headers?: readonly RecordHeader[];
}

export interface BatchForm {
  readonly codec?: Codec;
  readonly baseOffset?: bigint;
  readonly leaderEpoch?: number;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly transactional?: boolean;
  readonly control?: boolean;
}

/** One batch of all `records`, at least one, at consecutive offsets. */
export function encodeBatch(records: readonly NewRecord[], form: BatchForm = {}): Buffer {
  const [first] = records;
  if (first === undefined) throw new RangeError('a batch holds at least one record');
  const newest = records.reduce((max, { timestamp }) => (timestamp > max ? timestamp : max), first.timestamp);
  const head: BatchHead = {
    baseOffset: form.baseOffset ?? 0n,
    leaderEpoch: form.leaderEpoch ?? -1,
    attributes: attributesFor(form),
    recordCount: records.length,
    baseTimestamp: first.timestamp,
    maxTimestamp: newest,
    producer: {
      id: form.producerId ?? -1n,
      epoch: form.producerEpoch ?? -1,
      baseSequence: form.baseSequence ?? -1,
    },
  };
  return assembleBatch(head, pack(form.codec ?? 'none', encodeRecords(records, first.timestamp)));
}

const attributesFor = ({ codec = 'none', transactional, control }: BatchForm): number =>
  codecs.indexOf(codec) | (transactional === true ? 0x10 : 0) | (control === true ? 0x20 : 0);

function encodeRecords(records: readonly NewRecord[], baseTimestamp: bigint): Buffer {
  const sizes = records.map((record, index) => recordBytes(record, record.timestamp - baseTimestamp, index));
  const total = sizes.reduce((sum, size) => sum + varintBytes(size) + size, 0);
  const bytes = Buffer.allocUnsafe(total);
  let at = 0;
  records.forEach((record, index) => {
    at = writeVarint(bytes, at, sizes[index] as number);
    at = writeRecord(bytes, at, record, record.timestamp - baseTimestamp, index);
  });
  return bytes;
}

const fieldBytes = (field: Buffer | undefined): number =>
  varintBytes(field?.length ?? -1) + (field?.length ?? 0);

function recordBytes(record: NewRecord, timestampDelta: bigint, offsetDelta: number): number {
  const headers = record.headers ?? [];
  let bytes = 1 + varlongBytes(timestampDelta) + varintBytes(offsetDelta);
  bytes += fieldBytes(record.key) + fieldBytes(record.value) + varintBytes(headers.length);
  for (const { key, value } of headers) bytes += fieldBytes(key) + fieldBytes(value);
  return bytes;
}

function writeField(bytes: Buffer, at: number, field: Buffer | undefined): number {
  const to = writeVarint(bytes, at, field?.length ?? -1);
  return field === undefined ? to : to + field.copy(bytes, to);
}

function writeRecord(
  bytes: Buffer,
  from: number,
  record: NewRecord,
  timestampDelta: bigint,
  offsetDelta: number,
) {
  const headers = record.headers ?? [];
  bytes[from] = 0;
  let at = writeVarlong(bytes, from + 1, timestampDelta);
  at = writeVarint(bytes, at, offsetDelta);
  at = writeField(bytes, at, record.key);
  at = writeField(bytes, at, record.value);
  at = writeVarint(bytes, at, headers.length);
  for (const { key, value } of headers) at = writeField(bytes, writeField(bytes, at, key), value);
  return at;
}
