// The traps of guards, by name, at each step of a run of holes: transactions that end without a record, and
// transactions that nobody ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transactionTopic } from '../broker-model/transaction-log.ts';
import { steps } from './pauses.ts';
import { holeTrapStride } from './run-options.ts';
import { after, guard, minute, shiftOf, worldWithHoles, writeHoles } from './world-with-holes.ts';
import { type ClusterShape, topic } from './world-shape.ts';

/** The copy has one replica; the coordinator is another broker. */
const oneReplica: ClusterShape = { brokers: 3, replicas: 1, minInSync: 1 };

test('marker-never: a transaction ends while there is no leader, at each step of a run', async (t) => {
  let [runs, lost] = [0, 0];
  for (let [run, ended] = [0, false]; !ended; run += holeTrapStride, runs += 1) {
    const world = await worldWithHoles({ coordinated: true, target: oneReplica });
    world.target.openTransactionLog();
    await after(world, 100);
    world.target.controller.moveLeader(transactionTopic, 0, 2);
    world.worker(2).start();
    ended = (await steps(world, run)) < run;
    world.target.kill(1);
    // Known at once: the coordinator may end what the worker has just asked it to end.
    world.target.controller.fence(1);
    await after(world, 12_000);
    const { state } = world.target.mustBroker(2).coordinator.describe(guard);
    const fillers = world.target.replicasOf(topic, 0)[0]?.log.batches ?? [];
    if (state.startsWith('Complete') && !fillers.some(({ control }) => control)) lost += 1;
    world.target.restart(1);
    await world.becomesLevel(10 * minute);
    await world.stop();
  }
  t.diagnostic(`${runs} runs, in ${lost} of them the marker was never written`);
  assert.ok(lost > 0, 'no marker was ever lost');
});

test('open-guard: a worker dies at each step of a run, and its heir begins at once', async () => {
  for (let [run, ended] = [0, false]; !ended; run += holeTrapStride) {
    const world = await worldWithHoles({ coordinated: true });
    world.worker(1).start();
    ended = (await steps(world, run)) < run;
    world.worker(1).kill();
    world.worker(2).start();
    await world.becomesLevel(10 * minute);
    // Its guard has ended what was open before the heir has counted: nothing lands too many.
    assert.equal(shiftOf(world), 0n, `killed after ${run} steps`);
    await world.stop();
  }
});

for (const data of ['and data behind it', 'and nothing behind it'] as const) {
  test(`open-guard: a worker dies at each step of a run ${data}; its transaction ends alone`, async () => {
    for (let [run, ended] = [0, false]; !ended; run += holeTrapStride) {
      const world = await worldWithHoles({ coordinated: true });
      if (data === 'and data behind it') world.write(0, 1);
      world.worker(1).start();
      ended = (await steps(world, run)) < run;
      world.worker(1).kill();
      await after(world, 20 * minute);
      world.worker(2).start();
      await world.becomesLevel(10 * minute);
      world.write(0, 2);
      writeHoles(world);
      world.write(0, 1);
      await world.becomesLevel(10 * minute);
      assert.equal(shiftOf(world), 0n, `killed after ${run} steps`);
      await world.stop();
    }
  });
}
