// Quantities given as options, and those that cannot be meant.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationOption } from './quantities.ts';

test('a duration that no timer can wait is refused: it would be over at once', () => {
  assert.equal(durationOption({ timeout: '24d' }, 'timeout'), 24 * 24 * 3_600_000);
  const refused = { code: 'CW-6008', message: '--timeout "60d" is not a duration from 0ms to 24d' };
  assert.throws(() => durationOption({ timeout: '60d' }, 'timeout'), refused);
});

test('a duration has the bounds of its option', () => {
  const bounds = { from: '100ms', to: '1h' };
  assert.equal(durationOption({ interval: '100ms' }, 'interval', bounds), 100);
  assert.equal(durationOption({}, 'interval', bounds), undefined);
  const refused = { code: 'CW-6008', message: '--interval "0s" is not a duration from 100ms to 1h' };
  assert.throws(() => durationOption({ interval: '0s' }, 'interval', bounds), refused);
});
