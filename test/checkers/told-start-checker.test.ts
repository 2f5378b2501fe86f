// A beginning without a reason is seen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkToldStart } from './told-start-checker.ts';

const told = (firstOffset: bigint) => ({ firstOffset, way: 'prefix', timestampMs: 1 }) as const;
const source = { highestStart: 5n, stableEnd: 9n };

test('a copy of everything begins no later than its source has ever begun', () => {
  checkToldStart('copy', 'earliest', told(5n), source);
  const late = () => checkToldStart('copy', 'earliest', told(6n), source);
  assert.throws(late, /told to begin at 6; so far the source began at 5 at most/);
});

test('a copy of what comes begins no later than its source has ended', () => {
  checkToldStart('copy', 'latest', told(9n), source);
  const late = () => checkToldStart('copy', 'latest', told(10n), source);
  assert.throws(late, /told to begin at 10; so far the source ended at 9 at most/);
});
