// A worker stands still at every step of filling holes directly, another one fills them and is done, and the
// first goes on: it writes no filler that stands for nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standStill, steps } from './pauses.ts';
import { World } from './world.ts';
import { oneBroker } from './world-shape.ts';

test('a worker that wakes when another has filled its holes leaves the mirror identical', async (t) => {
  let runs = 0;
  for (let ended = false; !ended; runs += 1) ended = await runPaused(runs);
  t.diagnostic(`${runs} runs`);
  assert.ok(runs > 30, `only ${runs} steps`);
});

/** Returns whether the worker was done before the pause. */
async function runPaused(pauseStep: number): Promise<boolean> {
  const shape = { seed: 5, partitions: 1, workers: 2, source: oneBroker, target: oneBroker };
  const world = new World({ ...shape, transactions: 2 });
  const { scheduler } = world;
  try {
    await world.settle();
    world.write(0, 2);
    for (let step = 0; step < 12; step += 1) world.writeTransactions(0);
    world.writeTransactions(0, true);
    await scheduler.runUntil(scheduler.nowMs + 1_000);
    world.worker(1).start();
    const done = await steps(world, pauseStep);
    const wake = standStill(world, world.worker(1));
    world.worker(2).start();
    // Shorter than a process may stand still before it looks at everything anew.
    await scheduler.runUntil(scheduler.nowMs + 3_000);
    wake();
    await world.becomesLevel(60_000);
    const [watch] = world.watches;
    assert.equal(watch?.targetLeader?.log.end, watch?.history.end);
    return done < pauseStep;
  } catch (error) {
    throw new Error(`paused after ${pauseStep} steps`, { cause: error });
  } finally {
    await world.stop();
  }
}
