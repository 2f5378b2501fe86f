// Finds what LZ4 and Snappy both leave out: bytes that stood there before. Greedy, with one table of places
// by the hash of four bytes, faster over bytes that do not repeat.

/** The table holds places as 16 bits. */
export const searchedBytesMax = 65_536;

/** LZ4 demands that a block ends in 5 literals and that no repetition begins in its last 12 bytes. */
const literalsAtEnd = 5;
const noneBeginsAtEnd = 12;

const tableBits = 13;
/** Reused: searching is synchronous. */
const table = new Uint16Array(1 << tableBits);

/**
 * At `at`, `length` bytes repeat what stands `distance` before; from `literalsFrom` to `at` nothing does.
 */
export type OnRepetition = (literalsFrom: number, at: number, distance: number, length: number) => void;

const fourAt = (bytes: Buffer, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

/**
 * Calls `visit` for each repetition of four bytes or more in [from, to), at most `searchedBytesMax`; returns
 * where the literals behind the last one begin.
 */
export function findRepetitions(bytes: Buffer, from: number, to: number, visit: OnRepetition): number {
  table.fill(0);
  const lastStart = to - noneBeginsAtEnd;
  const endMax = to - literalsAtEnd;
  let literalsFrom = from;
  let misses = 0;
  for (let at = from + 1; at <= lastStart; ) {
    const four = fourAt(bytes, at);
    const slot = Math.imul(four, 0x9e3779b1) >>> (32 - tableBits);
    const before = from + (table[slot] as number);
    table[slot] = at - from;
    if (fourAt(bytes, before) !== four) {
      at += 1 + (misses >>> 6);
      misses += 1;
      continue;
    }
    const distance = at - before;
    let end = at + 4;
    while (end < endMax && bytes[end] === bytes[end - distance]) end += 1;
    visit(literalsFrom, at, distance, end - at);
    literalsFrom = end;
    at = end;
    misses = 0;
  }
  return literalsFrom;
}

/** Below this, a call into native code costs more than the bytes. */
const shortMax = 32;

/** Copies [from, to) of `source` to `at`; returns where they end. The two are different memory. */
export function copyLiterals(target: Buffer, at: number, source: Buffer, from: number, to: number): number {
  const length = to - from;
  if (length > shortMax) return at + source.copy(target, at, from, to);
  for (let i = 0; i < length; i += 1) target[at + i] = source[from + i] as number;
  return at + length;
}

/** Writes what stands `distance` before once more, byte for byte: the two may overlap. */
export function repeat(bytes: Buffer, at: number, distance: number, length: number): number {
  const end = at + length;
  if (length > shortMax && distance >= length) {
    bytes.copyWithin(at, at - distance, end - distance);
    return end;
  }
  for (let to = at; to < end; to += 1) bytes[to] = bytes[to - distance] as number;
  return end;
}
