// CRC-32C (Castagnoli; RFC 3720, appendix B.4), byte by byte: the checkers' own.
const reflectedPolynomial = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let register = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    register = (register & 1) === 0 ? register >>> 1 : (register >>> 1) ^ reflectedPolynomial;
  }
  return register;
});

export function crc32c(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) register = (register >>> 8) ^ (table[(register ^ byte) & 0xff] as number);
  return (register ^ 0xffffffff) >>> 0;
}
