// When a worker goes on with its share, when it runs everything, and when it comes back.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { passTime } from '../../../test/fixtures/pass-time.ts';
import { CausewayError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import { type GroupAnswers, GroupForTests } from '../../kafka/client/group-for-tests.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { packPartitions, unpackDescription } from './packed-partitions.ts';
import { WorkerGroup } from './worker-group.ts';

const all = ['eu/t/0', 'eu/t/1'];

/** Another one leads, and gives this worker the first partition. */
const follower: Partial<GroupAnswers> = {
  joinGroup: () => ({ leader: 'm0' }),
  syncGroup: () => ({ assignment: packPartitions(['eu/t/0']) }),
};

function worker(t: TestContext, answers: Partial<GroupAnswers> = follower) {
  const clock = manualClock();
  const cluster = new GroupForTests();
  cluster.answer(answers);
  const warnings: unknown[] = [];
  let changes = 0;
  const group = new WorkerGroup({
    region: 'us-east',
    cluster,
    clock,
    random: seededRandom(1),
    log: { ...silentLog, warn: (fields) => warnings.push(fields['error']) },
    runs: () => [],
    onChange: () => {
      changes += 1;
    },
  });
  group.wanted(all);
  const abort = new AbortController();
  const ended = group.run(abort.signal);
  const stop = async () => {
    abort.abort();
    await passTime(clock, 3_000);
    await ended;
  };
  t.after(stop);
  const runs = () => all.map((name) => group.has(name));
  const pass = (seconds: number) => passTime(clock, seconds * 1_000);
  return { clock, cluster, group, warnings, changes: () => changes, runs, pass, stop };
}

const gone = () => Promise.reject(new CausewayError('CW-3001', 'nobody answers'));
const never = () => new Promise<never>(() => undefined);

test('without the group for 30 s a worker runs everything, also after it has been a member', async (t) => {
  const { cluster, group, changes, runs, pass } = worker(t);
  await pass(2);
  assert.deepEqual([group.state, runs()], ['member', [true, false]]);
  cluster.answer({ connect: gone, heartbeat: () => ({ errorCode: kafkaError.NOT_COORDINATOR }) });
  await pass(20);
  assert.deepEqual([group.state, runs()], ['looking', [true, false]]);
  const before = changes();
  await pass(15);
  assert.deepEqual([group.state, runs(), changes()], ['alone', [true, true], before + 1]);
  assert.match(group.trouble ?? '', /^CW-3001 us-east: nobody answers$/);
  assert.equal(group.isInShare('eu/t/1'), false, 'the last share is remembered');
  cluster.answer(follower);
  await pass(3);
  assert.deepEqual([group.state, runs(), group.trouble], ['member', [true, false], undefined]);
});

for (const call of ['joinGroup', 'syncGroup'] as const) {
  const answers = {
    'refuses for ever': () => ({ errorCode: kafkaError.REBALANCE_IN_PROGRESS }),
    'never answers': never,
  };
  for (const [how, answer] of Object.entries(answers)) {
    test(`a coordinator that ${how} (${call}): told after 30 s, and everything is run`, async (t) => {
      const { cluster, group, warnings, runs, pass } = worker(t, { [call]: answer });
      await pass(25);
      assert.deepEqual([group.state, runs(), warnings], ['looking', [false, false], []]);
      await pass(10);
      assert.deepEqual([group.state, runs(), warnings.length], ['alone', [true, true], 1]);
      assert.match(
        group.trouble ?? '',
        /^CW-3015 us-east: group causeway\.workers: no share for 30 s; last: /,
      );
      if (how === 'never answers') return;
      assert.match(group.trouble ?? '', /REBALANCE_IN_PROGRESS/);
      cluster.answer(follower);
      await pass(3);
      assert.deepEqual([group.state, runs()], ['member', [true, false]]);
    });
  }
}

test('a heartbeat that is answered late leads back to the share that still holds', async (t) => {
  const { cluster, group, changes, runs, pass } = worker(t);
  await pass(2);
  const late = Promise.withResolvers<{ errorCode: number }>();
  cluster.answer({ ...follower, heartbeat: () => late.promise });
  await pass(35);
  assert.deepEqual([group.state, runs()], ['alone', [true, true]]);
  const before = changes();
  cluster.answer(follower);
  late.resolve({ errorCode: 0 });
  await pass(1);
  assert.deepEqual([group.state, runs(), cluster.count('joinGroup')], ['member', [true, false], 1]);
  assert.equal(changes(), before + 1);
});

test('a process that stood still for long does not take everything on when it wakes', async (t) => {
  const { clock, group, changes, pass } = worker(t);
  await pass(2);
  const before = changes();
  clock.standStill(600_000);
  await pass(5);
  assert.deepEqual([group.state, changes()], ['member', before]);
});

test('a worker that is not permitted in the group runs everything at once', async (t) => {
  const joinGroup = () => ({ errorCode: kafkaError.GROUP_AUTHORIZATION_FAILED });
  const { group, runs, pass } = worker(t, { joinGroup });
  await pass(1);
  assert.deepEqual([group.state, runs()], ['alone', [true, true]]);
  assert.equal(group.isInShare('eu/t/1'), true, 'nobody has ever given it a part');
});

test('an empty answer of the leader leaves the share as it was', async (t) => {
  const { cluster, group, runs, pass } = worker(t);
  await pass(2);
  cluster.answer({
    ...follower,
    heartbeat: () => ({ errorCode: kafkaError.REBALANCE_IN_PROGRESS }),
    syncGroup: () => ({ assignment: Buffer.alloc(0) }),
  });
  await pass(3);
  assert.deepEqual([group.state, runs()], ['looking', [true, false]]);
  assert.match(group.trouble ?? '', /CW-3005/);
});

test('what the leader has not been told of after a while, a member tells it', async (t) => {
  const { cluster, group, pass } = worker(t);
  await pass(2);
  group.wanted([...all, 'eu/new/0']);
  await pass(4);
  assert.equal(cluster.joinings.length, 1, 'the leader mostly reads of it, too');
  await pass(2);
  const [told] = cluster.joinings[1]?.protocols ?? [];
  assert.ok(told !== undefined);
  assert.deepEqual(unpackDescription(told.metadata).wants, new Set([...all, 'eu/new/0']));
  await pass(10);
  assert.equal(cluster.joinings.length, 2);
  group.wanted(all);
  cluster.answer({ ...follower, heartbeat: () => ({ errorCode: kafkaError.REBALANCE_IN_PROGRESS }) });
  await pass(1);
  cluster.answer(follower);
  await pass(10);
  assert.equal(cluster.joinings.length, 3, 'a joining that came anyway tells it, too');
});

test('a worker that has stopped leaves no timer behind', async (t) => {
  const { clock, group, pass, stop } = worker(t);
  await pass(2);
  group.wanted([...all, 'eu/new/0']);
  await stop();
  assert.equal(clock.timers, 0);
});
