// What is left of a world that was made small is what it takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Violation } from '../checkers/log-view.ts';
import { BrokenWorld, type Phase, type Reduction } from './random-world.ts';
import { complaintOf, shrink } from './shrink.ts';

const acts = Array.from({ length: 100 }, (_, at) => `act #${at}`);

const broken = (acts: readonly string[], complaint = 'eu/1: lost 7 records', phase: Phase = 'faults last') =>
  new BrokenWorld('seed 1', { seed: 1, acts, faultsUntilMs: 5_000, phase }, new Violation(complaint));

/** Breaks while all of `needed` happen. */
function worldThatNeeds(needed: readonly string[]) {
  const tried: Reduction[] = [];
  const attempt = (reduction: Reduction) => {
    tried.push(reduction);
    const happened = acts.filter((act) => !reduction.leftOut.has(act));
    return Promise.resolve(needed.every((act) => happened.includes(act)) ? broken(happened) : undefined);
  };
  return { attempt, tried };
}

test('acts that do not matter are left out, wherever the others stand', async () => {
  for (const needed of [['act #0'], ['act #99'], ['act #3', 'act #50', 'act #98'], []]) {
    const { attempt, tried } = worldThatNeeds(needed);
    const shrunk = await shrink(broken(acts), attempt);
    assert.deepEqual(shrunk.acts, needed);
    assert.equal(shrunk.runs, tried.length);
    assert.ok(shrunk.runs < 150, `${shrunk.runs} runs`);
    assert.ok(tried.every(({ faultsUntilMs }) => faultsUntilMs === 5_000));
  }
});

test('another complaint is another failure', async () => {
  const attempt = ({ leftOut }: Reduction) =>
    Promise.resolve(
      broken(
        acts.filter((act) => !leftOut.has(act)),
        leftOut.has('act #9') ? 'stuck' : undefined,
      ),
    );
  assert.deepEqual((await shrink(broken(acts), attempt)).acts, ['act #9']);
});

test('complaints are the same whatever the numbers and the places', () => {
  const [one, other] = ['us/2#4: stopped at 17', 'eu/1#1: stopped at 3'].map((each) =>
    complaintOf(broken([], each)),
  );
  assert.equal(one, other);
  assert.notEqual(one, complaintOf(broken([], 'us/2#4: went on at 17')));
  // What comes in another phase is another failure.
  assert.notEqual(one, complaintOf(broken([], 'us/2#4: stopped at 17', 'becomes level')));
});

test('a search that takes too long leaves what it has', async () => {
  const { attempt } = worldThatNeeds(['act #3', 'act #50', 'act #98']);
  const { acts: left, runs } = await shrink(broken(acts), attempt, 5);
  assert.equal(runs, 5);
  assert.ok(left.length < 100 && left.length > 3);
});
