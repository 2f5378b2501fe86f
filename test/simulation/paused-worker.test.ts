// A worker is paused at every step of its work, another one takes over, and the first wakes up at every step
// of the other's. Paused in two ways: its process stands still, or nothing that it sends or is sent arrives
// until later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutOff, type Pause, standStill, steps } from './pauses.ts';
import { wakeStride } from './run-options.ts';
import { World } from './world.ts';
import { oneBroker } from './world-shape.ts';

const cases = [
  { name: 'its process stands still', pause: standStill, idKnown: true },
  { name: 'its process stands still, the target does not know the id', pause: standStill, idKnown: false },
  { name: 'its network is cut', pause: cutOff, idKnown: true },
  { name: 'its network is cut, the target does not know the id', pause: cutOff, idKnown: false },
] as const;

for (const { name, pause, idKnown } of cases) {
  test(`a worker is paused and woken at every step: ${name}`, async (t) => {
    let runs = 0;
    for (let pauseStep = 0; ; pauseStep += 1) {
      let ended = false;
      for (let wakeStep = 0; ; wakeStep += wakeStride, runs += 1) {
        const run = await runPaused(pause, idKnown, pauseStep, wakeStep);
        ended = run.levelBeforePause;
        if (ended || run.levelBeforeWake) break;
      }
      if (ended) break;
    }
    t.diagnostic(`${runs} runs`);
    assert.ok(runs > 50);
  });
}

async function runPaused(pause: Pause, idKnown: boolean, pauseStep: number, wakeStep: number) {
  const world = new World({ seed: 1, partitions: 1, workers: 2, source: oneBroker, target: oneBroker });
  const { scheduler } = world;
  try {
    await world.settle();
    if (idKnown) {
      world.write(0, 1);
      world.worker(1).start();
      await scheduler.runUntil(300);
      // Begins anew, with an id that the target knows by now.
      world.worker(1).kill();
    }
    world.write(0, 2, 1, 1);
    world.worker(1).start();
    await steps(world, pauseStep);
    const levelBeforePause = world.level;
    const wake = pause(world, world.worker(1));
    world.worker(2).start();
    const done = await steps(world, wakeStep);
    world.write(0, 1);
    const levelBeforeWake = done < wakeStep;
    wake();
    await world.becomesLevel(60_000);
    return { levelBeforePause, levelBeforeWake };
  } catch (error) {
    throw new Error(`paused after ${pauseStep} steps, woken after ${wakeStep} more`, { cause: error });
  }
}

test('a start stands still while another worker writes, and nothing is left to prove it', async (t) => {
  let runs = 0;
  for (let ended = false; !ended; runs += 1) ended = await runPausedStart(runs);
  t.diagnostic(`${runs} runs`);
  assert.ok(runs > 15);
});

/** Returns whether the start was over before the pause. */
async function runPausedStart(pauseStep: number): Promise<boolean> {
  const world = new World({ seed: 1, partitions: 1, workers: 2, source: oneBroker, target: oneBroker });
  const { scheduler } = world;
  try {
    await world.settle();
    world.write(0, 1);
    world.worker(1).start();
    await scheduler.runUntil(300);
    world.worker(2).start();
    const done = await steps(world, pauseStep);
    world.worker(2).freeze();
    world.write(0, 2);
    await scheduler.runUntil(scheduler.nowMs + 300);
    world.worker(1).kill();
    const leader = world.watches[0]?.targetLeader;
    assert.equal(leader?.highWatermark, 3n);
    leader.trim(3n);
    // As many records in its first two batches as it has missed: the third one's number is the next.
    world.write(0, 1, 1, 2);
    world.worker(2).thaw();
    await world.becomesLevel(60_000);
    return done < pauseStep;
  } catch (error) {
    throw new Error(`paused after ${pauseStep} steps`, { cause: error });
  }
}
