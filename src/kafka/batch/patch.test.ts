// The patched header against a batch made anew, and what a patch must leave alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { crc32c } from './crc32c.ts';
import { type BatchForm, encodeBatch, type NewRecord } from './encode-batch.ts';
import * as header from './header.ts';
import { canonicalCrc, patchForProduce, stampOf } from './patch.ts';

const bytesOf = (length: number, random = seededRandom(length)): Buffer =>
  Buffer.from(Array.from({ length }, () => random.int(256)));

const recordOf = (valueBytes: number): NewRecord => ({
  timestamp: 1_700_000_000_000n,
  key: Buffer.from('k'),
  value: bytesOf(valueBytes),
});

const sequences = [0, 1, 0x7fff_ffff, 123_456_789];
const lengths = [0, 1, 2, 3, 7, 8, 9, 100, 1_000, 70_000];

test('a patched batch equals one made under the fence from the start', () => {
  for (const length of lengths) {
    for (const baseSequence of sequences) {
      const records = [recordOf(length)];
      const found = encodeBatch(records, {
        baseOffset: 77n,
        leaderEpoch: 5,
        producerId: 9_000_000_001n,
        producerEpoch: 3,
        baseSequence: 40,
        transactional: true,
      });
      patchForProduce(found, 0, stampOf(4_242n, 0), baseSequence);
      const wanted = encodeBatch(records, { producerId: 4_242n, producerEpoch: 0, baseSequence });
      assert.deepEqual(found, wanted, `${length} bytes, sequence ${baseSequence}`);
    }
  }
});

test('the patch works at any place in a record set and touches nothing around it', () => {
  const before = bytesOf(33);
  const behind = bytesOf(21);
  const batch = encodeBatch([recordOf(50)], { baseOffset: 3n });
  const set = Buffer.concat([before, batch, behind]);
  patchForProduce(set, before.length, stampOf(7n, 0), 3);
  const wanted = encodeBatch([recordOf(50)], { producerId: 7n, producerEpoch: 0, baseSequence: 3 });
  assert.deepEqual(set, Buffer.concat([before, wanted, behind]));
});

test('codec, timestamp type and control bit survive the patch', () => {
  const batch = encodeBatch([recordOf(10)], { transactional: true });
  batch.writeInt16BE(batch.readInt16BE(21) | 0x08 | 0x03 | 0x40, 21);
  batch.writeUInt32BE(crc32c(batch, header.crcFrom), 17);
  patchForProduce(batch, 0, stampOf(1n, 0), 0);
  assert.equal(header.attributesOf(batch, 0), 0x08 | 0x03 | 0x40);
  assert.equal(header.crcOf(batch, 0), crc32c(batch, header.crcFrom));
});

test('a wrong checksum stays wrong by the same bits, so that the broker refuses the batch', () => {
  const batch = encodeBatch([recordOf(300)], { baseOffset: 5n });
  batch[200] = (batch[200] as number) ^ 0x10;
  const off = header.crcOf(batch, 0) ^ crc32c(batch, header.crcFrom);
  patchForProduce(batch, 0, stampOf(88n, 0), 5);
  assert.notEqual(off, 0);
  assert.equal(header.crcOf(batch, 0) ^ crc32c(batch, header.crcFrom), off);
});

const forms: readonly BatchForm[] = [
  {},
  { producerId: 1n, producerEpoch: 0, baseSequence: 0 },
  { producerId: 2n ** 62n, producerEpoch: 32_767, baseSequence: 0x7fff_ffff, transactional: true },
  { baseOffset: 1n << 40n, leaderEpoch: 12, transactional: true },
];

test('the canonical checksum is that of the batch without fence, whoever wrote it', () => {
  for (const length of lengths) {
    const plain = header.crcOf(encodeBatch([recordOf(length)]), 0);
    for (const form of forms) {
      const batch = encodeBatch([recordOf(length)], form);
      const untouched = Buffer.from(batch);
      assert.equal(canonicalCrc(batch, 0), plain);
      assert.deepEqual(batch, untouched, 'it only reads');
    }
  }
});

test('the canonical checksum tells batches with other payloads apart', () => {
  const seen = new Set<number>();
  for (let length = 0; length < 200; length += 1) seen.add(canonicalCrc(encodeBatch([recordOf(length)]), 0));
  assert.equal(seen.size, 200);
});
