// Standstills of the process, on a clock moved by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { PauseWatch } from './pause-watch.ts';

const watch = () => {
  const clock = manualClock();
  const pauses: number[] = [];
  return { clock, pauses, watch: new PauseWatch(clock, 10_000, (pausedMs) => pauses.push(pausedMs)) };
};

test('a process that runs is never taken for paused', () => {
  const { clock, pauses, watch: under } = watch();
  for (let s = 0; s < 100; s += 1) {
    clock.advance(1_000);
    assert.equal(under.check(), true);
  }
  assert.deepEqual(pauses, []);
});

test('a pause is noticed by the first check after waking up, before any timer, and told once', () => {
  const { clock, pauses, watch: under } = watch();
  under.stop();
  clock.advance(43_000);
  assert.equal(under.check(), false);
  assert.equal(under.check(), true);
  assert.deepEqual(pauses, [43_000]);
});

test('a suspended machine shows on the wall clock alone', () => {
  const { clock, pauses, watch: under } = watch();
  clock.stepWall(86_400_000);
  assert.equal(under.check(), false);
  assert.deepEqual(pauses, [86_400_000]);
});

test('the timer notices a pause by itself', () => {
  const { clock, pauses } = watch();
  clock.stepWall(20_000);
  clock.advance(1_000);
  assert.deepEqual(pauses, [21_000]);
});
