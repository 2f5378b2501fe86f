// A worker of a compacted partition is paused at every step, what the source shows changes meanwhile, another
// worker takes over, and the first wakes up at every step of the other's: the two mean different things to
// stand at one place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits } from '../../src/data-plane/worker/limits.ts';
import { cutOff, type Pause, standStill, steps } from './pauses.ts';
import { compactedWakeStride } from './run-options.ts';
import { World } from './world.ts';
import { type ClusterShape, oneBroker, topic } from './world-shape.ts';

const twoBrokers: ClusterShape = { brokers: 2, replicas: 2, minInSync: 1 };

/** As soon as a first run has shown the direct way, and left near the end. */
const mixedAtOnce = { partition: { ...defaultLimits.partition, mixed: { from: 2, below: 3 } } };

interface Change {
  readonly name: string;
  /** Before the first worker starts, and while it is paused. */
  readonly before: (world: World) => void;
  readonly meanwhile: (world: World) => void;
  /** The topic is not compacted at first. */
  readonly becomesSoft?: true;
}

const changes: readonly Change[] = [
  {
    name: 'soft-hole: it has seen records that its successor does not see',
    before: () => undefined,
    meanwhile: (world) => world.compact(world.source, 0, 1, 0),
  },
  {
    name: 'older-view-wins: it has seen holes where its successor sees records',
    before: (world) => world.compact(world.source, 0, 1, 0),
    meanwhile: (world) => assert.ok(world.source.controller.moveLeader(topic, 0, 2)),
  },
  {
    name: 'it does not know that the topic is compacted now, as its successor does',
    becomesSoft: true,
    before: () => undefined,
    meanwhile: (world) => {
      world.soften();
      world.compact(world.source, 0, 1, 0);
    },
  },
  {
    name: 'a data id is changed where its successor sees a hole',
    becomesSoft: true,
    before: (world) => world.soften(),
    meanwhile: (world) => world.compact(world.source, 0, 1, 0),
  },
  {
    name: 'a data id is changed where its successor sees a record',
    becomesSoft: true,
    before: (world) => {
      world.soften();
      world.compact(world.source, 0, 1, 0);
    },
    meanwhile: (world) => assert.ok(world.source.controller.moveLeader(topic, 0, 2)),
  },
];

const ways = ['directly', 'by way of the coordinator', 'directly, in mixed epochs'] as const;

for (const change of changes) {
  for (const [how, pause] of Object.entries({ 'stands still': standStill, 'is cut off': cutOff })) {
    // Without the right to write fillers no id can be closed.
    for (const way of change.becomesSoft ? (['directly'] as const) : ways) {
      test(`${change.name}; it ${how}; holes are filled ${way}`, async (t) => {
        t.diagnostic(`${await pauseEverywhere({ change, pause, way })} runs`);
      });
    }
  }
}

test('other-guard: a data id is changed where its successor sees a record, where it decides', async () => {
  const change = changes.find(({ name }) => name.endsWith('is changed where its successor sees a record'));
  assert.ok(change !== undefined);
  for (let pauseStep = 76; pauseStep <= 82; pauseStep += 1) {
    for (let wakeStep = 60; wakeStep <= 68; wakeStep += 2) {
      await runPaused({ change, pause: standStill, way: 'directly' }, pauseStep, wakeStep);
    }
  }
});

interface Paused {
  readonly change: Change;
  readonly pause: Pause;
  readonly way: (typeof ways)[number];
}

async function pauseEverywhere(paused: Paused): Promise<number> {
  for (let runs = 0, pauseStep = 0; ; pauseStep += 1) {
    const first = pauseStep % compactedWakeStride;
    for (let wakeStep = first; ; wakeStep += compactedWakeStride, runs += 1) {
      const { levelBeforePause, levelBeforeWake } = await runPaused(paused, pauseStep, wakeStep);
      if (levelBeforePause) return runs;
      if (levelBeforeWake) break;
    }
  }
}

async function runPaused({ change, pause, way }: Paused, pauseStep: number, wakeStep: number) {
  const shape = { seed: 3, partitions: 1, workers: 2, source: twoBrokers, target: oneBroker };
  const { becomesSoft = false } = change;
  const coordinated = way === 'by way of the coordinator';
  const isMixed = way === 'directly, in mixed epochs';
  const limits = isMixed ? mixedAtOnce : {};
  // Of more keys more are left, with holes here and there.
  const keys = isMixed ? 6 : 2;
  const world = new World({ ...shape, keys, coordinated, becomesSoft, limits });
  try {
    await world.settle();
    world.write(0, 1);
    world.worker(1).start();
    await world.becomesLevel(60_000);
    world.worker(1).kill();
    world.write(0, 2, 1, 2, 1, ...(isMixed ? [1, 3, 1, 1, 2, 1] : []));
    await world.scheduler.runUntil(world.scheduler.nowMs + 2_000);
    change.before(world);
    world.worker(1).start();
    await steps(world, pauseStep);
    const levelBeforePause = world.level;
    const wake = pause(world, world.worker(1));
    change.meanwhile(world);
    world.worker(2).start();
    const done = await steps(world, wakeStep);
    world.write(0, 1);
    wake();
    const told = { delayMs: 3_000, owner: 'test', label: 'tell', fire: () => world.worker(1).tell() };
    world.scheduler.post(told);
    await world.becomesLevel(600_000);
    return { levelBeforePause, levelBeforeWake: done < wakeStep };
  } catch (error) {
    throw new Error(`paused after ${pauseStep} steps, woken after ${wakeStep} more`, { cause: error });
  } finally {
    await world.stop();
  }
}
