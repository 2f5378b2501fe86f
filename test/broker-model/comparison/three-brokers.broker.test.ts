// As compare.broker.test.ts, with three brokers whose leads are moved between the requests. What befalls
// whole brokers takes too long for here: `npm run compare-brokers`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../../src/base/random.ts';
import { compare } from './comparison.ts';
import { startComparisonLab } from './comparison-lab.ts';
import { RealBrokers } from './real-brokers.ts';
import { Totals } from './totals.ts';

const seed = 1 + systemRandom.int(2 ** 24);

test(`the model and three real brokers give the same answers (seed ${seed})`, async () => {
  await using at = await startComparisonLab(3);
  const real = await RealBrokers.of({ servers: at.real.ids.map((id) => at.real.addressOf(id)) });
  try {
    const parts = {
      real,
      seed,
      sequences: 24,
      topic: 'broker-model',
      nowMs: Date.now(),
      totals: new Totals(),
    };
    assert.equal((await compare(parts))?.message, undefined);
  } finally {
    await real.close();
  }
});
