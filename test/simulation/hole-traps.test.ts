// The traps of holes, by name: what guards, coordinators and control records do to a copy, and what becomes
// of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlBatch, endMarkerIn } from '../broker-model/control-batch.ts';
import { transactionTopic } from '../broker-model/transaction-log.ts';
import { after, guard, minute, shiftOf, worldWithHoles, writeHoles } from './world-with-holes.ts';
import { World } from './world.ts';
import { oneBroker, topic } from './world-shape.ts';

/** The last filler’s marker once more, as its coordinator sends it again (kafka-facts 19). */
function repeatMarker(world: World): void {
  const leader = world.watches[0]?.targetLeader ?? assert.fail('the target has no leader');
  const last = leader.log.batches.findLast(({ control }) => control) ?? assert.fail('there is no filler');
  const marker = endMarkerIn(last.bytes) ?? assert.fail('the filler is no marker');
  const { producerId, producerEpoch } = last;
  const timestampMs = BigInt(world.scheduler.nowMs);
  leader.append(controlBatch({ ...marker, producerId, producerEpoch, timestampMs }));
}

for (const when of ['at once', 'behind the next data'] as const) {
  test(`marker-again: a marker comes twice, ${when}: a shift until the next holes`, async () => {
    const world = await worldWithHoles({ coordinated: true });
    world.worker(2).start();
    await world.becomesLevel(minute);
    if (when === 'behind the next data') {
      world.write(0, 1, 1);
      await world.becomesLevel(minute);
    }
    repeatMarker(world);
    world.write(0, 3);
    await world.becomesLevel(minute);
    assert.equal(shiftOf(world), 1n);
    writeHoles(world);
    world.write(0, 1);
    await world.becomesLevel(minute);
    assert.equal(shiftOf(world), 0n);
    await world.stop();
  });
}

test('extra-then-crash: fillers too many at the end, and nobody is left who knows of them', async () => {
  const world = await worldWithHoles({ coordinated: true });
  world.worker(1).start();
  await world.becomesLevel(minute);
  repeatMarker(world);
  world.worker(1).kill();
  world.write(0, 1, 2);
  world.worker(2).start();
  await world.becomesLevel(minute);
  assert.equal(shiftOf(world), 1n);
  await world.stop();
});

for (const coordinated of [true, false]) {
  const way = coordinated ? 'by way of the coordinator' : 'directly';

  test(`other-guard: the guard’s id is forgotten between two runs, filled ${way}`, async () => {
    const world = await worldWithHoles({ coordinated });
    world.worker(2).start();
    await world.becomesLevel(minute);
    world.target.forgetTransactionalId(guard);
    world.write(0, 1);
    writeHoles(world);
    world.write(0, 1);
    await world.becomesLevel(minute);
    assert.equal(shiftOf(world), 0n);
    await world.stop();
  });

  test(`trailing-holes: a source that ends with nothing but holes is copied to its end, ${way}`, async () => {
    const world = await worldWithHoles({ coordinated });
    world.worker(2).start();
    await world.becomesLevel(minute);
    writeHoles(world);
    await world.becomesLevel(minute);
    const [watch] = world.watches;
    assert.equal(watch?.targetLeader?.log.end, watch?.history.end);
    await world.stop();
  });
}

test('coordinator-epoch: a coordinator that has moved filled last, the next go directly', async () => {
  const target = { brokers: 2, replicas: 2, minInSync: 1 };
  const world = await worldWithHoles({ coordinated: true, target });
  world.target.openTransactionLog();
  await after(world, 100);
  for (const to of [2, 1, 2]) world.target.controller.moveLeader(transactionTopic, 0, to);
  await after(world, 100);
  world.worker(1).start();
  await world.becomesLevel(minute);
  world.worker(1).kill();
  world.target.permitsMarkers = true;
  writeHoles(world);
  world.write(0, 1);
  world.worker(2).start();
  await world.becomesLevel(minute);
  assert.equal(shiftOf(world), 0n);
  await world.stop();
});

test('queue-neighbour: a partition whose follower stands still does not hold up its neighbour', async () => {
  // The follower is waited for as long as the test lasts.
  const settings = { replicaLagMsMax: 10 * minute, sessionTimeoutMs: 10 * minute };
  const world = new World({
    seed: 3,
    partitions: 3,
    workers: 1,
    source: oneBroker,
    target: { brokers: 3, replicas: 2, minInSync: 1, settings },
  });
  await world.settle();
  // Led by one broker, partition 0 followed by broker 2, partition 2 by broker 3.
  assert.ok(world.target.controller.moveLeader(topic, 2, 1));
  await world.settle();
  for (const partition of [0, 1, 2]) world.write(partition, 1);
  world.worker(1).start();
  await world.becomesLevel(minute);
  world.target.freeze(2);
  const end = () => world.watches[2]?.targetLeader?.highWatermark;
  for (let count = 0; count < 30; count += 1) {
    world.write(0, 1);
    world.write(2, 1);
    await after(world, 1_000);
  }
  assert.equal(world.watches[0]?.targetLeader?.highWatermark, 1n, 'the slow one waits for its follower');
  assert.ok((end() ?? 0n) >= 20n, `its neighbour is at ${end()}`);
  world.target.thaw(2);
  await world.becomesLevel(minute);
  await world.stop();
});
