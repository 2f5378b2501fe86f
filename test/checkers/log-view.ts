// What the checkers look at: the batches of one log, and their canonical form, in which a source's batch and
// its mirror's are the same bytes.
import { canonicalCrc } from '../../src/kafka/batch/patch.ts';

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

/**
 * The batch without base offset, leader epoch, producer id, epoch, sequence and transactional bit, its
 * checksum to match.
 */
export function canonicalBytes(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(canonicalCrc(bytes, 0), 17);
  copy.fill(0, 0, 8);
  copy.fill(0xff, 12, 16);
  copy.writeUInt8(copy.readUInt8(22) & ~transactionalBit, 22);
  copy.fill(0xff, 43, 57);
  return copy;
}

export const rangeText = ({ baseOffset, lastOffset }: BatchView): string => `${baseOffset}..${lastOffset}`;
