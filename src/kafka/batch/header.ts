// A record batch of magic 2 as bytes: each field read where it stands (KIP-98, DefaultRecordBatch). `at` is
// where the batch begins in `bytes`; nothing is checked here (see walk.ts).

const field = {
  baseOffset: 0,
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const;

/** Bytes before the first record. */
export const headerBytes = 61;
/** Bytes before what `length` counts. */
export const lengthOverheadBytes = 12;
/** Where the checksum begins to count. */
export const crcFrom = field.attributes;

export const baseOffsetOf = (bytes: Buffer, at: number): bigint =>
  bytes.readBigInt64BE(at + field.baseOffset);
/** Bytes of the whole batch. */
export const batchLengthOf = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at + field.length) + lengthOverheadBytes;
export const leaderEpochOf = (bytes: Buffer, at: number): number => bytes.readInt32BE(at + field.leaderEpoch);
export const magicOf = (bytes: Buffer, at: number): number => bytes.readInt8(at + field.magic);
export const crcOf = (bytes: Buffer, at: number): number => bytes.readUInt32BE(at + field.crc);
export const attributesOf = (bytes: Buffer, at: number): number => bytes.readInt16BE(at + field.attributes);
export const lastOffsetDeltaOf = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at + field.lastOffsetDelta);
/** Milliseconds. */
export const baseTimestampOf = (bytes: Buffer, at: number): bigint =>
  bytes.readBigInt64BE(at + field.baseTimestamp);
/** Milliseconds. */
export const maxTimestampOf = (bytes: Buffer, at: number): bigint =>
  bytes.readBigInt64BE(at + field.maxTimestamp);
export const producerIdOf = (bytes: Buffer, at: number): bigint =>
  bytes.readBigInt64BE(at + field.producerId);
export const producerEpochOf = (bytes: Buffer, at: number): number =>
  bytes.readInt16BE(at + field.producerEpoch);
export const baseSequenceOf = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at + field.baseSequence);
export const recordCountOf = (bytes: Buffer, at: number): number => bytes.readInt32BE(at + field.recordCount);

export const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof codecs)[number];

/** The codec in the attributes; undefined for a number that Kafka does not know. */
export const codecOf = (attributes: number): Codec | undefined => codecs[attributes & 0x07];
export const usesLogAppendTime = (attributes: number): boolean => (attributes & 0x08) !== 0;
export const transactionalBit = 0x10;
export const isTransactional = (attributes: number): boolean => (attributes & transactionalBit) !== 0;
export const isControl = (attributes: number): boolean => (attributes & 0x20) !== 0;
/** The base timestamp is then when tombstones and markers may go (KIP-534). */
export const hasDeleteHorizon = (attributes: number): boolean => (attributes & 0x40) !== 0;
