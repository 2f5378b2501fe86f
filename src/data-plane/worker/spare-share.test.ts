// How others find out whether a link carries more than those take who come first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits } from './limits.ts';
import { SpareShare } from './spare-share.ts';

const { steering } = defaultLimits;

/** `rateOf` tells what the first get while the others use that much. */
function rounds(share: SpareShare, count: number, from: number, rateOf: (used: number) => number): number[] {
  const given: number[] = [];
  const stepMs = 100;
  const perRound = steering.spareRoundMs / stepMs;
  for (let step = 1; step <= count * perRound; step += 1) {
    const nowMs = from + step * stepMs;
    const used = share.bytesPerSecond;
    share.spend((used * stepMs) / 1000);
    share.firstCame((rateOf(used) * stepMs) / 1000, nowMs);
    // All that time somebody waits.
    share.pass(nowMs, 1_000_000, nowMs);
    if (step % perRound === 0) given.push(share.bytesPerSecond);
  }
  return given;
}

test('on a full link every try is taken back', () => {
  const given = rounds(new SpareShare(steering), 40, 0, (used) => 1_000_000 - used);
  const tries = given.filter((rate) => rate > 0);
  assert.ok(tries.length >= 5, 'it is tried again and again');
  assert.ok(tries.every((rate) => rate <= 1_000_000 * steering.spareStep));
  assert.ok(tries.length * (steering.spareRestRounds + 1) <= given.length + steering.spareRestRounds);
});

test('on a link with room the share grows by doubling', () => {
  const given = rounds(new SpareShare(steering), 8, 0, () => 1_000_000);
  assert.deepEqual(given.slice(0, 5), [100_000, 200_000, 400_000, 800_000, 1_600_000]);
});

test('a link that fills up again is noticed, and given back', () => {
  const share = new SpareShare(steering);
  rounds(share, 5, 0, () => 1_000_000);
  const before = share.bytesPerSecond;
  const given = rounds(share, 60, 5 * steering.spareRoundMs, (used) => 2_000_000 - used);
  assert.ok(before >= 800_000);
  assert.ok((given.at(-1) ?? before) <= 200_000, given.join(' '));
});

test('what was learnt is forgotten when nobody waits any more', () => {
  const share = new SpareShare(steering);
  rounds(share, 5, 0, () => 1_000_000);
  assert.ok(share.bytesPerSecond > 0);
  const nowMs = 7 * steering.spareRoundMs;
  share.pass(5 * steering.spareRoundMs, 1_000_000, nowMs);
  assert.equal(share.bytesPerSecond, 0);
});

test('answers that take longer than a round make it longer', () => {
  const share = new SpareShare(steering);
  share.firstCame(5_000_000, 100);
  for (let nowMs = 1_000; nowMs <= 5_000; nowMs += 100) share.pass(nowMs, 1_000_000, nowMs);
  assert.equal(share.bytesPerSecond, 0, 'one answer tells nothing');
  share.firstCame(5_000_000, 5_100);
  share.pass(5_200, 1_000_000, 5_200);
  assert.equal(share.bytesPerSecond, 1_000_000 * steering.spareStep);
});
