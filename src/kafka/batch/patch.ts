// Changes the header of a batch in place for the fence, and compares batches without it. The checksum follows
// from the old one: CRC-32C is linear, so the change of 14 bytes shifted to the end is all that is needed.
import { batchLengthOf, crcFrom, crcOf, transactionalBit } from './header.ts';
import { crcRegister, shiftRegister } from './crc32c.ts';

const attributesAt = 21;
const producerAt = 43;
const producerBytes = 14;
const deltaFrom = crcFrom;
const deltaTo = producerAt + producerBytes;

/** Old bytes XOR new bytes, from the attributes to the base sequence. Reused: patching is synchronous. */
const delta = new Uint8Array(deltaTo - deltaFrom);

/** Producer id and epoch as they stand in a header. */
export interface FenceStamp {
  readonly bytes: Uint8Array;
}

/** Id and epoch for `patchForProduce`, laid out once per generation. */
export function stampOf(producerId: bigint, producerEpoch: number): FenceStamp {
  const bytes = Buffer.alloc(producerBytes);
  bytes.writeBigInt64BE(producerId, 0);
  bytes.writeInt16BE(producerEpoch, 8);
  return { bytes };
}

/** No id, epoch and sequence: all -1, as a producer without idempotence writes them. */
const blank: FenceStamp = { bytes: new Uint8Array(producerBytes).fill(0xff) };

/**
 * Makes the batch at `at` fit for Produce under the fence: base offset 0, leader epoch -1, the stamp's id and
 * epoch, `baseSequence`, no transactional bit, and the checksum that follows from the old one. The payload is
 * not read; a wrong checksum stays wrong, so that the broker refuses what was damaged on the way.
 */
export function patchForProduce(bytes: Buffer, at: number, stamp: FenceStamp, baseSequence: number): void {
  const crc = crcWithStamp(bytes, at, stamp, baseSequence);
  // Plain stores: for a few bytes, `fill` and `set` cost more than everything else here.
  for (let i = 0; i < 8; i += 1) bytes[at + i] = 0;
  for (let i = 12; i < 16; i += 1) bytes[at + i] = 0xff;
  bytes.writeInt32BE(crc | 0, at + 17);
  bytes[at + attributesAt + 1] = (bytes[at + attributesAt + 1] as number) & ~transactionalBit;
  for (let i = 0; i < 10; i += 1) bytes[at + producerAt + i] = stamp.bytes[i] as number;
  bytes.writeInt32BE(baseSequence, at + producerAt + 10);
}

/**
 * The checksum the batch would have without producer id, epoch, sequence (all -1) and transactional bit:
 * equal for a source's batch and its mirror's.
 */
export function canonicalCrc(bytes: Buffer, at: number): number {
  return crcWithStamp(bytes, at, blank, -1);
}

function crcWithStamp(bytes: Buffer, at: number, stamp: FenceStamp, baseSequence: number): number {
  // Bytes between the attributes and the producer id never change and stay 0 in `delta`.
  const bit = (bytes[at + attributesAt + 1] as number) & transactionalBit;
  delta[1] = bit;
  const offset = producerAt - deltaFrom;
  for (let i = 0; i < 10; i += 1) {
    delta[offset + i] = (bytes[at + producerAt + i] as number) ^ (stamp.bytes[i] as number);
  }
  for (let i = 0; i < 4; i += 1) {
    const wanted = (baseSequence >>> (24 - 8 * i)) & 0xff;
    delta[offset + 10 + i] = (bytes[at + producerAt + 10 + i] as number) ^ wanted;
  }
  const behind = batchLengthOf(bytes, at) - deltaTo;
  // Zeros in front leave a register of 0 as it is.
  const register = crcRegister(0, delta, bit === 0 ? offset : 0, delta.length);
  return (crcOf(bytes, at) ^ shiftRegister(register, behind)) >>> 0;
}
