// The measuring programs' short cuts against the product's own reading of a batch.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { forEachTime, retime, timedBatch } from './timed-batch.ts';

const value = Buffer.from('a payload');

test('a batch that gets a new time is whole, and all its records carry that time', () => {
  const batch = timedBatch(3, value);
  for (const ms of [1_795_000_000_000, 1_795_000_000_001, 7]) {
    retime(batch, ms);
    const records = decodeBatch(batch);
    assert.deepEqual(
      records.map(({ timestamp }) => timestamp),
      [BigInt(ms), BigInt(ms), BigInt(ms)],
    );
    assert.deepEqual(
      records.map((record) => record.value),
      [value, value, value],
    );
  }
});

test('the times of a batch are those of its records, earlier ones than the first too', () => {
  const times = [1_795_000_000_000, 1_795_000_000_300, 1_794_999_999_999, 1_795_000_070_000];
  const batch = encodeBatch(times.map((ms) => ({ timestamp: BigInt(ms), key: undefined, value })));
  const read: number[] = [];
  forEachTime(Buffer.concat([Buffer.alloc(5), batch]), 5, (ms) => read.push(ms));
  assert.deepEqual(read, times);
});
