// Primitive types against bytes written down by hand, and claims that the reader must not believe.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topicIdText } from './messages.ts';
import { WireReader } from './reader.ts';
import { WireWriter } from './writer.ts';

type Write = (writer: WireWriter) => unknown;
type Read = (reader: WireReader) => unknown;

const pairs: readonly (readonly [string, Write, Read, unknown, string])[] = [
  ['int8', (w) => w.int8(-2), (r) => r.int8(), -2, 'fe'],
  ['int16', (w) => w.int16(-2), (r) => r.int16(), -2, 'fffe'],
  ['int32', (w) => w.int32(-0x8000_0000), (r) => r.int32(), -0x8000_0000, '80000000'],
  ['int64', (w) => w.int64(-(2n ** 63n)), (r) => r.int64(), -(2n ** 63n), '8000000000000000'],
  ['boolean', (w) => w.boolean(true), (r) => r.boolean(), true, '01'],
  ['uvarint 0', (w) => w.uvarint(0), (r) => r.uvarint(), 0, '00'],
  ['uvarint 127', (w) => w.uvarint(127), (r) => r.uvarint(), 127, '7f'],
  ['uvarint 128', (w) => w.uvarint(128), (r) => r.uvarint(), 128, '8001'],
  ['uvarint 300', (w) => w.uvarint(300), (r) => r.uvarint(), 300, 'ac02'],
  ['uvarint 2^31 - 1', (w) => w.uvarint(2 ** 31 - 1), (r) => r.uvarint(), 2 ** 31 - 1, 'ffffffff07'],
  ['uvarint 2^32 - 1', (w) => w.uvarint(2 ** 32 - 1), (r) => r.uvarint(), 2 ** 32 - 1, 'ffffffff0f'],
  ['string', (w) => w.compactString('é'), (r) => r.compactString(), 'é', '03c3a9'],
  ['empty string', (w) => w.compactString(''), (r) => r.compactString(), '', '01'],
  ['no string', (w) => w.compactNullableString(undefined), (r) => r.compactNullableString(), undefined, '00'],
  ['old string', (w) => w.nullableString('ab'), (r) => r.nullableString(), 'ab', '00026162'],
  ['no old string', (w) => w.nullableString(undefined), (r) => r.nullableString(), undefined, 'ffff'],
  ['integers', (w) => w.compactInts([1, -1]), (r) => r.compactInts(), [1, -1], '0300000001ffffffff'],
  ['no integers', (w) => w.compactInts([]), (r) => r.compactInts(), [], '01'],
  [
    'topic id',
    (w) => w.uuid('00112233445566778899aabbccddeeff'),
    (r) => r.uuid(),
    '00112233445566778899aabbccddeeff',
    '00112233445566778899aabbccddeeff',
  ],
  [
    'bytes',
    (w) => w.compactBytes(Buffer.from('xyz')),
    (r) => r.compactNullableBytes(),
    Buffer.from('xyz'),
    '0478797a',
  ],
];

for (const [name, write, read, value, hex] of pairs) {
  test(`${name}: as bytes and back`, () => {
    const writer = new WireWriter();
    write(writer);
    assert.equal(writer.bytes.toString('hex'), hex);
    const reader = new WireReader(Buffer.from(hex, 'hex'));
    assert.deepEqual(read(reader), value);
    reader.finish();
  });
  test(`${name}: cut anywhere it is refused`, () => {
    for (let cut = 0; cut < hex.length / 2; cut += 1) {
      const reader = new WireReader(Buffer.from(hex, 'hex').subarray(0, cut));
      assert.throws(() => read(reader), { code: 'CW-3005' });
    }
  });
}

const lies: readonly (readonly [string, Read, string])[] = [
  ['a number of six bytes', (r) => r.uvarint(), '808080808001'],
  ['a number above 32 bits', (r) => r.uvarint(), 'ffffffff1f'],
  ['a string longer than the message', (r) => r.compactString(), '0561'],
  ['a string of four gigabytes', (r) => r.compactString(), 'ffffffff0f61'],
  ['a missing string', (r) => r.compactString(), '00'],
  ['an old string of length -2', (r) => r.nullableString(), 'fffe'],
  ['bytes longer than the message', (r) => r.compactNullableBytes(), '0978'],
  ['an array of two billion', (r) => r.compactCount(1), 'ffffffff07'],
  ['a missing array', (r) => r.compactCount(1), '00'],
  ['an old array of two billion', (r) => r.count(6), '7fffffff00'],
  ['an old array of -1', (r) => r.count(6), 'ffffffff'],
  ['one element more than fits', (r) => r.compactCount(4), '0300000000000000'],
  ['a billion integers', (r) => r.compactInts(), 'ffffffff0300000000'],
  ['a tagged field longer than the message', (r) => r.taggedFields(), '010009'],
  ['two billion tagged fields', (r) => r.taggedFields(), 'ffffffff07'],
];

for (const [name, read, hex] of lies) {
  test(`${name} is refused with CW-3005`, () => {
    assert.throws(() => read(new WireReader(Buffer.from(hex, 'hex'))), { code: 'CW-3005' });
  });
}

test('a tagged field that reads beyond its own end is refused', () => {
  const reader = new WireReader(Buffer.from('01000100000000', 'hex'));
  assert.throws(() => reader.taggedFieldsInto(0, (_into, _tag, r) => r.int32()), {
    code: 'CW-3005',
    message: /longer/,
  });
});

test('the message says where reading stopped', () => {
  const reader = new WireReader(Buffer.alloc(6));
  reader.int32();
  assert.throws(() => reader.int32(), { message: /4 more bytes are needed, 2 are left \(at byte 4 of 6\)/ });
});

test('bytes too many are refused', () => {
  assert.throws(() => new WireReader(Buffer.alloc(3)).finish(), { message: /3 bytes too many/ });
});

test('a reader of a part of a buffer stays inside it', () => {
  const reader = new WireReader(Buffer.from('00112233445566', 'hex'), 1, 3);
  assert.equal(reader.int16(), 0x1122);
  assert.throws(() => reader.int8(), { code: 'CW-3005' });
});

test('the writer grows, and what stood there stays', () => {
  const writer = new WireWriter(4, 16);
  for (let i = 0; i < 1_000; i += 1) writer.int32(i);
  writer.patchInt32(0, writer.position - 4);
  const reader = new WireReader(writer.bytes);
  assert.equal(reader.int32(), 4_000);
  for (let i = 0; i < 1_000; i += 1) assert.equal(reader.int32(), i);
});

test('something that is no topic id cannot be written', () => {
  for (const wrong of ['', 'abc', 'x'.repeat(32), '0'.repeat(34)]) {
    assert.throws(() => new WireWriter().uuid(wrong), RangeError);
  }
});

test('a topic id is shown as Kafka’s own tools print it', () => {
  assert.equal(topicIdText('e4be83deb4a149f2d7dd29f23f52d4c7'), '5L6D3rShSfLX3SnyP1LUxw');
});
