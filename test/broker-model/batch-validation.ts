// What a leader checks in a client's record set before it looks at sequences (kafka-facts 1-3; Kafka's
// ProduceRequest.validateRecords, UnifiedLog.analyzeAndValidateRecords and LogValidator).
import { crc32c } from '../../src/kafka/batch/crc32c.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseSequenceOf,
  batchLengthOf,
  crcFrom,
  crcOf,
  headerBytes,
  isControl,
  isTransactional,
  lastOffsetDeltaOf,
  magicOf,
  maxTimestampOf,
  producerIdOf,
  recordCountOf,
} from '../../src/kafka/batch/header.ts';
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';

export interface ValidationLimits {
  readonly batchBytesMax: number;
  /** How far ahead of the broker's clock a record may be. */
  readonly aheadMsMax: number;
  /** A compacted topic takes no record without a key. */
  readonly needsKeys: boolean;
}

/** Before any partition is looked at: true where a record set claims a transaction that does not exist. */
export const claimsTransaction = (records: Buffer): boolean =>
  records.length >= headerBytes && magicOf(records, 0) === 2 && isTransactional(attributesOf(records, 0));

/** Shape of the record set alone: exactly one batch of magic 2. Returns an error code. */
export function checkShape(records: Buffer): number {
  if (records.length < headerBytes) return kafkaError.INVALID_RECORD;
  const magic = magicOf(records, 0);
  if (magic !== 2) return magic === 0 || magic === 1 ? kafkaError.INVALID_RECORD : kafkaError.CORRUPT_MESSAGE;
  const length = batchLengthOf(records, 0);
  if (length < headerBytes) return kafkaError.CORRUPT_MESSAGE;
  // A cut batch is none at all, and what follows a whole one is a second.
  return length !== records.length ? kafkaError.INVALID_RECORD : kafkaError.NONE;
}

/** The batch itself, in the order in which the broker looks. Returns an error code. */
export function checkBatch(batch: Buffer, nowMs: number, limits: ValidationLimits): number {
  if (baseOffsetOf(batch, 0) !== 0n) return kafkaError.INVALID_RECORD;
  if (batch.length > limits.batchBytesMax) return kafkaError.MESSAGE_TOO_LARGE;
  if (crcOf(batch, 0) !== crc32c(batch, crcFrom, batch.length)) return kafkaError.CORRUPT_MESSAGE;
  const count = recordCountOf(batch, 0);
  if (count <= 0 || lastOffsetDeltaOf(batch, 0) + 1 !== count) return kafkaError.INVALID_RECORD;
  if (isControl(attributesOf(batch, 0))) return kafkaError.INVALID_RECORD;
  if (producerIdOf(batch, 0) >= 0n && baseSequenceOf(batch, 0) < 0) return kafkaError.INVALID_RECORD;
  if (limits.needsKeys && decodeBatch(batch).some(({ key }) => key === undefined)) {
    return kafkaError.INVALID_RECORD;
  }
  if (maxTimestampOf(batch, 0) > BigInt(Math.floor(nowMs + limits.aheadMsMax)))
    return kafkaError.INVALID_TIMESTAMP;
  return kafkaError.NONE;
}
