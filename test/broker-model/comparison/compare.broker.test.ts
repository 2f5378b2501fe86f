// The model answers as a real broker does: the same random requests, right and wrong ones, to both. The quick
// form of `npm run compare-brokers`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { systemRandom } from '../../../src/base/random.ts';
import { compare } from './comparison.ts';
import { RealBrokers } from './real-brokers.ts';
import { Totals } from './totals.ts';

const seed = 1 + systemRandom.int(2 ** 24);

test(`the model and a real broker give the same answers (seed ${seed})`, async () => {
  const lab = await sharedLab();
  const servers = [lab.bootstrapServers(lab.regions[0] as string).split(',')[0] as string];
  const real = await RealBrokers.of({ servers });
  try {
    const topic = uniqueTopic('broker-model');
    const totals = new Totals();
    const mismatch = await compare({ real, seed, sequences: 480, topic, nowMs: Date.now(), totals });
    assert.equal(mismatch?.message, undefined);
  } finally {
    await real.close();
  }
});
