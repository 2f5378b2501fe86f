// A log with more holes than may be filled stops its mirror before it is level, and the operator decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultStartPolicy } from '../../src/data-plane/mirror/first-offset.ts';
import { World } from './world.ts';
import { oneBroker } from './world-shape.ts';

for (const budget of [{ holesMax: 4 }, { runsMax: 2 }]) {
  test(`a mirror stops beyond ${JSON.stringify(budget)}, and goes on once that is raised`, async () => {
    const startPolicy = { ...defaultStartPolicy, ...budget };
    const small = { seed: 1, partitions: 1, workers: 1, source: oneBroker, target: oneBroker };
    const world = new World({ ...small, transactions: 1, startPolicy, mayStop: true });
    await world.settle();
    for (let count = 0; count < 12; count += 1) {
      world.write(0, 1);
      world.writeTransactions(0);
      world.writeTransactions(0, true);
    }
    world.worker(1).start();
    const partition = world.worker(1).partitions[0] ?? assert.fail('no partition is mirrored');
    while (partition.state.name !== 'stopped') await world.scheduler.runUntil(world.scheduler.nowMs + 100);
    assert.equal(partition.state.cause.code, 'CW-2012');
    const { end } = world.watches[0]?.history ?? assert.fail('the source has no history');
    assert.ok((partition.position ?? 0n) > 0n && (partition.position ?? 0n) < end);
    Object.assign(startPolicy, defaultStartPolicy);
    partition.resume();
    await world.becomesLevel(10_000);
    await world.stop();
  });
}

test('what was filled before the copy was level does not count', async () => {
  const small = { seed: 1, partitions: 1, workers: 1, source: oneBroker, target: oneBroker };
  const world = new World({ ...small, transactions: 1, startPolicy: { ...defaultStartPolicy, runsMax: 6 } });
  await world.settle();
  world.worker(1).start();
  for (let count = 0; count < 20; count += 1) {
    world.write(0, 1);
    world.writeTransactions(0);
    world.writeTransactions(0, true);
    await world.becomesLevel(10_000);
  }
  await world.stop();
});
