// A record batch of magic 2 from its header's fields and its packed records, the checksum computed.
import { crc32c } from './crc32c.ts';
import { crcFrom, headerBytes, lengthOverheadBytes } from './header.ts';

export interface BatchHead {
  readonly baseOffset: bigint;
  readonly leaderEpoch: number;
  readonly attributes: number;
  /** The batch covers as many offsets. */
  readonly recordCount: number;
  /** What the records' deltas count from; as every timestamp, in milliseconds since the epoch. */
  readonly baseTimestamp: bigint;
  readonly maxTimestamp: bigint;
  /** Without: no id, epoch and sequence, all -1. */
  readonly producer?: { readonly id: bigint; readonly epoch: number; readonly baseSequence: number };
}

/** The whole batch, in memory of its own. */
export function assembleBatch(head: BatchHead, packed: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(headerBytes + packed.length);
  packed.copy(batch, headerBytes);
  batch.writeBigInt64BE(head.baseOffset, 0);
  batch.writeInt32BE(batch.length - lengthOverheadBytes, 8);
  batch.writeInt32BE(head.leaderEpoch, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(head.attributes, 21);
  batch.writeInt32BE(head.recordCount - 1, 23);
  batch.writeBigInt64BE(head.baseTimestamp, 27);
  batch.writeBigInt64BE(head.maxTimestamp, 35);
  batch.writeBigInt64BE(head.producer?.id ?? -1n, 43);
  batch.writeInt16BE(head.producer?.epoch ?? -1, 51);
  batch.writeInt32BE(head.producer?.baseSequence ?? -1, 53);
  batch.writeInt32BE(head.recordCount, 57);
  batch.writeUInt32BE(crc32c(batch, crcFrom), 17);
  return batch;
}
