// Batches that are made once and sent again and again with new timestamps, and what times the records of a
// batch carry: both cost a few bytes' work per batch or record, since they run beside what is measured.
import { crcRegister, shiftRegister } from '../../src/kafka/batch/crc32c.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { baseTimestampOf, crcOf, headerBytes, recordCountOf } from '../../src/kafka/batch/header.ts';

const crcAt = 17;
const timesFrom = 27;
const timesTo = 43;

/** A batch of `count` records of this value; `retime` gives it its time. */
export function timedBatch(count: number, value: Buffer): Buffer {
  return encodeBatch(Array.from({ length: count }, () => ({ timestamp: 0n, key: undefined, value })));
}

/**
 * Gives all records of a batch of `timedBatch` this time, whole milliseconds. The checksum follows
 * from the old one: it is linear.
 */
export function retime(batch: Buffer, ms: number): void {
  const before = crcRegister(0, batch, timesFrom, timesTo);
  batch.writeBigInt64BE(BigInt(ms), timesFrom);
  batch.writeBigInt64BE(BigInt(ms), timesFrom + 8);
  const change = (before ^ crcRegister(0, batch, timesFrom, timesTo)) >>> 0;
  batch.writeUInt32BE((crcOf(batch, 0) ^ shiftRegister(change, batch.length - timesTo)) >>> 0, crcAt);
}

/** Calls `onTime` with the timestamp (milliseconds) of each record of the plain batch at `at`. */
export function forEachTime(bytes: Buffer, at: number, onTime: (ms: number) => void): void {
  const baseMs = Number(baseTimestampOf(bytes, at));
  let from = at + headerBytes;
  for (let left = recordCountOf(bytes, at); left > 0; left -= 1) {
    const [length, body] = varint(bytes, from);
    const [deltaMs] = varint(bytes, body + 1);
    onTime(baseMs + deltaMs);
    from = body + length;
  }
}

/** A zigzag varint at `at`, and where it ends. */
function varint(bytes: Buffer, at: number): [value: number, end: number] {
  let raw = 0;
  let end = at;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[end++] as number;
    raw |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [(raw >>> 1) ^ -(raw & 1), end];
  }
}
