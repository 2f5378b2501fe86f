// Following on virtual time: every change once and in order, over every trouble, never in a spin, never in
// silence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { seededRandom } from '../base/random.ts';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { drained, Scheduler } from '../../test/simulation/scheduler.ts';
import { ClusterForTests, type Trouble } from './cluster-for-tests.ts';
import type { LedgerListener } from './follower.ts';
import { LedgerReader } from './reader.ts';
import { encodeEntries } from './record-batch.ts';
import type { DesiredPause } from './records.ts';

const topic = 'causeway.desired';
const pause = (name: string): DesiredPause => {
  return { kind: 'pause', set: 's', topic: name, pausedAtMs: 1, actor: 'ada', reason: 'test' };
};

function setUp(overrides: Partial<LedgerListener<typeof topic>> = {}, state: Partial<ClusterForTests> = {}) {
  const scheduler = new Scheduler();
  const cluster = Object.assign(new ClusterForTests(topic), state);
  const told: string[] = [];
  const logged: string[] = [];
  const note = (_fields: unknown, message: string) => logged.push(message);
  const log = { ...silentLog, info: note, warn: note };
  const clock = scheduler.clockOf('test');
  const reader = new LedgerReader({ cluster, region: 'eu-west', clock, random: seededRandom(1), log });
  const ending = new AbortController();
  const listener: LedgerListener<typeof topic> = {
    onChange: (change) => {
      const isPause = change.is === 'record' && change.record.kind === 'pause';
      told.push(isPause ? `${change.offset} ${change.record.topic}` : `${change.offset} ${change.is}`);
    },
    onCaughtUp: (endOffset) => told.push(`caught up ${endOffset}`),
    onReset: () => told.push('reset'),
    onTrouble: (error) => told.push(error.code),
    ...overrides,
  };
  const following = reader.follow(topic, listener, ending.signal);
  return { scheduler, cluster, reader, told, logged, ending, following };
}

type World = ReturnType<typeof setUp>;

async function endFollowing({ ending, following, cluster, scheduler }: World): Promise<void> {
  ending.abort();
  await following;
  await drained();
  assert.equal(cluster.openConnections, 0, 'no connection is left');
  assert.equal(cluster.leases, 0, 'no fetched bytes are held');
  assert.deepEqual(scheduler.pending, [], 'no timer is left');
}

test('everything from the start is told, then that this is all, then each change', async () => {
  const world = setUp();
  world.cluster.append(pause('a'), pause('b'));
  world.cluster.append(pause('c'));
  await world.scheduler.runUntil(1_000);
  assert.deepEqual(world.told, ['0 a', '1 b', '2 c', 'caught up 3']);
  world.cluster.append(pause('d'));
  await world.scheduler.runUntil(2_000);
  assert.deepEqual(world.told.slice(4), ['3 d', 'caught up 4']);
  await endFollowing(world);
});

test('a quiet topic is asked once and waited for', async () => {
  const world = setUp();
  await world.scheduler.runUntil(3_600_000);
  assert.equal(world.cluster.fetches.length, 1);
  assert.equal(world.scheduler.steps, 0);
  world.cluster.append(pause('a'));
  await world.scheduler.runUntil(3_601_000);
  assert.deepEqual(world.told, ['0 a', 'caught up 1']);
  await endFollowing(world);
});

test('a broker that answers a long poll with nothing at once is asked at our own pace', async () => {
  const world = setUp();
  world.cluster.endOffset = 5n;
  world.cluster.stableEnd = 5n;
  const impatient = () => world.cluster.wake();
  const timer = setInterval(impatient, 0);
  await world.scheduler.runUntil(60_000);
  clearInterval(timer);
  await drained();
  assert.ok(world.cluster.fetches.length < 100, `${world.cluster.fetches.length} fetches in a minute`);
  await endFollowing(world);
});

test('an end that was cleaned away counts as reached', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.endOffset = 5n;
  for (let round = 0; round < 3; round += 1) {
    await world.scheduler.runUntil(10_000 * (round + 1));
    world.cluster.wake();
  }
  await drained();
  assert.deepEqual([...new Set(world.told)], ['0 a', 'caught up 5']);
  await endFollowing(world);
});

const passing: readonly (readonly [string, Trouble, string])[] = [
  ['a lost connection', 'lost', 'CW-3003'],
  ['an election', kafkaError.NOT_LEADER_OR_FOLLOWER, 'CW-4002'],
  ['an older leader epoch', kafkaError.FENCED_LEADER_EPOCH, 'CW-4002'],
  ['a lost right', kafkaError.TOPIC_AUTHORIZATION_FAILED, 'CW-4004'],
];
for (const [name, trouble, code] of passing) {
  test(`${name} is told, logged once, and nothing is missed or told twice`, async () => {
    const world = setUp();
    world.cluster.append(pause('a'));
    world.cluster.append(pause('b'));
    world.cluster.troubles = [trouble, trouble, trouble];
    await world.scheduler.runUntil(10_000);
    assert.deepEqual(world.told, [code, code, code, '0 a', '1 b', 'caught up 2']);
    assert.deepEqual(world.logged, ['the ledger cannot be read now', 'the ledger is read again']);
    world.cluster.append(pause('c'));
    await drained();
    assert.deepEqual(world.told.slice(6), ['2 c', 'caught up 3']);
    await endFollowing(world);
  });
}

test('a cluster in trouble for a day is asked at a bounded pace all day', async () => {
  const world = setUp({}, { leaderId: -1 });
  const dayMs = 86_400_000;
  await world.scheduler.runUntil(dayMs);
  const tries = world.told.length;
  assert.ok(tries > dayMs / 2_500 && tries < dayMs / 900, `${tries} tries`);
  assert.equal(world.logged.length, 1);
  world.cluster.leaderId = 1;
  world.cluster.append(pause('a'));
  await world.scheduler.runUntil(dayMs + 10_000);
  assert.deepEqual(world.told.slice(tries), ['0 a', 'caught up 1']);
  await endFollowing(world);
});

test('a topic that does not exist yet is waited for', async () => {
  const world = setUp({}, { exists: false });
  await world.scheduler.runUntil(5_000);
  assert.deepEqual([...new Set(world.told)], ['CW-4001']);
  world.cluster.exists = true;
  await world.scheduler.runUntil(10_000);
  world.cluster.append(pause('a'));
  await drained();
  assert.deepEqual(world.told.slice(-2), ['0 a', 'caught up 1']);
  await endFollowing(world);
});

test('a topic created anew is told from its start, after a reset', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  await world.scheduler.runUntil(1_000);
  world.cluster.recreate('b'.repeat(32));
  world.cluster.append(pause('z'));
  await world.scheduler.runUntil(10_000);
  assert.deepEqual(
    world.told.filter((each) => !each.startsWith('CW-')),
    ['0 a', 'caught up 1', 'reset', '0 z', 'caught up 1'],
  );
  await endFollowing(world);
});

test('a log cut below our position is told from its start, after a reset', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.append(pause('b'));
  await world.scheduler.runUntil(1_000);
  world.cluster.batches.pop();
  world.cluster.endOffset = 1n;
  world.cluster.wake();
  await world.scheduler.runUntil(10_000);
  assert.deepEqual(world.told.slice(0, 3), ['0 a', '1 b', 'caught up 2']);
  assert.deepEqual(
    world.told.slice(3).filter((each) => each !== 'caught up 2'),
    ['reset', '0 a', 'caught up 1'],
  );
  await endFollowing(world);
});

test('a broker that refuses every offset is not asked in a spin', async () => {
  const world = setUp();
  world.cluster.troubles = Array.from({ length: 10_000 }, () => kafkaError.OFFSET_OUT_OF_RANGE);
  await world.scheduler.runUntil(60_000);
  assert.ok(world.cluster.fetches.length < 100, `${world.cluster.fetches.length} fetches in a minute`);
  await endFollowing(world);
});

test('a quota slows it down and is no trouble', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.troubles = Array.from({ length: 20 }, () => 'throttled' as const);
  await world.scheduler.runUntil(60_000);
  assert.deepEqual(world.told, ['0 a', 'caught up 1']);
  await endFollowing(world);
});

test('what cannot be read is told and logged, and following goes on', async () => {
  const world = setUp();
  world.cluster.appendBatch(encodeEntries([{ key: 'k', value: 'garbage' }], 1));
  world.cluster.append(pause('a'));
  await world.scheduler.runUntil(1_000);
  assert.deepEqual(world.told, ['0 malformed', '1 a', 'caught up 2']);
  assert.equal(world.logged.length, 1);
  await endFollowing(world);
});

test('nothing is told after the abort, and following ends also while the broker is silent', async () => {
  const world = setUp();
  world.cluster.append(pause('a'));
  world.cluster.troubles = ['silence'];
  await drained();
  world.ending.abort();
  await world.following;
  await world.scheduler.runUntil(60_000);
  assert.deepEqual(world.told, []);
  await endFollowing(world);
});

test('closing the reader ends following', async () => {
  const world = setUp();
  await drained();
  world.reader.close();
  await world.following;
  await endFollowing(world);
});

test('what a listener throws ends following, also an error of ours', async () => {
  for (const error of [new CausewayError('CW-4007', 'refused'), new TypeError('x is not a function')]) {
    const world = setUp({
      onChange: () => {
        throw error;
      },
    });
    world.cluster.append(pause('a'));
    await assert.rejects(world.following, error);
    await drained();
    assert.equal(world.cluster.openConnections, 0);
  }
});
