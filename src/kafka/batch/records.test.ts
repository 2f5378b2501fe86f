// Records through a batch and back, and batches that must not be believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocatedBy } from '../../../test/fixtures/allocation.ts';
import { pick, type Random, seededRandom } from '../../base/random.ts';
import { crc32c } from './crc32c.ts';
import { decodeBatch } from './decode-batch.ts';
import { encodeBatch, type NewRecord } from './encode-batch.ts';
import { attributesOf, codecs, crcFrom, headerBytes, recordCountOf } from './header.ts';
import { varintBytes, varlongBytes, writeVarint, writeVarlong } from './varint.ts';

function randomRecords(random: Random): NewRecord[] {
  const field = (): Buffer | undefined =>
    pick(random, [undefined, Buffer.alloc(0), Buffer.from('x'.repeat(random.int(300)))]);
  return Array.from({ length: 1 + random.int(20) }, () => ({
    timestamp: 1_700_000_000_000n + BigInt(random.int(2 ** 32)) - BigInt(random.int(2 ** 32)),
    key: field(),
    value: field(),
    headers: Array.from({ length: random.int(4) }, () => ({
      key: field() ?? Buffer.from('h'),
      value: field(),
    })),
  }));
}

test('records come back as they were, in every codec', () => {
  const random = seededRandom(11);
  for (let round = 0; round < 300; round += 1) {
    const records = randomRecords(random);
    const batch = encodeBatch(records, { codec: pick(random, codecs), baseOffset: 1n << 40n });
    const wanted = records.map((record, index) => ({ offset: (1n << 40n) + BigInt(index), ...record }));
    assert.deepEqual(decodeBatch(batch), wanted, `round ${round}`);
  }
});

test('null and empty stay different for keys, values and header values', () => {
  const empty = Buffer.alloc(0);
  const records = [
    { timestamp: 5n, key: undefined, value: empty, headers: [{ key: empty, value: undefined }] },
    { timestamp: 5n, key: empty, value: undefined, headers: [{ key: empty, value: empty }] },
  ];
  const [first, second] = decodeBatch(encodeBatch(records));
  assert.deepEqual([first?.key, first?.value, first?.headers[0]?.value], [undefined, empty, undefined]);
  assert.deepEqual([second?.key, second?.value, second?.headers[0]?.value], [empty, undefined, empty]);
});

test('where the batch says append time, every record shows it', () => {
  const batch = encodeBatch([recordAt(10n), recordAt(20n), recordAt(15n)]);
  batch.writeInt16BE(attributesOf(batch, 0) | 0x08, 21);
  seal(batch);
  assert.deepEqual(
    decodeBatch(batch).map(({ timestamp }) => timestamp),
    [20n, 20n, 20n],
  );
});

test('a batch emptied by compaction has no records, whatever its codec', () => {
  for (const codec of codecs) {
    const batch = encodeBatch([recordAt(1n)], { codec }).subarray(0, headerBytes);
    batch.writeInt32BE(headerBytes - 12, 8);
    batch.writeInt32BE(0, 57);
    seal(batch);
    assert.deepEqual(decodeBatch(batch), []);
  }
});

test('one flipped bit anywhere under the checksum is noticed', () => {
  const batch = encodeBatch([recordAt(1n), recordAt(2n)]);
  for (let at = 17; at < batch.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      batch[at] = (batch[at] as number) ^ (1 << bit);
      assert.throws(() => decodeBatch(batch), { code: 'CW-3005' }, `byte ${at}, bit ${bit}`);
      batch[at] = (batch[at] as number) ^ (1 << bit);
    }
  }
  assert.equal(decodeBatch(batch).length, 2);
});

// Each changes a batch under a right checksum, so that only the decoder itself can refuse it.
const lies: readonly (readonly [string, (batch: Buffer) => void])[] = [
  ['one record more than there are', (batch) => batch.writeInt32BE(recordCountOf(batch, 0) + 1, 57)],
  ['one record fewer', (batch) => batch.writeInt32BE(recordCountOf(batch, 0) - 1, 57)],
  ['a negative number of records', (batch) => batch.writeInt32BE(-1, 57)],
  ['two billion records', (batch) => batch.writeInt32BE(0x7fff_ffff, 57)],
  ['format 1', (batch) => batch.writeInt8(1, 16)],
  ['a record that is too long', (batch) => batch.writeUInt8(0x7e, headerBytes)],
  ['a record of negative length', (batch) => batch.writeUInt8(0x01, headerBytes)],
  ['a record of length 0', (batch) => batch.writeUInt8(0x00, headerBytes)],
  ['a key that is too long', (batch) => batch.writeUInt8(0x7e, headerBytes + 4)],
  ['a key of length -2', (batch) => batch.writeUInt8(0x03, headerBytes + 4)],
  ['more headers than bytes', (batch) => batch.writeUInt8(0x7e, headerBytes + 8)],
  ['a negative number of headers', (batch) => batch.writeUInt8(0x01, headerBytes + 8)],
  ['a number that never ends', (batch) => batch.fill(0xff, headerBytes)],
  ['gzip that is none', (batch) => batch.writeInt16BE(1, 21)],
  ['snappy that is none', (batch) => batch.writeInt16BE(2, 21)],
  ['lz4 that is none', (batch) => batch.writeInt16BE(3, 21)],
  ['zstd that is none', (batch) => batch.writeInt16BE(4, 21)],
];

for (const [name, lie] of lies) {
  test(`a batch with ${name} is refused with CW-3005, whatever its checksum says`, () => {
    const batch = encodeBatch([recordAt(1n), recordAt(1n)]);
    lie(batch);
    seal(batch);
    assert.throws(() => decodeBatch(batch), { code: 'CW-3005' });
  });
}

test('an unknown codec is named with CW-3007, and so is the batch', () => {
  const batch = encodeBatch([recordAt(1n)], { baseOffset: 77n });
  batch.writeInt16BE(7, 21);
  seal(batch);
  assert.throws(() => decodeBatch(batch), { code: 'CW-3007', message: /offset 77 .*an unknown codec/ });
});

for (const codec of codecs.slice(1)) {
  test(`${codec}: a bomb is not unpacked beyond the limit`, () => {
    const value = Buffer.alloc(1 << 24);
    const batch = encodeBatch([{ timestamp: 1n, key: undefined, value }], { codec, baseOffset: 77n });
    assert.ok(batch.length < 1 << 20);
    const limit = 1 << 17;
    const light = () => {
      assert.throws(() => decodeBatch(batch, 0, limit), { code: 'CW-3018', message: /offset 77 / });
    };
    light();
    assert.ok(allocatedBy(light) < 8 * limit, 'far less than 16 MiB');
    assert.throws(() => decodeBatch(batch, 0, 1 << 24), { code: 'CW-3018', message: new RegExp(codec) });
    assert.equal(decodeBatch(batch, 0, 1 << 25)[0]?.value?.length, value.length);
  });
}

test('a negative number of records is refused, also where there are none', () => {
  const batch = encodeBatch([recordAt(1n)]).subarray(0, headerBytes);
  batch.writeInt32BE(headerBytes - 12, 8);
  batch.writeInt32BE(-1, 57);
  seal(batch);
  assert.throws(() => decodeBatch(batch), { code: 'CW-3005', message: /-1 records/ });
});

test('bytes before and behind the batch are left alone', () => {
  const batch = encodeBatch([recordAt(1n)], { baseOffset: 9n });
  const set = Buffer.concat([Buffer.from('before'), batch, Buffer.from('behind')]);
  assert.equal(decodeBatch(set, 6)[0]?.offset, 9n);
  for (let cut = 0; cut < batch.length; cut += 1) {
    assert.throws(() => decodeBatch(batch.subarray(0, cut)), { code: 'CW-3005' }, `${cut} bytes`);
  }
});

test('an empty batch cannot be made', () => {
  assert.throws(() => encodeBatch([]), RangeError);
});

// Zigzag: 0, -1, 1, -2 become 0, 1, 2, 3; seven bits a byte, the lowest first.
const numbers: readonly (readonly [bigint, string])[] = [
  [0n, '00'],
  [-1n, '01'],
  [1n, '02'],
  [63n, '7e'],
  [-64n, '7f'],
  [64n, '8001'],
  [8_191n, 'fe7f'],
  [0x7fff_ffffn, 'feffffff0f'],
  [-0x8000_0000n, 'ffffffff0f'],
  [0x7fff_ffff_ffff_ffffn, 'feffffffffffffffff01'],
  [-0x8000_0000_0000_0000n, 'ffffffffffffffffff01'],
];

for (const [value, hex] of numbers) {
  test(`varint of ${value} is ${hex}`, () => {
    const bytes = Buffer.alloc(12);
    assert.equal(bytes.toString('hex', 0, writeVarlong(bytes, 0, value)), hex);
    assert.equal(varlongBytes(value), hex.length / 2);
    if (value !== BigInt.asIntN(32, value)) return;
    assert.equal(bytes.toString('hex', 0, writeVarint(bytes, 0, Number(value))), hex);
    assert.equal(varintBytes(Number(value)), hex.length / 2);
  });
}

function recordAt(timestamp: bigint): NewRecord {
  return { timestamp, key: Buffer.from('k'), value: Buffer.from('v') };
}

function seal(batch: Buffer): void {
  batch.writeUInt32BE(crc32c(batch, crcFrom), 17);
}
