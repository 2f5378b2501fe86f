// What a difference of clocks is worth that is known only to half a round trip.
import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeClock } from './clock-difference.ts';

const judged = (aheadMs: number, exactToMs: number) => {
  const { state, what } = judgeClock({ nodeId: 3, aheadMs, exactToMs });
  return `${state}: ${what}`;
};

test('certainly less than a second, either way', () => {
  assert.match(judged(400, 100), /^ok: the clock differs by 0\.4 s \(to ±100 ms, of node 3,/);
  assert.match(judged(-900, 100), /^ok/);
});

test('certainly more', () => {
  assert.match(judged(1_200, 100), /^warning: the cluster’s clock is 1\.2 s ahead of this machine’s/);
  assert.match(judged(-90_000, 100), /^warning: the cluster’s clock is 90\.0 s behind this machine’s/);
});

test('perhaps more, perhaps less', () => {
  assert.match(judged(950, 100), /^unknown: .*may differ by more than 1 s/);
  assert.match(judged(-1_050, 100), /^unknown/);
});
