// CRC-32C (Castagnoli, RFC 3720 appendix B.4), reflected: the checksum of bytes, and how it changes when
// bytes change far before the end, which needs no look at what lies behind them.

const polynomial = 0x82f63b78;
const slices = 8;

/** tables[k * 256 + b]: the remainder of byte b followed by k zero bytes. */
const tables = buildTables();

function buildTables(): Uint32Array {
  const built = new Uint32Array(slices * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit += 1) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
    built[byte] = remainder;
  }
  for (let at = 256; at < built.length; at += 1) {
    const before = built[at - 256] as number;
    built[at] = (before >>> 8) ^ (built[before & 0xff] as number);
  }
  return built;
}

const table = (slice: number, byte: number): number => tables[slice * 256 + byte] as number;

/** Runs `bytes` through the register without the inversion before and after. */
export function crcRegister(register: number, bytes: Uint8Array, from: number, to: number): number {
  let r = register;
  let at = from;
  for (const whole = to - slices; at <= whole; at += slices) {
    const b = bytes;
    r ^= (b[at] as number) | ((b[at + 1] as number) << 8) | ((b[at + 2] as number) << 16);
    r ^= (b[at + 3] as number) << 24;
    r =
      table(7, r & 0xff) ^
      table(6, (r >>> 8) & 0xff) ^
      table(5, (r >>> 16) & 0xff) ^
      table(4, r >>> 24) ^
      table(3, b[at + 4] as number) ^
      table(2, b[at + 5] as number) ^
      table(1, b[at + 6] as number) ^
      table(0, b[at + 7] as number);
  }
  for (; at < to; at += 1) r = (r >>> 8) ^ table(0, (r ^ (bytes[at] as number)) & 0xff);
  return r >>> 0;
}

/** CRC-32C of bytes [from, to). */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return ~crcRegister(0xffffffff, bytes, from, to) >>> 0;
}

/**
 * shifts[((k * 4) + j) * 256 + b]: what byte j of the register, being b, contributes after 2^k zero bytes.
 * Running n zero bytes through the register is then one step per set bit of n.
 */
const shiftBits = 31;
const shifts = buildShifts();

function buildShifts(): Uint32Array {
  const built = new Uint32Array(shiftBits * 1024);
  for (let lane = 0; lane < 4; lane += 1) {
    for (let byte = 0; byte < 256; byte += 1) {
      const register = (byte << (8 * lane)) >>> 0;
      built[lane * 256 + byte] = (register >>> 8) ^ table(0, register & 0xff);
    }
  }
  for (let k = 1; k < shiftBits; k += 1) {
    for (let at = 0; at < 1024; at += 1) {
      const half = built[(k - 1) * 1024 + at] as number;
      built[k * 1024 + at] = shiftOnce(built, k - 1, half);
    }
  }
  return built;
}

function shiftOnce(from: Uint32Array, k: number, register: number): number {
  const base = k * 1024;
  return (
    ((from[base + (register & 0xff)] as number) ^
      (from[base + 256 + ((register >>> 8) & 0xff)] as number) ^
      (from[base + 512 + ((register >>> 16) & 0xff)] as number) ^
      (from[base + 768 + (register >>> 24)] as number)) >>>
    0
  );
}

/** The register after `zeros` zero bytes; `zeros` below 2^31. */
export function shiftRegister(register: number, zeros: number): number {
  let r = register;
  for (let k = 0, left = zeros; left !== 0 && r !== 0; k += 1, left >>>= 1) {
    if (left & 1) r = shiftOnce(shifts, k, r);
  }
  return r;
}
