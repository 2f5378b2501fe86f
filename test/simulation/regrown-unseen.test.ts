// A source that loses records and grows past the position while the partition is not being fetched: no answer
// tells of it, the connection stays, and the same broker leads again. Only the leader epoch in the next fetch
// shows it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from './world.ts';
import { oneBroker, topic } from './world-shape.ts';

/** One batch fills the queue: until it is acknowledged, the partition is not fetched. */
const smallQueue = {
  queueBytesMax: 1,
  inFlightMax: 1,
  mixed: { from: 2_000, below: 500 },
  retryDelayMsMin: 100,
  retryDelayMsMax: 5_000,
  slowRetryDelayMs: 60_000,
  suspectDelayMs: 15_000,
};

test('regrown-unseen: a source that lost records while the queue was full is not followed', async () => {
  const world = new World({
    seed: 1,
    partitions: 1,
    workers: 1,
    source: { brokers: 2, replicas: 2, minInSync: 1 },
    target: oneBroker,
    limits: { partition: smallQueue },
    mayStop: true,
  });
  const after = (ms: number) => world.scheduler.runUntil(world.scheduler.nowMs + ms);
  const targetEnd = () => world.watches[0]?.targetLeader?.log.end;
  const { owner } = await startedWorker(world, after);

  // The second source broker falls behind, so that it can be elected without the last records.
  world.source.kill(2);
  await after(20_000);
  world.write(0, 4);
  await world.becomesLevel(60_000);

  // A batch arrives at the target, and its acknowledgement is held up: the queue stays full.
  const targetLink = world.target.linkOf(owner, 1);
  world.write(0, 2);
  while (targetEnd() !== 7n) await after(0.1);
  world.scheduler.block(targetLink);
  await after(100);
  assert.equal(partitionOf(world)?.fetchPosition(), undefined, 'it is not fetched now');

  // The source loses all but the first record, grows past the position, and the first broker leads again.
  world.source.restart(2);
  world.source.controller.electUnclean(topic, 0, 2);
  world.watches[0]?.history.lose(1n);
  await after(100);
  world.write(0, 3, 3);
  await after(1_000);
  world.source.controller.moveLeader(topic, 0, 1);
  await after(100);
  world.write(0, 2);
  assert.equal(world.watches[0]?.sourceLeader?.log.end, 9n);

  world.scheduler.unblock(targetLink);
  await after(60_000);
  assert.equal(targetEnd(), 7n);
  const state = partitionOf(world)?.state;
  assert.ok(state?.name === 'stopped' && state.cause.code === 'CW-2006', world.describe());
});

async function startedWorker(world: World, after: (ms: number) => Promise<void>): Promise<{ owner: string }> {
  await after(100);
  world.write(0, 1);
  const worker = world.worker(1);
  worker.start();
  await world.becomesLevel(10_000);
  return worker;
}

const partitionOf = (world: World) => world.worker(1).engine?.find(topic, 0);
