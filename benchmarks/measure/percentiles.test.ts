// Percentiles and spreads by hand-made numbers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { percentile, spreadOf } from './percentiles.ts';

test('percentiles are values that were measured, by nearest rank', () => {
  const values = [15, 20, 35, 40, 50];
  assert.equal(percentile(values, 0.3), 20);
  assert.equal(percentile(values, 0.4), 20);
  assert.equal(percentile(values, 0.5), 35);
  assert.equal(percentile(values, 1), 50);
  assert.equal(percentile(values, 0), 15);
});

test('order does not matter, and numbers are not sorted as text', () => {
  assert.equal(percentile([100, 9, 20], 0.5), 20);
});

test('nothing measured is unknown, not 0', () => {
  assert.equal(percentile([], 0.5), undefined);
  assert.equal(spreadOf([]), undefined);
});

test('a spread has the middle and both ends', () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, min: 1, max: 3, count: 3 });
  assert.deepEqual(spreadOf([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4, count: 4 });
});
