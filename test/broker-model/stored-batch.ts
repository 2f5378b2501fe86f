// One record batch as a log of the model keeps it: the bytes, and the header fields the broker decides on.
import { crc32c } from '../../src/kafka/batch/crc32c.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseSequenceOf,
  crcFrom,
  isControl,
  lastOffsetDeltaOf,
  leaderEpochOf,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
  usesLogAppendTime,
} from '../../src/kafka/batch/header.ts';

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
  readonly maxTimestampMs: bigint;
}

const sequenceModulus = 2 ** 31;
const logAppendTimeBit = 0x08;

/** The view of a batch as it stands in `bytes`. */
export function storedBatch(bytes: Buffer): StoredBatch {
  const baseOffset = baseOffsetOf(bytes, 0);
  const delta = lastOffsetDeltaOf(bytes, 0);
  const firstSequence = baseSequenceOf(bytes, 0);
  return {
    bytes,
    baseOffset,
    lastOffset: baseOffset + BigInt(delta),
    leaderEpoch: leaderEpochOf(bytes, 0),
    producerId: producerIdOf(bytes, 0),
    producerEpoch: producerEpochOf(bytes, 0),
    firstSequence,
    lastSequence: firstSequence < 0 ? -1 : (firstSequence + delta) % sequenceModulus,
    control: isControl(attributesOf(bytes, 0)),
    maxTimestampMs: maxTimestampOf(bytes, 0),
  };
}

/**
 * A copy of a client's batch with the place and leader epoch that the leader gives it; both lie outside the
 * CRC.
 */
export function placedBatch(bytes: Buffer, baseOffset: bigint, leaderEpoch: number): StoredBatch {
  const copy = Buffer.from(bytes);
  copy.writeBigInt64BE(baseOffset, 0);
  copy.writeInt32BE(leaderEpoch, 12);
  const attributes = attributesOf(copy, 0);
  if (usesLogAppendTime(attributes)) {
    // Accepted and turned into CreateTime (kafka-facts 4).
    copy.writeInt16BE(attributes & ~logAppendTimeBit, 21);
    copy.writeUInt32BE(crc32c(copy, crcFrom, copy.length), 17);
  }
  return storedBatch(copy);
}
