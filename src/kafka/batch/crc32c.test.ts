// Known vectors, agreement with a bitwise reference, and the shift that stands for bytes not read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { crc32c, crcRegister, shiftRegister } from './crc32c.ts';

const ascending = Buffer.from(Array.from({ length: 32 }, (_, index) => index));

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
const vectors: readonly (readonly [string, Buffer, number])[] = [
  ['32 bytes of zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['ascending bytes', ascending, 0x46dd794e],
  ['descending bytes', Buffer.from(ascending).reverse(), 0x113fdb5c],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
];

for (const [name, bytes, expected] of vectors) {
  test(`crc32c of ${name}`, () => {
    assert.equal(crc32c(bytes).toString(16), expected.toString(16));
  });
}

/** One bit at a time, straight from the definition. */
function slowCrc(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit += 1) register = (register >>> 1) ^ (register & 1 ? 0x82f63b78 : 0);
  }
  return ~register >>> 0;
}

function noise(length: number, seed: number): Buffer {
  const random = seededRandom(seed);
  return Buffer.from(Array.from({ length }, () => random.int(256)));
}

test('crc32c agrees with the definition for every length and alignment', () => {
  const bytes = noise(200, 1);
  for (let from = 0; from < 9; from += 1) {
    for (let to = from; to <= bytes.length; to += 1) {
      assert.equal(crc32c(bytes, from, to), slowCrc(bytes.subarray(from, to)), `${from} to ${to}`);
    }
  }
});

test('shiftRegister is the same as running zero bytes through the register', () => {
  const zeros = Buffer.alloc(70_000);
  for (const count of [0, 1, 2, 7, 8, 255, 256, 4_095, 65_537, 70_000]) {
    for (const register of [1, 0x80000000, 0xdeadbeef, 0xffffffff]) {
      assert.equal(shiftRegister(register, count), crcRegister(register, zeros, 0, count), `${count} zeros`);
    }
  }
});

test('shifts add up, also beyond what fits in memory', () => {
  const half = 2 ** 30 - 1;
  for (const register of [1, 0x12345678, 0xffffffff]) {
    assert.equal(
      shiftRegister(shiftRegister(register, half), half + 1),
      shiftRegister(register, 2 ** 31 - 1),
    );
  }
});
