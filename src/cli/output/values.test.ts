// Values as a person sees them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAmount, formatBytes, formatCount, formatDuration, formatExact, formatRate } from './values.ts';

test('unknown is a question mark, never 0', () => {
  for (const format of [formatCount, formatBytes, formatRate, formatDuration]) {
    assert.equal(format(undefined), '?');
    assert.notEqual(format(0), '?');
  }
  assert.equal(formatAmount(undefined, 'broker'), '? brokers');
});

test('counts keep three digits', () => {
  const cases: [bigint | number, string][] = [
    [0, '0'],
    [999, '999'],
    [1000, '1k'],
    [1_800n, '1.8k'],
    [99_949, '99.9k'],
    [99_960, '100k'],
    [999_499, '999k'],
    [999_600, '1M'],
    [12_500_000n, '12.5M'],
  ];
  for (const [value, text] of cases) assert.equal(formatCount(value), text);
});

test('bytes and rates have decimal units', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(84_000_000n), '84 MB');
  assert.equal(formatBytes(1_500), '1.5 kB');
  assert.equal(formatRate(84_000_000), '84 MB/s');
});

test('durations use the two largest units that matter', () => {
  const cases: [number, string][] = [
    [0, '0.0s'],
    [240, '0.2s'],
    [42_000, '42s'],
    [59_600, '1m'],
    [303_000, '5m 3s'],
    [12_000_000, '3h 20m'],
    [187_200_000, '2d 4h'],
  ];
  for (const [durationMs, text] of cases) assert.equal(formatDuration(durationMs), text);
});

test('exact numbers are grouped by thousands', () => {
  assert.equal(formatExact(12_004), '12,004');
  assert.equal(formatExact(700n), '700');
  assert.equal(formatAmount(1, 'broker'), '1 broker');
  assert.equal(formatAmount(3, 'broker'), '3 brokers');
});
