// Budgets of holes and of runs, counted from when the copy was last level.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FillTally } from './fill-budget.ts';

const budget = { holesMax: 10, runsMax: 3 };

test('holes count together, whatever is between them, until the copy is level', () => {
  const tally = new FillTally();
  tally.filled(6);
  tally.wrote();
  tally.filled(3);
  assert.equal(tally.excess(budget), undefined);
  tally.filled(1);
  const { code, message } = tally.excess(budget) ?? assert.fail('nothing is over');
  assert.equal(code, 'CW-2012');
  assert.match(message, /^10 holes in 2 runs have been filled .*10 \(holes\.max\) and 3 \(runs\.max\)$/);
  tally.level();
  assert.equal(tally.excess(budget), undefined);
});

test('a run counts once however many steps it takes, and is brought to its end', () => {
  const tally = new FillTally();
  for (let run = 0; run < 3; run += 1) {
    assert.equal(tally.excess(budget), undefined);
    tally.wrote();
    tally.filled(1);
    tally.filled(1);
  }
  assert.equal(tally.excess(budget), undefined);
  tally.wrote();
  assert.match(tally.excess(budget)?.message ?? '', /^6 holes in 3 runs/);
});
