// Copies that are trimmed with their source: what is gone there is gone here, and never more than that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultStartPolicy } from '../../src/data-plane/mirror/first-offset.ts';
import { World } from './world.ts';
import { oneBroker, threeBrokers, type WorldShape } from './world-shape.ts';

const lookedMs = 10_000;

async function mirroredWorld(shape: Partial<WorldShape> = {}): Promise<World> {
  const small = { seed: 1, partitions: 1, workers: 2, source: oneBroker, target: threeBrokers };
  const world = new World({ ...small, followsTrim: true, ...shape });
  await world.settle();
  world.worker(1).start();
  world.write(0, 2, 2, 2, 2, 2, 2);
  await world.becomesLevel(10_000);
  return world;
}

const startOf = (world: World) => world.watches[0]?.targetLeader?.log.start;
const goOn = (world: World, ms: number) => world.scheduler.runUntil(world.scheduler.nowMs + ms);

test('the copy begins where its source does, also when that goes on', async () => {
  const world = await mirroredWorld();
  assert.equal(startOf(world), 0n);
  await world.trimSource(0, 4);
  await goOn(world, lookedMs);
  assert.equal(startOf(world), 4n);
  world.write(0, 2);
  await world.becomesLevel(10_000);
  await world.trimSource(0, 0);
  await goOn(world, lookedMs);
  assert.equal(startOf(world), 14n);
  await world.stop();
});

test('a copy that keeps its own retention is left alone', async () => {
  const world = await mirroredWorld({ followsTrim: false });
  await world.trimSource(0, 4);
  await goOn(world, lookedMs);
  assert.equal(startOf(world), 0n);
  await world.stop();
});

test('what is not mirrored yet takes nothing of the copy with it', async () => {
  const world = await mirroredWorld();
  world.target.freeze(world.watches[0]?.targetLeader?.site.brokerId ?? 0);
  world.write(0, 2, 2);
  await world.trimSource(0, 3);
  world.target.healBrokers();
  await world.becomesLevel(60_000);
  await goOn(world, lookedMs);
  assert.equal(startOf(world), 10n);
  await world.stop();
});

test('a copy that is shifted is trimmed where its records stand', async () => {
  const startPolicy = { ...defaultStartPolicy, offsets: 'shifted' } as const;
  const small = { seed: 1, partitions: 1, workers: 1, source: oneBroker, target: oneBroker };
  const world = new World({ ...small, followsTrim: true, startPolicy });
  await world.settle();
  world.write(0, 2, 2, 2, 2, 2, 2);
  await world.trimSource(0, 4);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  await world.trimSource(0, 2);
  await goOn(world, lookedMs);
  // Offset 8 of the source is 4 here.
  assert.equal(startOf(world), 4n);
  await world.stop();
});

test('a leader that is away is asked again', async () => {
  const world = await mirroredWorld({ target: oneBroker });
  world.target.freeze(1);
  await world.trimSource(0, 1);
  await goOn(world, lookedMs);
  world.target.healBrokers();
  await world.becomesLevel(60_000);
  await goOn(world, 70_000);
  assert.equal(startOf(world), 10n);
  await world.stop();
});
