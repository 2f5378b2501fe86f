// Batches that fill a prefix: which offsets, what is in them, the same whoever makes them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { allocatedBy } from '../../../test/fixtures/allocation.ts';
import { assembleBatch } from './assemble.ts';
import { decodeBatch, recordsOf } from './decode-batch.ts';
import { encodeBatch } from './encode-batch.ts';
import { attributesOf, baseOffsetOf, codecOf, lastOffsetDeltaOf, recordCountOf } from './header.ts';
import { isNullBatch, nullBatches, nullBatchOffsetsMax } from './null-batches.ts';
import { patchForProduce, stampOf } from './patch.ts';

const timestamp = 1_700_000_000_000n;
const most = BigInt(nullBatchOffsetsMax);

const rangeOf = (batch: Buffer): readonly [bigint, bigint] => {
  assert.equal(recordCountOf(batch, 0), lastOffsetDeltaOf(batch, 0) + 1);
  return [baseOffsetOf(batch, 0), baseOffsetOf(batch, 0) + BigInt(recordCountOf(batch, 0))];
};

test('each record is empty, stamped as told, at its offset', () => {
  const [batch, ...others] = [...nullBatches(5n, 20_005n, timestamp)];
  assert.ok(batch !== undefined && others.length === 0);
  assert.equal(codecOf(attributesOf(batch, 0)), 'zstd');
  const wanted = Array.from({ length: 20_000 }, (_, index) => {
    const offset = BigInt(index + 5);
    return { offset, timestamp, key: undefined, value: undefined, headers: [] };
  });
  assert.deepEqual(decodeBatch(batch), wanted);
});

test('batches follow one another and end at multiples of a million', () => {
  const ranges = [...nullBatches(999_998n, 4_000_003n, timestamp)].map(rangeOf);
  assert.deepEqual(ranges, [
    [999_998n, most],
    [most, 2n * most],
    [2n * most, 3n * most],
    [3n * most, 4n * most],
    [4n * most, 4n * most + 3n],
  ]);
  assert.deepEqual([...nullBatches(7n, 7n, timestamp)], []);
  assert.deepEqual([...nullBatches(8n, 7n, timestamp)], []);
  assert.deepEqual([...nullBatches(7n, 8n, timestamp)].map(rangeOf), [[7n, 8n]]);
});

test('a full batch is a million records in less than a megabyte', () => {
  const [first, second] = [...nullBatches(0n, 2n * most, timestamp)];
  assert.ok(first !== undefined && second !== undefined);
  assert.ok(first.length < 900_000, `${first.length} bytes`);
  let next = most;
  for (const record of recordsOf(second, 0)) {
    assert.equal(record.offset, next);
    next += 1n;
  }
  assert.equal(next, 2n * most);
});

test('whoever goes on in between makes the batches that follow, byte for byte', () => {
  const all = [...nullBatches(0n, 3n * most + 10n, timestamp)];
  const later = [...nullBatches(most, 3n * most + 10n, timestamp)];
  assert.equal(later.length, 3);
  for (const [index, batch] of later.entries()) assert.ok(batch.equals(all[index + 1] as Buffer), `${index}`);
});

test('each batch is in memory of its own, and made when it is asked for', () => {
  const batches = nullBatches(0n, 10n ** 15n, timestamp);
  const first = batches.next().value as Buffer;
  const copy = Buffer.from(first);
  const second = batches.next().value as Buffer;
  second.fill(0);
  assert.ok(first.equals(copy));
  const third = batches.next().value as Buffer;
  assert.deepEqual(rangeOf(third), [2n * most, 3n * most]);
  assert.ok(third.subarray(8).equals(first.subarray(8)));
  assert.ok(allocatedBy(() => void batches.next()) < 2 * first.length, 'no more than the batch itself');
});

test('such a batch is known again by its time and its records, however they are packed', () => {
  const [batch] = nullBatches(5n, 2_005n, timestamp);
  assert.ok(batch !== undefined && isNullBatch(batch, timestamp));
  assert.ok(!isNullBatch(batch, timestamp + 1n));
  patchForProduce(batch, 0, stampOf(4_711n, 3), 99);
  assert.ok(isNullBatch(batch, timestamp), 'written under an id');
  const head = { baseOffset: 5n, leaderEpoch: 0, attributes: 4, recordCount: 2_000 };
  const times = { baseTimestamp: timestamp, maxTimestamp: timestamp };
  const body = zstdDecompressSync(batch.subarray(61));
  const params = { [constants.ZSTD_c_compressionLevel]: 19 };
  const otherwise = assembleBatch({ ...head, ...times }, zstdCompressSync(body, { params }));
  assert.ok(!otherwise.equals(batch) && isNullBatch(otherwise, timestamp), 'packed by another version');
});

test('records of the same time are no prefix', () => {
  const record = { timestamp, key: undefined, value: undefined };
  for (const records of [[{ ...record, value: Buffer.alloc(0) }], [{ ...record, key: Buffer.from('k') }]]) {
    assert.ok(!isNullBatch(encodeBatch(records, { codec: 'zstd' }), timestamp));
  }
});
