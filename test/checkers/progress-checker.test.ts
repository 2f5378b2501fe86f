// Standing still is seen where nothing excuses it, and only there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressChecker } from './progress-checker.ts';

const at = (nowMs: number, reached: bigint | undefined, wholeSinceMs: number | undefined = 0) => ({
  nowMs,
  wholeSinceMs,
  goal: 10n,
  reached,
});

test('a copy that stands still where nothing is broken is seen', () => {
  const checker = new ProgressChecker('copy', { withinMs: 1_000 });
  checker.look(at(0, 5n));
  checker.look(at(1_000, 9n));
  assert.throws(() => checker.look(at(1_001, 9n)), /it is at 9, not at 10, after 1001 ms/);
});

test('so is one of which nobody knows anything', () => {
  const checker = new ProgressChecker('copy', { withinMs: 1_000 });
  checker.look(at(0, undefined));
  assert.throws(() => checker.look(at(1_001, undefined)), /no offset/);
});

test('what is broken, or was just now, excuses it', () => {
  const checker = new ProgressChecker('copy', { withinMs: 1_000 });
  checker.look(at(0, 5n));
  checker.look({ ...at(900, 5n), wholeSinceMs: undefined });
  checker.look(at(1_500, 5n, 1_400));
  checker.look(at(2_400, 5n, 1_400));
  assert.throws(() => checker.look(at(2_600, 5n, 1_400)), /nothing is broken since 1400 ms/);
});

test('each goal that is reached makes room for the next', () => {
  const checker = new ProgressChecker('copy', { withinMs: 1_000 });
  for (let step = 0; step < 5; step += 1) {
    checker.look({ nowMs: step * 900, wholeSinceMs: 0, goal: BigInt(step + 1), reached: BigInt(step) });
  }
  assert.equal(checker.reached, 4);
});

test('a goal that had been reached before says nothing', () => {
  const checker = new ProgressChecker('copy', { withinMs: 1_000 });
  for (let step = 0; step < 5; step += 1) checker.look(at(step * 900, 10n));
  assert.equal(checker.reached, 0);
});

test('a copy that comes closer all the time may take longer, but not for ever', () => {
  const whileMoving = { withinMs: 3_000, stillMsMax: 100 };
  const stands = new ProgressChecker('copy', { withinMs: 1_000, whileMoving });
  stands.look(at(0, 1n));
  stands.look(at(950, 2n));
  stands.look(at(1_050, 2n));
  assert.throws(() => stands.look(at(1_051, 2n)), /it is at 2, not at 10, after 1051 ms/);
  const creeps = new ProgressChecker('copy', { withinMs: 1_000, whileMoving });
  for (let step = 0; step <= 30; step += 1) creeps.look({ ...at(step * 100, BigInt(step)), goal: 40n });
  assert.throws(() => creeps.look({ ...at(3_100, 31n), goal: 40n }), /after 3100 ms/);
});
