// Snappy in every form that Kafka’s readers take, and blocks that lie.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packSnappy, unpackSnappy } from './snappy.ts';
import { BrokenPack, PackTooLarge } from './unpack-error.ts';

const enough = 1 << 20;
const frameHead = Buffer.from('82534e4150505900' + '00000001' + '00000001', 'hex');

const framed = (...blocks: readonly Buffer[]): Buffer =>
  Buffer.concat([
    frameHead,
    ...blocks.flatMap((block) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(block.length);
      return [length, block];
    }),
  ]);

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const read = (packed: Buffer): string => unpackSnappy(packed, enough).toString();

/** "abcd" as one literal. */
const letters = bytes(4, 3 << 2, 0x61, 0x62, 0x63, 0x64);

test('a frame of blocks, frames behind one another, a bare block', () => {
  assert.equal(read(framed(letters, letters)), 'abcdabcd');
  assert.equal(read(Buffer.concat([framed(letters), framed(letters, letters)])), 'abcdabcdabcd');
  assert.equal(read(letters), 'abcd');
  assert.equal(read(framed()), '');
  assert.equal(read(bytes(0)), '');
});

test('each kind of element is read', () => {
  const literal = [3 << 2, 0x61, 0x62, 0x63, 0x64];
  const copies = {
    '1 byte of distance': bytes(8, ...literal, 1 | (0 << 2), 4),
    '2 bytes of distance': bytes(8, ...literal, 2 | (3 << 2), 4, 0),
    '4 bytes of distance': bytes(8, ...literal, 3 | (3 << 2), 4, 0, 0, 0),
  };
  for (const [name, packed] of Object.entries(copies)) assert.equal(read(packed), 'abcdabcd', name);
  for (const lengthBytes of [1, 2, 3, 4]) {
    const length = [3, 0, 0, 0].slice(0, lengthBytes);
    const packed = bytes(4, (59 + lengthBytes) << 2, ...length, 0x61, 0x62, 0x63, 0x64);
    assert.equal(read(packed), 'abcd', `${lengthBytes} bytes of length`);
  }
  assert.equal(read(bytes(7, 0, 0x61, 1 | (2 << 2), 1)), 'aaaaaaa', 'a copy that overlaps itself');
});

const wrong: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['a length that never ends', bytes(255, 255, 255, 255, 255, 255)],
  ['more literals than there are', bytes(4, 3 << 2, 0x61)],
  ['more literals than its length', bytes(3, 3 << 2, 0x61, 0x62, 0x63, 0x64)],
  ['less than its length', bytes(5, 3 << 2, 0x61, 0x62, 0x63, 0x64)],
  ['a distance of 0', bytes(5, 0, 0x61, 1, 0)],
  ['a distance before its beginning', bytes(5, 0, 0x61, 1, 2)],
  ['a distance into the block before', framed(letters, bytes(4, 1, 4))],
  ['a copy beyond its length', bytes(4, 0, 0x61, 1, 1)],
  ['half an element', bytes(5, 0, 0x61, 2, 1)],
  ['a block longer than the frame', framed(letters).subarray(0, 24)],
  ['half a length', Buffer.concat([framed(letters), bytes(0, 0)])],
];

for (const [name, packed] of wrong) {
  test(`${name} is refused`, () => {
    assert.throws(() => unpackSnappy(packed, enough), BrokenPack);
  });
}

test('a claim beyond the limit is refused, of one block or of many', () => {
  assert.throws(() => unpackSnappy(bytes(0xff, 0xff, 0xff, 0xff, 0x0f, 0), enough), PackTooLarge);
  assert.throws(() => unpackSnappy(framed(letters, letters), 7), PackTooLarge);
});

test('the frame that is written is that of the xerial library, version 1', () => {
  assert.equal(packSnappy(Buffer.from('abcd')).toString('hex'), framed(letters).toString('hex'));
});
