// Zigzag varints as records use them (KIP-98): up to 5 bytes for 32 bits, up to 10 for 64.

/** Bytes of `value` as a varint. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = ((value << 1) ^ (value >> 31)) >>> 0; left >= 0x80; left >>>= 7) bytes += 1;
  return bytes;
}

/** Writes a 32-bit value at `at`; returns where it ends. */
export function writeVarint(bytes: Buffer, at: number, value: number): number {
  let to = at;
  let left = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; left >= 0x80; left >>>= 7) bytes[to++] = (left & 0x7f) | 0x80;
  bytes[to] = left;
  return to + 1;
}

/** Bytes of a 64-bit value. */
export function varlongBytes(value: bigint): number {
  let bytes = 1;
  for (let left = zigzag(value); left >= 0x80n; left >>= 7n) bytes += 1;
  return bytes;
}

export function writeVarlong(bytes: Buffer, at: number, value: bigint): number {
  let to = at;
  let left = zigzag(value);
  for (; left >= 0x80n; left >>= 7n) bytes[to++] = Number(left & 0x7fn) | 0x80;
  bytes[to] = Number(left);
  return to + 1;
}

const zigzag = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
