// As compare.broker.test.ts, with three brokers: leads and coordinators move, and brokers are killed, stopped
// or left behind. One such thing happens in a run; `npm run compare-brokers` has many.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../../src/base/random.ts';
import { compare } from './comparison.ts';
import { startComparisonLab } from './comparison-lab.ts';
import { Totals } from './totals.ts';

const seed = 1 + systemRandom.int(2 ** 24);

test(`the model and three real brokers give the same answers (seed ${seed})`, async () => {
  await using at = await startComparisonLab(3);
  const parts = {
    real: at.real,
    seed,
    sequences: 24,
    topic: 'broker-model',
    nowMs: Date.now(),
    totals: new Totals(),
  };
  assert.equal((await compare(parts))?.message, undefined);
});
