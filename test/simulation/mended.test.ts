// What was broken is mended: how soon a copy is level then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';
import { oneBroker, threeBrokers } from './world-shape.ts';

/** Longer than the longest pause between two tries. */
const soonMs = 15_000;
const brokenMs = 40_000;

const troubles: readonly (readonly [
  name: string,
  begin: (world: World) => void,
  end: (world: World) => void,
])[] = [
  [
    'the target is back',
    ({ target }) => target.brokerIds.forEach((id) => target.kill(id)),
    ({ target }) => target.healBrokers(),
  ],
  [
    'the source is back',
    ({ source }) => source.brokerIds.forEach((id) => source.kill(id)),
    ({ source }) => source.healBrokers(),
  ],
  [
    'the target can be reached again',
    ({ target }) => target.brokerIds.forEach((id) => target.isolate(id)),
    ({ target }) => target.healBrokers(),
  ],
];

for (const [name, begin, end] of troubles) {
  test(`${name}: the copy goes on within ${soonMs / 1_000} s, however long it was broken`, async () => {
    const world = new World({ seed: 5, partitions: 2, workers: 1, source: oneBroker, target: threeBrokers });
    await world.settle();
    for (const partition of [0, 1]) world.write(partition, 3, 1);
    world.worker(1).start();
    await world.becomesLevel(soonMs);
    begin(world);
    await world.scheduler.runUntil(world.scheduler.nowMs + brokenMs);
    end(world);
    const isBackMs = world.scheduler.nowMs;
    for (const partition of [0, 1]) {
      while (!world.write(partition, 2, 2)) await world.settle();
    }
    assert.ok(world.scheduler.nowMs - isBackMs < 2_000, 'the source itself takes long');
    await world.becomesLevel(soonMs);
    assert.equal(world.watches[0]?.targetLeader?.log.end, 8n);
    await world.stop();
  });
}
