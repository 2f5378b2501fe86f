// The scenes on a real broker and on the model; the same that `npm run compare-brokers` plays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startComparisonLab } from '../comparison-lab.ts';
import { Totals } from '../totals.ts';
import { playScenes, sceneSettings } from './scenes.ts';

test('retention, the cleaner, expiry of ids and quotas are the model’s as a real broker’s', async () => {
  await using at = await startComparisonLab(1, { settings: sceneSettings });
  const parts = { at, topic: 'broker-model', nowMs: Date.now(), totals: new Totals() };
  assert.equal((await playScenes(parts))?.message, undefined);
});
