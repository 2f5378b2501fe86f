// What the checkers look at: the batches of one log, and their canonical form, in which a source's batch and
// its mirror's are the same bytes.
import { crc32c } from './crc32c.ts';

export interface BatchView {
  /** The batch as it stands in the log. */
  readonly bytes: Buffer;
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
}
export interface LogView {
  readonly start: bigint;
  readonly end: bigint;
  /** Grows whenever batches have been taken away again. */
  readonly truncations: number;
  readonly batches: readonly BatchView[];
}

/** Thrown by every checker: a promise of the mirror does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

const transactionalBit = 0x10;
const checksumAt = 17;
/** The checksum covers everything behind itself. */
const checkedFrom = 21;

/**
 * The batch without base offset, leader epoch, producer id, epoch, sequence and transactional bit, its
 * checksum to match. Throws Violation where its checksum does not hold.
 */
export function canonicalBytes(bytes: Buffer): Buffer {
  if (crc32c(bytes.subarray(checkedFrom)) !== bytes.readUInt32BE(checksumAt)) {
    throw new Violation(`the batch at ${bytes.readBigInt64BE(0)} does not match its checksum`);
  }
  const copy = Buffer.from(bytes);
  copy.fill(0, 0, 8);
  copy.fill(0xff, 12, 16);
  copy.writeUInt8(copy.readUInt8(22) & ~transactionalBit, 22);
  copy.fill(0xff, 43, 57);
  copy.writeUInt32BE(crc32c(copy.subarray(checkedFrom)), checksumAt);
  return copy;
}

export const rangeText = ({ baseOffset, lastOffset }: BatchView): string => `${baseOffset}..${lastOffset}`;
