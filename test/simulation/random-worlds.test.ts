// Random worlds under faults, a new set of them in every run. A failure names its seed;
// CAUSEWAY_SIM_SEED=<seed> runs that world alone and prints every event. `npm run campaign` runs as many as
// one likes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, systemRandom } from '../../src/base/random.ts';
import { type RandomRun, runRandomWorld } from './random-world.ts';
import { randomWorlds, replayedSeed } from './run-options.ts';

if (replayedSeed === undefined) {
  const first = systemRandom.int(2 ** 31);
  const seeds = seededRandom(first);
  test(`${randomWorlds} random worlds become level again after their faults`, async (t) => {
    const runs: RandomRun[] = [];
    for (let count = 0; count < randomWorlds; count += 1) runs.push(await runRandomWorld(seeds.int(2 ** 31)));
    const total = (of: (run: RandomRun) => number) => runs.reduce((sum, run) => sum + of(run), 0);
    const refusals = total((run) => run.refusals);
    const minutes = Math.round(total((run) => run.virtualMs) / 60_000);
    t.diagnostic(
      `${total((run) => run.faults)} faults, ${total((run) => run.steps)} events, ` +
        `${total((run) => Number(run.records))} records, ${total((run) => run.starts)} starts, ` +
        `${refusals} refusals of the fence, ${minutes} virtual minutes`,
    );
    assert.ok(refusals > 0, 'no two workers ever met: the worlds have lost their sense');
  });
} else {
  test(`world ${replayedSeed} again`, async () => {
    const onLog = (lines: readonly string[]) => process.stdout.write(`${lines.join('\n')}\n`);
    await runRandomWorld(Number(replayedSeed), { onLog });
  });
}

test('a world with the same seed is the same world', async () => {
  const logs: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    await runRandomWorld(7, { onLog: (lines) => logs.push(lines.join('\n')) });
  }
  assert.ok(logs[0] !== undefined && logs[0].length > 10_000);
  assert.equal(logs[0], logs[1]);
});
