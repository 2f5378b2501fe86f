// Makes plain record batches of magic 2 for tests: real bytes, every header field settable, also to wrong
// values.
import { crc32c } from '../../src/kafka/batch/crc32c.ts';

export interface BatchSpec {
  /** One record per value. */
  readonly values: readonly (Buffer | null)[];
  /** Absent where there are none. */
  readonly keys?: readonly Buffer[];
  readonly timestampMs?: bigint;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly baseOffset?: bigint;
  readonly attributes?: number;
  /** Wrong on purpose. */
  readonly lastOffsetDelta?: number;
  /** Turns over one bit of the checksum. */
  readonly damaged?: boolean;
}

/** What an application decides of a batch. */
export type MadeRecords = Pick<BatchSpec, 'values' | 'keys' | 'timestampMs'>;

export function madeBatch(spec: BatchSpec): Buffer {
  const timestampMs = spec.timestampMs ?? 1_700_000_000_000n;
  const records = Buffer.concat(
    spec.values.map((value, offsetDelta) =>
      recordBytes({ offsetDelta, timestampDelta: 0, key: spec.keys?.[offsetDelta], value }),
    ),
  );
  const batch = Buffer.alloc(61 + records.length);
  batch.writeBigInt64BE(spec.baseOffset ?? 0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(spec.attributes ?? 0, 21);
  batch.writeInt32BE(spec.lastOffsetDelta ?? spec.values.length - 1, 23);
  batch.writeBigInt64BE(timestampMs, 27);
  batch.writeBigInt64BE(timestampMs, 35);
  batch.writeBigInt64BE(spec.producerId ?? -1n, 43);
  batch.writeInt16BE(spec.producerEpoch ?? -1, 51);
  batch.writeInt32BE(spec.baseSequence ?? -1, 53);
  batch.writeInt32BE(spec.values.length, 57);
  records.copy(batch, 61);
  const crc = crc32c(batch, 21, batch.length);
  batch.writeUInt32BE(spec.damaged ? (crc ^ 1) >>> 0 : crc, 17);
  return batch;
}

export interface PlainRecord {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: Buffer | null | undefined;
  readonly value: Buffer | null | undefined;
  readonly headers?: readonly { readonly key: Buffer; readonly value: Buffer | undefined }[];
}

/** One record as it stands in a batch. */
export function recordBytes(record: PlainRecord): Buffer {
  const headers = record.headers ?? [];
  const body = Buffer.concat([
    Buffer.from([0]),
    zigzag(record.timestampDelta),
    zigzag(record.offsetDelta),
    ...field(record.key),
    ...field(record.value),
    zigzag(headers.length),
    ...headers.flatMap(({ key, value }) => [...field(key), ...field(value)]),
  ]);
  return Buffer.concat([zigzag(body.length), body]);
}

const field = (bytes: Buffer | null | undefined): Buffer[] =>
  bytes === null || bytes === undefined ? [zigzag(-1)] : [zigzag(bytes.length), bytes];

/** Of any size that a number holds exactly: timestamps may be far apart. */
function zigzag(value: number): Buffer {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  const bytes: number[] = [];
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
