// Which ranges a sample has: how much, where, and that a seed brings them back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OffsetRange } from './comparison.ts';
import { sampleRanges, sampleRangesMax } from './sample.ts';

const share = (part: number, seed = 1) => ({ amount: { share: part }, seed });
const lengthOf = (ranges: readonly OffsetRange[]) =>
  ranges.reduce((sum, { from, to }) => sum + to - from, 0n);
const within = (whole: OffsetRange, ranges: readonly OffsetRange[]) => {
  let reached = whole.from;
  for (const { from, to } of ranges) {
    assert.ok(from >= reached && from < to && to <= whole.to, `${from}..${to} behind ${reached}`);
    reached = to;
  }
};

test('a share of a long log: so many offsets, in order, without overlap, everywhere', () => {
  const whole = { from: 12_345n, to: 50_012_345n };
  for (const part of [0.001, 0.01, 0.3, 0.99]) {
    const ranges = sampleRanges(whole, share(part), 'orders-0');
    within(whole, ranges);
    assert.ok(ranges.length <= sampleRangesMax + 2, `${ranges.length} ranges`);
    assert.ok(ranges.length > 40, `${ranges.length} ranges`);
    const wanted = 50_000_000 * part;
    assert.ok(
      Math.abs(Number(lengthOf(ranges)) - wanted) < wanted / 100 + 2,
      `${lengthOf(ranges)} of ${wanted}`,
    );
  }
});

test('a number of offsets, and all of a log that has no more', () => {
  const whole = { from: 0n, to: 1_000_000n };
  const ranges = sampleRanges(whole, { amount: { offsets: 10_000 }, seed: 3 }, 'orders-0');
  within(whole, ranges);
  assert.ok(Math.abs(Number(lengthOf(ranges)) - 10_000) < 200);
  assert.deepEqual(sampleRanges(whole, { amount: { offsets: 1_000_000 }, seed: 3 }, 'orders-0'), [whole]);
  assert.deepEqual(sampleRanges(whole, share(1), 'orders-0'), [whole]);
});

test('a short log has a range, too, and an empty one has none', () => {
  for (const length of [1n, 2n, 7n, 5_000n]) {
    const whole = { from: 100n, to: 100n + length };
    const ranges = sampleRanges(whole, share(0.01), 'orders-0');
    within(whole, ranges);
    assert.ok(lengthOf(ranges) >= 1n);
  }
  assert.deepEqual(sampleRanges({ from: 5n, to: 5n }, share(0.5), 'orders-0'), []);
  assert.deepEqual(sampleRanges({ from: 6n, to: 5n }, share(0.5), 'orders-0'), []);
});

test('the same seed brings the same ranges back, also when the log has grown or was trimmed', () => {
  const ranges = sampleRanges({ from: 0n, to: 1_000_000n }, share(0.01, 7), 'orders-0');
  assert.deepEqual(sampleRanges({ from: 0n, to: 1_000_000n }, share(0.01, 7), 'orders-0'), ranges);
  const later = sampleRanges({ from: 150_000n, to: 1_234_567n }, share(0.01, 7), 'orders-0');
  const same = ranges.filter(({ from }) => later.some((each) => each.from === from));
  assert.equal(same.length, ranges.length - 2);
});

test('another seed and another partition have other ranges, and in time every offset is met', () => {
  const whole = { from: 0n, to: 1_000n };
  const first = sampleRanges(whole, share(0.1, 1), 'orders-0');
  assert.notDeepEqual(sampleRanges(whole, share(0.1, 2), 'orders-0'), first);
  assert.notDeepEqual(sampleRanges(whole, share(0.1, 1), 'orders-1'), first);
  const met = new Set<bigint>();
  for (let seed = 0; seed < 3_000; seed += 1) {
    for (const { from, to } of sampleRanges(whole, share(0.1, seed), 'orders-0')) {
      for (let at = from; at < to; at += 1n) met.add(at);
    }
  }
  assert.equal(met.size, 1_000);
});
