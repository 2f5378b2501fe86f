// Pieces of the campaign added up: nothing counts twice, nothing that failed is forgotten.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUp, sumText } from './add-up.ts';
import type { Outcome, RunReport } from './one-run.ts';

const run = (index: number, outcome: Outcome, fault = 'killed'): RunReport => ({
  index,
  way: 'direct',
  step: 'the first filler',
  stage: 'left',
  fault,
  outcome,
  ...(outcome === 'FAILED' && { violation: 'a record twice' }),
  topic: 'holes',
  ms: 1,
  marks: {},
  verdicts: [],
});

test('each run counts once, and only where it came to its step', () => {
  const sum = addUp([
    { commit: 'a', seed: 1, runs: [run(0, 'identical'), run(1, 'identical'), run(2, 'not reached')] },
    { commit: 'a', seed: 1, runs: [run(1, 'shifted', 'paused'), run(2, 'not reached')] },
    { commit: 'b', seed: 2, runs: [run(1, 'identical')] },
  ]);
  assert.deepEqual([sum.counted, sum.notReached, sum.failed, sum.commits], [3, [2], [], ['a', 'b']]);
  assert.deepEqual(sum.table, [
    ['direct', 'killed', 'identical', 2],
    ['direct', 'paused', 'shifted', 1],
  ]);
});

test('what failed stays, also where it was done again', () => {
  const pieces = (['FAILED', 'identical'] as const).map((outcome) => {
    return { commit: 'a', seed: 1, runs: [run(7, outcome)] };
  });
  const text = sumText(addUp(pieces));
  assert.match(text, /^1 runs, 1 failed, commit a\n/);
  assert.match(text, /seed 1, 7: direct, the first filler, left, killed: a record twice$/);
});
