// Sequences around their end, where they start over at 0.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sequenceAfter, sequenceMax } from './sequence.ts';

test('sequences start over after 2^31 - 1', () => {
  assert.equal(sequenceAfter(7, 3), 10);
  assert.equal(sequenceAfter(sequenceMax, 1), 0);
  assert.equal(sequenceAfter(sequenceMax - 1, 5), 3);
});
