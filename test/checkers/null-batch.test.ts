// Batches that hold nothing, made here byte by byte, and others; and the checkers' own checksum.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { crc32c } from './crc32c.ts';
import { isNullBatch } from './null-batch.ts';

const timestampMs = 1_700_000_000_000n;

/** Numbers are zigzag varints of one byte: 12 is a length of 6, 1 is -1, for none. */
const emptyRecord = (delta: number) => [12, 0, 0, 2 * delta, 1, 1, 0];

function batchOf(records: readonly (readonly number[])[], { attributes = 4, count = records.length } = {}) {
  const header = Buffer.alloc(61);
  header.writeInt16BE(attributes, 21);
  header.writeInt32BE(count - 1, 23);
  header.writeBigInt64BE(timestampMs, 27);
  header.writeBigInt64BE(timestampMs, 35);
  header.writeInt32BE(count, 57);
  return Buffer.concat([header, zstdCompressSync(Buffer.from(records.flat()))]);
}

test('records without key, value and headers are nothing, at their own time', () => {
  const batch = batchOf([0, 1, 2].map(emptyRecord));
  assert.ok(isNullBatch(batch, timestampMs));
  assert.ok(!isNullBatch(batch, timestampMs + 1n));
});

test('a batch with anything in it is not taken for nothing', () => {
  const withKey = [14, 0, 0, 2, 2, 65, 1, 0];
  const withHeader = [12, 0, 0, 2, 1, 1, 2];
  const later = [12, 0, 2, 2, 1, 1, 0];
  for (const record of [withKey, withHeader, later, emptyRecord(2)]) {
    assert.ok(!isNullBatch(batchOf([emptyRecord(0), record]), timestampMs), record.join());
  }
  assert.ok(!isNullBatch(batchOf([0, 1].map(emptyRecord), { count: 1 }), timestampMs), 'one too many');
  assert.ok(
    !isNullBatch(batchOf([0, 1].map(emptyRecord), { attributes: 0x14 }), timestampMs),
    'a transaction',
  );
});

test('CRC-32C of the examples in RFC 3720 and of the usual check value', () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
});
