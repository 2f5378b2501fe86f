// One record batch as a log of the model keeps it: the bytes, and the header fields the broker decides on.
import { crc32c } from '../../src/kafka/batch/crc32c.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseSequenceOf,
  crcFrom,
  isControl,
  isTransactional,
  lastOffsetDeltaOf,
  leaderEpochOf,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
  usesLogAppendTime,
} from '../../src/kafka/batch/header.ts';
import { type EndMarker, endMarkerIn } from './control-batch.ts';

export interface StoredBatch {
  /** Never changed once stored. */
  readonly bytes: Buffer;
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly leaderEpoch: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly control: boolean;
  readonly transactional: boolean;
  /** What a control batch says; undefined for data, and where the cleaner has taken the record away. */
  readonly marker: EndMarker | undefined;
  readonly recordCount: number;
  readonly maxTimestampMs: bigint;
}

const sequenceModulus = 2 ** 31;
const logAppendTimeBit = 0x08;

/** The view of a batch as it stands in `bytes`. */
export function storedBatch(bytes: Buffer): StoredBatch {
  const baseOffset = baseOffsetOf(bytes, 0);
  const delta = lastOffsetDeltaOf(bytes, 0);
  const firstSequence = baseSequenceOf(bytes, 0);
  const attributes = attributesOf(bytes, 0);
  const control = isControl(attributes);
  const recordCount = recordCountOf(bytes, 0);
  return {
    bytes,
    baseOffset,
    lastOffset: baseOffset + BigInt(delta),
    leaderEpoch: leaderEpochOf(bytes, 0),
    producerId: producerIdOf(bytes, 0),
    producerEpoch: producerEpochOf(bytes, 0),
    firstSequence,
    lastSequence: firstSequence < 0 ? -1 : (firstSequence + delta) % sequenceModulus,
    control,
    transactional: isTransactional(attributes),
    marker: control && recordCount > 0 ? endMarkerIn(bytes) : undefined,
    recordCount,
    maxTimestampMs: maxTimestampOf(bytes, 0),
  };
}

/** The place, leader epoch and clock that a leader gives a batch. */
export interface BatchPlace {
  readonly baseOffset: bigint;
  readonly leaderEpoch: number;
  /** The append time, where the topic stamps batches with it. */
  readonly stampMs: bigint | undefined;
}

/**
 * A copy of a batch as the leader stores it. Place and leader epoch lie outside the CRC; the type of its
 * timestamps is the topic's (kafka-facts 4).
 */
export function placedBatch(bytes: Buffer, { baseOffset, leaderEpoch, stampMs }: BatchPlace): StoredBatch {
  const copy = Buffer.from(bytes);
  copy.writeBigInt64BE(baseOffset, 0);
  copy.writeInt32BE(leaderEpoch, 12);
  const attributes = attributesOf(copy, 0);
  if (stampMs !== undefined) {
    copy.writeInt16BE(attributes | logAppendTimeBit, 21);
    copy.writeBigInt64BE(stampMs, 35);
    copy.writeUInt32BE(crc32c(copy, crcFrom, copy.length), 17);
  } else if (usesLogAppendTime(attributes)) {
    copy.writeInt16BE(attributes & ~logAppendTimeBit, 21);
    copy.writeUInt32BE(crc32c(copy, crcFrom, copy.length), 17);
  }
  return storedBatch(copy);
}
