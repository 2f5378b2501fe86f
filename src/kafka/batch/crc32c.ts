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
 * The product of two registers as polynomials modulo the checksum's, bit 31 being the constant term. Computed
 * rather than looked up: between two batches their bytes have pushed every large table out of the caches.
 */
function multiply(a: number, b: number): number {
  let product = 0;
  let power = b;
  for (let left = a; left !== 0; left <<= 1) {
    product ^= power & (left >> 31);
    power = (power >>> 1) ^ (polynomial & -(power & 1));
  }
  return product;
}

/** powers[d * 256 + b]: x to the power of 8 · b · 256^d, which is what b · 256^d zero bytes multiply by. */
const digits = 4;
const powers = buildPowers();

function buildPowers(): Int32Array {
  const one = 0x80000000 | 0;
  const built = new Int32Array(digits * 256);
  let step = one >>> 8;
  for (let digit = 0; digit < digits; digit += 1) {
    let power = one;
    for (let byte = 0; byte < 256; byte += 1) {
      built[digit * 256 + byte] = power;
      power = multiply(power, step);
    }
    step = power;
  }
  return built;
}

/** The register after `zeros` zero bytes; `zeros` below 2^31. */
export function shiftRegister(register: number, zeros: number): number {
  let factor = powers[zeros & 0xff] as number;
  for (let digit = 1, left = zeros >>> 8; left !== 0; digit += 1, left >>>= 8) {
    factor = multiply(factor, powers[digit * 256 + (left & 0xff)] as number);
  }
  return multiply(register, factor) >>> 0;
}
