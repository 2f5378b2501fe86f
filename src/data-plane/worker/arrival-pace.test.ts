// What is foretold of a partition's end, from how it came lately.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ArrivalPace } from './arrival-pace.ts';

/** Sees the end every 10 ms, with as many new offsets as `growths` says. */
function paceOf(keptMs: number, ...growths: number[]): ArrivalPace {
  const pace = new ArrivalPace(keptMs);
  let end = 1_000_000n;
  pace.saw(end, 0);
  growths.forEach((growth, at) => {
    end += BigInt(growth);
    pace.saw(end, 10 * (at + 1));
  });
  return pace;
}

test('a steady pace is foretold as it is, between two looks as well', () => {
  const pace = paceOf(1_000, 5, 5, 5, 5);
  assert.deepEqual([pace.leastGrowth(20), pace.leastGrowth(30), pace.leastGrowth(34)], [10, 15, 17]);
});

test('of an uneven pace the slowest stretch counts', () => {
  assert.equal(paceOf(1_000, 20, 0, 20, 4, 20, 20).leastGrowth(20), 20);
  assert.equal(paceOf(1_000, 20, 0, 0, 20).leastGrowth(20), 0);
});

test('nothing is foretold of what has not been followed for long enough', () => {
  assert.equal(new ArrivalPace(1_000).leastGrowth(10), 0);
  assert.deepEqual([paceOf(1_000, 5).leastGrowth(20), paceOf(1_000, 5, 5).leastGrowth(0)], [0, 0]);
});

test('in a stretch so short that adding it to a time changes nothing, nothing comes', () => {
  const pace = new ArrivalPace(1_000);
  pace.saw(1_000_006n, 17_166);
  pace.saw(1_000_007n, 17_170.8);
  // Half the distance between two numbers of this size: the first time stays as it is, the second does not.
  assert.equal(pace.leastGrowth(2 ** -39), 0);
  assert.equal(pace.leastGrowth(2 ** -38), 0);
});

test('what is long ago does not count any more', () => {
  assert.equal(paceOf(30, 0, 0, 0, 7, 7, 7).leastGrowth(20), 14);
});

test('of two looks at the same moment the later one counts', () => {
  const pace = paceOf(1_000, 5);
  pace.saw(1_000_009n, 10);
  pace.saw(1_000_018n, 20);
  assert.deepEqual([pace.leastGrowth(10), pace.seenAtMs], [9, 20]);
});
