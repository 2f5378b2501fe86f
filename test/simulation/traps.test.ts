// The traps that broke earlier designs, by name: each a sequence of events in which the mirror must neither
// write twice, nor skip, nor go on where the source is not what it was.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import { World } from './world.ts';
import { type ClusterShape, oneBroker, threeBrokers, topic, type WorldShape } from './world-shape.ts';

const hourMs = 60 * 60 * 1_000;

async function worldOf(shape: Partial<WorldShape> = {}): Promise<World> {
  const small = { seed: 1, partitions: 1, workers: 2, source: oneBroker, target: oneBroker };
  const world = new World({ ...small, ...shape });
  await world.settle();
  return world;
}

const after = (world: World, ms: number) => world.scheduler.runUntil(world.scheduler.nowMs + ms);
const targetEnd = (world: World) => world.watches[0]?.targetLeader?.log.end;
const sourceEnd = (world: World) => world.watches[0]?.sourceLeader?.log.end;

function codeOfStop(world: World, number: number): string | undefined {
  const state = world.worker(number).engine?.find(topic, 0)?.state;
  return state?.name === 'stopped' ? state.cause.code : state?.name;
}

test('visible-end: an append that is not yet visible is not written again', async () => {
  const world = await worldOf({ target: threeBrokers });
  world.write(0, 1);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  // The leader's followers stand still: what the first worker appends now stays invisible.
  world.target.freeze(2);
  world.target.freeze(3);
  world.write(0, 2, 2);
  await after(world, 1_000);
  assert.equal(targetEnd(world), 3n);
  assert.equal(world.watches[0]?.targetLeader?.highWatermark, 1n);
  world.worker(1).kill();
  world.worker(2).start();
  await after(world, 3_000);
  world.target.thaw(2);
  world.target.thaw(3);
  await world.becomesLevel(60_000);
  assert.equal(targetEnd(world), 5n);
});

test('unknown-pipelined: while the id is unknown a refused batch is not overtaken by the next', async () => {
  const world = await worldOf();
  let refusals = 0;
  world.target.refuseAppend = () => {
    refusals += 1;
    return refusals <= 3 ? kafkaError.KAFKA_STORAGE_ERROR : kafkaError.NONE;
  };
  world.write(0, 1, 1, 1, 1);
  world.worker(1).start();
  await world.becomesLevel(60_000);
  assert.ok(refusals > 3);
});

const lossySource: ClusterShape = { brokers: 2, replicas: 2, minInSync: 1 };

/** Mirrors five records, then the source loses the last four of them to an unclean election. */
async function loseAtSource(world: World): Promise<void> {
  world.write(0, 1);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  world.source.kill(2);
  await after(world, 20_000);
  world.write(0, 2, 2);
  await world.becomesLevel(60_000);
  assert.equal(targetEnd(world), 5n);
  // The source loses the last four records, and the watch must forget them.
  world.source.restart(2);
  world.source.controller.electUnclean(topic, 0, 2);
  world.watches[0]?.history.lose(1n);
}

test('regrown: a source that lost records and grew past the position is not followed', async () => {
  const world = await worldOf({ source: lossySource, mayStop: true });
  await loseAtSource(world);
  await after(world, 20);
  world.write(0, 1, 3, 2);
  assert.equal(sourceEnd(world), 7n);
  await after(world, 60_000);
  assert.equal(targetEnd(world), 5n);
  assert.ok(['CW-2006', 'CW-2008'].includes(codeOfStop(world, 1) ?? ''), codeOfStop(world, 1));
});

test('regrown: nor where it grew while the worker stood still, and the lead came back', async () => {
  const world = await worldOf({ source: lossySource, mayStop: true });
  await loseAtSource(world);
  // The news does not reach the worker, whose connection to the first broker stays as it is.
  const link = world.source.linkOf(world.worker(1).owner, 1);
  world.scheduler.block(link);
  await after(world, 100);
  world.write(0, 1, 3, 2);
  await after(world, 1_000);
  world.source.controller.moveLeader(topic, 0, 1);
  await after(world, 100);
  world.write(0, 1);
  world.scheduler.unblock(link);
  await after(world, 60_000);
  assert.equal(targetEnd(world), 5n);
  assert.ok(['CW-2006', 'CW-2008'].includes(codeOfStop(world, 1) ?? ''), codeOfStop(world, 1));
});

test('paused-leader: a deposed leader that still thinks it leads takes nothing that counts', async () => {
  const world = await worldOf({ target: threeBrokers });
  world.write(0, 2);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  // The leader hears nothing from the controller any more, but clients reach it.
  const deaf = world.target.controllerLink(1);
  world.target.freeze(1);
  world.scheduler.block(deaf);
  await after(world, 12_000);
  world.write(0, 1, 1);
  world.worker(2).start();
  await after(world, 20_000);
  world.target.thaw(1);
  world.write(0, 3);
  await after(world, 20_000);
  world.scheduler.unblock(deaf);
  await world.becomesLevel(60_000);
  assert.equal(targetEnd(world), 7n);
});

test('recreated-target: a topic that was made anew is not written', async () => {
  const world = await worldOf({ mayStop: true });
  world.write(0, 2);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  world.watches[0]?.targetTaken();
  world.target.controller.deleteTopic(topic);
  world.target.createTopic(topic, { partitions: 1, replicas: 1, minInSync: 1 });
  world.write(0, 1);
  await after(world, 60_000);
  assert.equal(targetEnd(world), 0n);
  assert.equal(codeOfStop(world, 1), 'CW-2004');
});

test('recreated-target, where Kafka before 4.1 names topics only: stops at the first answer', async () => {
  const byName = { ...oneBroker, settings: { produceById: false } };
  const world = await worldOf({ target: byName, mayStop: true });
  world.write(0, 2);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  // The checkers would say, rightly, that the new topic is no mirror.
  world.scheduler.afterEvent = () => undefined;
  world.target.controller.deleteTopic(topic);
  world.target.createTopic(topic, { partitions: 1, replicas: 1, minInSync: 1 });
  world.write(0, 1);
  await after(world, 60_000);
  world.write(0, 1);
  await after(world, 60_000);
  assert.equal(targetEnd(world), 1n, 'what was under way, and nothing after it');
  assert.equal(codeOfStop(world, 1), 'CW-2004');
});

test('recreated-source: a topic that was made anew is not followed', async () => {
  const world = await worldOf({ mayStop: true });
  world.write(0, 2);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  world.source.controller.deleteTopic(topic);
  await after(world, 100);
  world.source.createTopic(topic, { partitions: 1, replicas: 1, minInSync: 1 });
  await after(world, 100);
  world.watches[0]?.history.lose(0n);
  world.write(0, 1, 3, 1);
  await after(world, 60_000);
  assert.equal(targetEnd(world), 2n);
  assert.equal(codeOfStop(world, 1), 'CW-2003');
});

test('sleeper: a machine that slept until its id was forgotten writes nothing under it', async () => {
  const limits = { partition: { ...oneInFlight } };
  const world = await worldOf({ limits });
  world.write(0, 1);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  // It falls asleep with a batch under way and more in its queue.
  world.write(0, 1, 1, 1);
  await after(world, 3);
  world.worker(1).freeze();
  await after(world, 1_000);
  world.fence = { generation: 2, producerId: 4_712n, producerEpoch: 0 };
  world.worker(2).start();
  await after(world, 60_000);
  assert.equal(targetEnd(world), 4n);
  await after(world, hourMs);
  // By now the target has forgotten the first generation's id.
  world.watches[0]?.targetLeader?.producers.forget(4_711n);
  world.worker(1).thaw();
  await world.becomesLevel(60_000);
  assert.equal(targetEnd(world), 4n);
});

const oneInFlight = {
  queueBytesMax: 1_000_000,
  inFlightMax: 1,
  mixed: { from: 2_000, below: 500 },
  retryDelayMsMin: 100,
  retryDelayMsMax: 5_000,
  slowRetryDelayMs: 60_000,
  suspectDelayMs: 15_000,
};

test('retention that overtakes the position stops the mirror and names what is lost', async () => {
  const world = await worldOf({ mayStop: true });
  world.write(0, 2);
  world.worker(1).start();
  await world.becomesLevel(10_000);
  world.worker(1).kill();
  world.write(0, 3, 1);
  world.watches[0]?.sourceLeader?.log.moveStart(5n);
  world.worker(1).start();
  await after(world, 10_000);
  assert.equal(codeOfStop(world, 1), 'CW-2007');
  const state = world.worker(1).engine?.find(topic, 0)?.state;
  assert.ok(state?.name === 'stopped');
  assert.deepEqual(state.cause.details, { from: 2n, to: 5n });
  assert.equal(targetEnd(world), 2n);
});
