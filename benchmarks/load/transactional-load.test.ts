// What a transactional topic is made of.
import assert from 'node:assert/strict';
import test from 'node:test';
import { batchesOf, committedRecords } from './transactional-load.ts';

test('one transaction in ten is aborted', () => {
  assert.deepEqual([0, 1, 9, 10, 11, 1_000].map(committedRecords), [0, 100, 900, 900, 1_000, 90_000]);
});

test('a transaction has a hundred records, in batches of the wanted size', () => {
  const values = Array.from({ length: 7 }, (_, index) => Buffer.from(String(index)));
  const batches = [...batchesOf(values, 5, 40)];
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [40, 40, 20],
  );
  assert.deepEqual(batches.flat().slice(0, 3).map(String), ['5', '6', '0']);
});
