// As compare.broker.test.ts, with three brokers: leads are moved, and one of the brokers is stopped, killed
// or frozen between the requests. Restarts and elections of one broker are those of `npm run compare-
// brokers`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../../src/base/random.ts';
import { compare } from './comparison.ts';
import { startComparisonLab } from './comparison-lab.ts';
import { Totals } from './totals.ts';

const seed = 1 + systemRandom.int(2 ** 24);

test(`the model and three real brokers give the same answers (seed ${seed})`, async () => {
  await using at = await startComparisonLab(3);
  const totals = new Totals();
  const parts = { real: at.real, seed, sequences: 24, topic: 'broker-model', nowMs: Date.now(), totals };
  assert.equal((await compare(parts))?.message, undefined);
});
