// Snapshots on virtual time: complete to the end that was named, over trouble, and over in time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import { seededRandom } from '../base/random.ts';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { drained, Scheduler } from '../../test/simulation/scheduler.ts';
import { recordsIn } from './changes.ts';
import { ClusterForTests, type Trouble } from './cluster-for-tests.ts';
import { LedgerReader } from './reader.ts';
import type { DesiredPause } from './records.ts';
import { encodeEntries } from './record-batch.ts';

const giveUpMs = 5_000;
const pause = (topic: string): DesiredPause => {
  return { kind: 'pause', set: 's', topic, pausedAtMs: 1, actor: 'ada', reason: 'test' };
};
const garbage = encodeEntries([{ key: 'pause/s/x', value: 'garbage' }], 1);

function setUp(log: Log = silentLog) {
  const scheduler = new Scheduler();
  const cluster = new ClusterForTests('causeway.desired');
  const clock = scheduler.clockOf('test');
  const reader = new LedgerReader({
    cluster,
    region: 'eu-west',
    clock,
    random: seededRandom(1),
    log,
    giveUpMs,
  });
  return { scheduler, cluster, reader };
}

/** Nothing stays open, nothing stays held, no timer stays. */
async function assertOver({ cluster, scheduler }: ReturnType<typeof setUp>): Promise<void> {
  await drained();
  assert.equal(cluster.openConnections, 0, 'no connection is left');
  assert.equal(cluster.leases, 0, 'no fetched bytes are held');
  assert.deepEqual(scheduler.pending, [], 'no timer is left');
}

const isError = (code: string, text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof CausewayError);
  assert.equal(error.code, code);
  assert.match(error.message, text);
  return true;
};

test('an empty topic is an empty snapshot', async () => {
  const world = setUp();
  const snapshot = await world.reader.snapshot('causeway.desired');
  assert.deepEqual(recordsIn(snapshot), []);
  assert.equal(snapshot.endOffset, 0n);
  await assertOver(world);
});

test('a snapshot holds everything up to the end, over many answers', async () => {
  const world = setUp();
  for (let each = 0; each < 50; each += 1) world.cluster.append(pause(`t${each}`));
  const snapshot = await world.reader.snapshot('causeway.desired');
  assert.equal(recordsIn(snapshot).length, 50);
  assert.deepEqual([snapshot.startOffset, snapshot.endOffset], [0n, 50n]);
  await assertOver(world);
});

test('what cannot be read is logged and left alone; the rest is there', async () => {
  const logged: unknown[] = [];
  const world = setUp({ ...silentLog, warn: (fields, message) => logged.push({ ...fields, message }) });
  world.cluster.append(pause('a'));
  world.cluster.appendBatch(garbage);
  world.cluster.append(pause('b'));
  const snapshot = await world.reader.snapshot('causeway.desired');
  assert.deepEqual(recordsIn(snapshot), [pause('a'), pause('b')]);
  assert.equal(snapshot.leftAlone.length, 1);
  // It is read every few seconds, and said once.
  assert.equal((await world.reader.snapshot('causeway.desired')).leftAlone.length, 1);
  assert.equal(logged.length, 1);
  assert.match(
    JSON.stringify(logged[0]),
    /CW-4007.*"offset":"1".*record 1 of causeway.desired is left alone/,
  );
});

test('a topic that does not exist is told at once', async () => {
  const world = setUp();
  world.cluster.exists = false;
  await assert.rejects(
    world.reader.snapshot('causeway.desired'),
    isError('CW-4001', /^eu-west: the topic causeway.desired does not exist$/),
  );
  await assertOver(world);
});

test('what does not pass is told at once, with the broker’s word', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.troubles = [kafkaError.TOPIC_AUTHORIZATION_FAILED];
  await assert.rejects(
    world.reader.snapshot('causeway.desired'),
    isError('CW-4004', /TOPIC_AUTHORIZATION_FAILED/),
  );
  await assertOver(world);
});

const passing: readonly (readonly [string, Trouble])[] = [
  ['a lost connection', 'lost'],
  ['an election', kafkaError.NOT_LEADER_OR_FOLLOWER],
  ['an older leader epoch', kafkaError.FENCED_LEADER_EPOCH],
  ['a trimmed log', kafkaError.OFFSET_OUT_OF_RANGE],
  ['a quota', 'throttled'],
  ['a topic id of before', kafkaError.UNKNOWN_TOPIC_ID],
];
for (const [name, trouble] of passing) {
  test(`${name} in the middle costs time and nothing else`, async () => {
    const world = setUp();
    for (let each = 0; each < 5; each += 1) world.cluster.append(pause(`t${each}`));
    const done = world.reader.snapshot('causeway.desired');
    world.cluster.troubles = [trouble, trouble];
    await world.scheduler.runUntil(giveUpMs);
    const snapshot = await done;
    assert.deepEqual(
      recordsIn(snapshot).map((record) => 'topic' in record && record.topic),
      ['t0', 't1', 't2', 't3', 't4'],
    );
    assert.deepEqual(snapshot.leftAlone, []);
    // After a failure the leader is looked up anew.
    assert.equal(world.cluster.connections, trouble === 'throttled' ? 1 : 3);
    await assertOver(world);
  });
}

test('an end that was cleaned away does not hold the snapshot up', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.endOffset = 10n;
  const done = world.reader.snapshot('causeway.desired');
  await world.scheduler.runUntil(giveUpMs);
  assert.deepEqual(recordsIn(await done), [pause('a')]);
  assert.ok(world.cluster.fetches.length <= 4);
});

test('a leader that shows less than the end is asked again, at a pace, until the deadline', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.append(pause('b'));
  world.cluster.onEndListed = () => {
    world.cluster.stableEnd = 1n;
  };
  const rejected = assert.rejects(
    world.reader.snapshot('causeway.desired'),
    isError('CW-4002', /could not be read to its end in 1 try/),
  );
  await world.scheduler.runUntil(giveUpMs);
  await rejected;
  assert.ok(world.cluster.fetches.length < 20, `${world.cluster.fetches.length} fetches`);
  await assertOver(world);
});

test('… and goes on when it shows it', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.append(pause('b'));
  world.cluster.onEndListed = () => {
    world.cluster.stableEnd = 1n;
  };
  const done = world.reader.snapshot('causeway.desired');
  await world.scheduler.runUntil(500);
  world.cluster.stableEnd = undefined;
  await world.scheduler.runUntil(giveUpMs);
  assert.equal(recordsIn(await done).length, 2);
});

test('a broker that falls silent does not outlast the deadline', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.troubles = ['lost', 'silence'];
  const rejected = assert.rejects(
    world.reader.snapshot('causeway.desired'),
    isError('CW-4002', /in 2 tries: CW-3003/),
  );
  await world.scheduler.runUntil(giveUpMs);
  await rejected;
  await assertOver(world);
});

test('a cluster without a leader is given up in time', async () => {
  const world = setUp();
  world.cluster.leaderId = -1;
  const rejected = assert.rejects(
    world.reader.snapshot('causeway.desired'),
    isError('CW-4002', /causeway.desired: it has no leader/),
  );
  await world.scheduler.runUntil(giveUpMs);
  await rejected;
  await assertOver(world);
});

test('an abort, and closing the reader, end a snapshot at once', async () => {
  const aborted = setUp();
  aborted.cluster.append(pause('a'));
  aborted.cluster.troubles = ['silence'];
  const controller = new AbortController();
  const rejected = assert.rejects(
    aborted.reader.snapshot('causeway.desired', controller.signal),
    /not wanted/,
  );
  await drained();
  controller.abort(new Error('not wanted'));
  await rejected;
  await assertOver(aborted);

  const closed = setUp();
  closed.cluster.append(pause('a'));
  closed.cluster.troubles = ['silence'];
  const refused = assert.rejects(closed.reader.snapshot('causeway.desired'), isError('CW-4002', /closed/));
  await drained();
  closed.reader.close();
  await refused;
  await assertOver(closed);
});

test('a defect in reading goes up as it is', async () => {
  const world = setUp();
  world.cluster.metadata = () => Promise.reject(new TypeError('x is not a function'));
  await assert.rejects(world.reader.snapshot('causeway.desired'), TypeError);
});
