// Random worlds under faults, a new set of them in every run. A failure names its seed;
// `npm run simulate -- --seed S --log` runs that world alone and prints every event.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, systemRandom } from '../../src/base/random.ts';
import { faultKinds } from './fault-kinds.ts';
import { keptSeeds } from './kept-seeds.ts';
import { quietFaults } from './log-faults.ts';
import { runRandomWorld } from './random-world.ts';
import { randomWorlds } from './run-options.ts';
import { SimulationTotals } from './simulation-totals.ts';

/** Always the same ones, as many as it takes. */
const fixedWorldsMax = 100;

const first = systemRandom.int(2 ** 31);

test(`${randomWorlds} random worlds become level again after their faults`, async (t) => {
  const seeds = seededRandom(first);
  const totals = new SimulationTotals();
  for (let count = 0; count < randomWorlds; count += 1) totals.add(await runRandomWorld(seeds.int(2 ** 31)));
  t.diagnostic(totals.text);
  assert.ok(totals.refusals > 0, 'no two workers ever met: the worlds have lost their sense');
  assert.ok(totals.progress > 0, 'no copy ever had to come closer while faults lasted');
  assert.ok(totals.operations >= randomWorlds * 2_000);
});

for (const { seed, showed } of keptSeeds) {
  test(`world ${seed}: ${showed}`, async () => {
    assert.ok((await runRandomWorld(seed)).operations > 0);
  });
}

test('a world with the same seed is the same world, byte for byte', async () => {
  const logs: string[] = [];
  const digests: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const { digest } = await runRandomWorld(7, { onLog: (lines) => logs.push(lines.join('\n')) });
    digests.push(digest);
  }
  assert.ok(logs[0] !== undefined && logs[0].length > 10_000);
  assert.equal(logs[0], logs[1]);
  assert.equal(digests[0], digests[1]);
  assert.notEqual((await runRandomWorld(8)).digest, digests[0]);
});

test('each kind of fault makes a difference in some worlds', async (t) => {
  const missing = new Set([...faultKinds, ...quietFaults].map(({ name }) => name));
  let seed = 0;
  while (missing.size > 0 && seed < fixedWorldsMax) {
    seed += 1;
    for (const name of (await runRandomWorld(seed)).faults.keys()) missing.delete(name);
  }
  t.diagnostic(`${seed} worlds`);
  assert.deepEqual([...missing], []);
});
