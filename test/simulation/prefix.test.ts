// A source whose log does not begin at offset 0: workers are killed and doubled while its mirror's prefix is
// filled and trimmed, and data comes once, behind it, all the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultStartPolicy, type StartPolicy } from '../../src/data-plane/mirror/first-offset.ts';
import { World } from './world.ts';
import { oneBroker, threeBrokers, type WorldShape } from './world-shape.ts';

const earliest: StartPolicy = { ...defaultStartPolicy, prefixMax: 1_000 };

/** A source of 20 records in 10 batches, of which the last three are left: from offset 14 on. */
async function trimmedWorld(shape: Partial<WorldShape> = {}): Promise<World> {
  const limits = { prefixBatchOffsets: 4, ...shape.limits };
  const small = { seed: 1, partitions: 1, workers: 2, source: oneBroker, target: oneBroker };
  const world = new World({ ...small, startPolicy: earliest, ...shape, limits });
  await world.settle();
  world.write(0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2);
  await world.trimSource(0, 3);
  assert.equal(world.watches[0]?.sourceLeader?.log.start, 14n);
  return world;
}

const logOf = (world: World) => {
  const { start, end } = world.watches[0]?.targetLeader?.log ?? assert.fail('the target has no leader');
  return { start, end };
};
const steps = async (world: World, count: number) => {
  for (let step = 0; step < count && !world.level; step += 1) {
    const event = world.scheduler.earliest();
    if (event !== undefined) await world.scheduler.happen(event);
  }
};

test('the prefix is filled and trimmed, and the mirror begins where the source does', async () => {
  const world = await trimmedWorld();
  world.worker(1).start();
  await world.becomesLevel(10_000);
  assert.deepEqual(logOf(world), { start: 14n, end: 20n });
  world.write(0, 3);
  await world.becomesLevel(10_000);
  assert.deepEqual(logOf(world), { start: 14n, end: 23n });
  await world.stop();
});

test('two workers that begin at the same time fill one prefix', async () => {
  const world = await trimmedWorld({ target: threeBrokers });
  world.worker(1).start();
  world.worker(2).start();
  await world.becomesLevel(20_000);
  assert.deepEqual(logOf(world), { start: 14n, end: 20n });
  // What both write is the same, so that neither is refused.
  assert.deepEqual(
    world.workers.flatMap(({ lines }) => lines),
    [],
  );
});

test('a worker is killed at every step of it, and the next one goes on', async (t) => {
  let runs = 0;
  for (let step = 0; ; step += 1) {
    const world = await trimmedWorld();
    world.worker(1).start();
    await steps(world, step);
    if (world.level) break;
    runs += 1;
    world.worker(1).kill();
    world.worker(2).start();
    await world.becomesLevel(30_000);
    assert.deepEqual(logOf(world), { start: 14n, end: 20n }, `killed at step ${step}`);
  }
  t.diagnostic(`${runs} runs`);
  assert.ok(runs > 20, `${runs}`);
});

test('a worker stands still at every step of it, another begins, and the first wakes up', async () => {
  for (let step = 0; ; step += 1) {
    const world = await trimmedWorld();
    world.worker(1).start();
    await steps(world, step);
    if (world.level) break;
    world.worker(1).freeze();
    world.worker(2).start();
    await steps(world, 3 * step);
    world.worker(1).thaw();
    await world.becomesLevel(60_000);
    assert.deepEqual(logOf(world), { start: 14n, end: 20n }, `stood still at step ${step}`);
  }
});

test('two workers that would begin elsewhere begin where the ledger was told first', async () => {
  const begun = new Map<bigint, number>();
  for (let step = 0; ; step += 1) {
    const world = await trimmedWorld({ mayStop: true });
    world.worker(1).start();
    await steps(world, step);
    if (world.level) break;
    world.worker(1).freeze();
    world.watches[0]?.sourceLeader?.trim(16n);
    world.worker(2).start();
    // Until its decision stands in the ledger, or a while where the other one's does.
    for (let left = 40; left > 0 && world.startOf(0) === undefined; left -= 1) await steps(world, 1);
    world.worker(2).kill();
    world.worker(1).thaw();
    await world.scheduler.runUntil(world.scheduler.nowMs + 20_000);
    const firstOffset = world.startOf(0)?.firstOffset ?? assert.fail('a start is recorded');
    begun.set(firstOffset, (begun.get(firstOffset) ?? 0) + 1);
    const state = world.worker(1).engine?.find('orders', 0)?.state;
    const { start, end } = logOf(world);
    const is = [state?.name, start, end];
    if (firstOffset === 16n) assert.deepEqual(is, ['mirroring', 16n, 20n], `${step}`);
    else if (state?.name === 'stopped') assert.equal(state.cause.code, 'CW-2007');
    else assert.equal(start, 14n);
  }
  assert.ok((begun.get(16n) ?? 0) > 3 && (begun.get(14n) ?? 0) > 3, 'either was first');
});

test('a source that goes on losing its beginning stops the mirror with the range', async () => {
  const world = await trimmedWorld({ mayStop: true, ledgerDelayMs: 50 });
  world.worker(1).start();
  while ((world.watches[0]?.targetLeader?.log.end ?? 0n) === 0n) await steps(world, 1);
  world.watches[0]?.sourceLeader?.trim(18n);
  await world.scheduler.runUntil(world.scheduler.nowMs + 5_000);
  const state = world.worker(1).engine?.find('orders', 0)?.state;
  assert.ok(state?.name === 'stopped', state?.name);
  assert.equal(state.cause.code, 'CW-2007');
  assert.match(state.cause.message, /lost 14\.\.17 \(4 records\)/);
});

for (const [name, policy] of [
  ['beyond what may be filled', { ...earliest, prefixMax: 13 }],
  ['as the set says', { ...earliest, offsets: 'shifted' }],
] as const) {
  test(`a copy that is shifted from its first record on: ${name}`, async () => {
    const world = await trimmedWorld({ startPolicy: policy });
    world.worker(1).start();
    await world.becomesLevel(10_000);
    assert.deepEqual(logOf(world), { start: 0n, end: 6n });
    world.worker(1).kill();
    world.write(0, 3, 1);
    world.worker(2).start();
    await world.becomesLevel(10_000);
    assert.deepEqual(logOf(world), { start: 0n, end: 10n });
    assert.equal(world.worker(2).engine?.find('orders', 0)?.shift, -14n);
  });
}

test('latest: what there is is left out, and what comes after the decision is not', async () => {
  const world = await trimmedWorld({ startPolicy: { ...earliest, from: 'latest' } });
  world.worker(1).start();
  while ((world.watches[0]?.targetLeader?.log.end ?? 0n) === 0n) await steps(world, 1);
  world.worker(1).kill();
  world.write(0, 5);
  world.worker(2).start();
  await world.becomesLevel(10_000);
  assert.deepEqual(logOf(world), { start: 20n, end: 25n });
});

test('latest of an empty source: what comes before the first write is copied', async () => {
  const small = { seed: 1, partitions: 1, workers: 2, source: oneBroker, target: oneBroker };
  const world = new World({ ...small, startPolicy: { ...earliest, from: 'latest' } });
  await world.settle();
  world.worker(1).start();
  await world.becomesLevel(10_000);
  world.worker(1).kill();
  world.write(0, 5);
  world.worker(2).start();
  await world.becomesLevel(10_000);
  assert.deepEqual(logOf(world), { start: 0n, end: 5n });
});

test('the beginning of a compacted copy is filled also where nothing comes behind it', async () => {
  const small = { seed: 1, partitions: 1, workers: 1, source: oneBroker, target: oneBroker, keys: 2 };
  const world = new World({ ...small, startPolicy: { ...earliest, from: 'latest' } });
  await world.settle();
  world.write(0, 2, 2, 2);
  await world.settle();
  world.worker(1).start();
  await world.becomesLevel(10_000);
  assert.equal(world.watches[0]?.targetLeader?.log.end, 6n);
  await world.stop();
});
