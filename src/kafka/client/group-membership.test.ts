// A member of a group beside a coordinator that answers oddly, late or not at all.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { passTime } from '../../../test/fixtures/pass-time.ts';
import { CausewayError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import { kafkaError } from '../wire/error-codes.ts';
import { type GroupAnswers, GroupForTests } from './group-for-tests.ts';
import { type GroupLimits, GroupMembership } from './group-membership.ts';

const limits: GroupLimits = {
  sessionTimeoutMs: 10_000,
  sessionTimeoutMsLong: 45_000,
  heartbeatMs: 1_000,
  rebalanceTimeoutMs: 3_000,
  retryMs: 1_000,
};

function member(t: TestContext, answers: Partial<GroupAnswers> & { onAssigned?: () => void } = {}) {
  const clock = manualClock();
  const group = new GroupForTests();
  group.answer(answers);
  const assigned: string[] = [];
  const troubles: string[] = [];
  let heard = 0;
  const membership = new GroupMembership({
    groupId: 'g',
    protocolType: 'test',
    protocols: ['test-1'],
    connect: () => group.connectCoordinator(),
    describe: () => Buffer.from('me'),
    share: (_, members) => new Map(members.map(({ memberId }) => [memberId, Buffer.from(`all ${memberId}`)])),
    onAssigned: (_, assignment) => {
      answers.onAssigned?.();
      assigned.push(assignment.toString());
    },
    onHeard: () => {
      heard += 1;
    },
    onTrouble: ({ code, message }) => troubles.push(`${code} ${message}`),
    clock,
    random: seededRandom(1),
    log: silentLog,
    limits,
  });
  const abort = new AbortController();
  const ended = membership.run(abort.signal);
  const stop = async () => {
    abort.abort();
    await passTime(clock, 3_000);
    await ended;
  };
  t.after(stop);
  const pass = (ms: number) => passTime(clock, ms);
  return { clock, group, membership, assigned, troubles, heard: () => heard, pass, stop };
}

const refuse = (errorCode: number) => () => ({ errorCode });

test('a member is assigned something once, and heard of with each heartbeat', async (t) => {
  const { group, assigned, troubles, heard, pass } = member(t);
  await pass(5_500);
  assert.deepEqual([assigned, troubles], [['all m1'], []]);
  assert.equal(group.count('joinGroup'), 1);
  assert.deepEqual([group.count('heartbeat'), heard()], [5, 5]);
});

test('the id that the coordinator gives is used, and a new one asked for when it is lost', async (t) => {
  const { group, assigned, pass } = member(t, {
    joinGroup: ({ memberId }) =>
      memberId === '' ? { errorCode: kafkaError.MEMBER_ID_REQUIRED, memberId: 'm1' } : {},
  });
  await pass(1_500);
  const ids = () => group.joinings.map(({ memberId }) => memberId);
  assert.deepEqual([ids(), assigned], [['', 'm1'], ['all m1']]);
  group.answer({ heartbeat: refuse(kafkaError.UNKNOWN_MEMBER_ID) });
  await pass(1_000);
  group.answer({});
  await pass(1_000);
  assert.deepEqual([ids(), assigned.length], [['', 'm1', ''], 2]);
});

for (const name of ['REBALANCE_IN_PROGRESS', 'MEMBER_ID_REQUIRED', 'ILLEGAL_GENERATION'] as const) {
  for (const call of ['joinGroup', 'syncGroup'] as const) {
    test(`endless ${name} to ${call}: asked ever more seldom, and what was answered is known`, async (t) => {
      const { group, membership, assigned, troubles, pass } = member(t, { [call]: refuse(kafkaError[name]) });
      await pass(60_000);
      const joins = group.count('joinGroup');
      assert.ok(joins > 20 && joins < 80, `${joins} joinings in a minute`);
      assert.match(membership.refusal ?? '', new RegExp(`^${name} answered to ${call}$`, 'i'));
      assert.deepEqual([assigned, troubles, group.count('connect')], [[], [], 1]);
      group.answer({});
      await pass(2_500);
      assert.deepEqual([assigned.length, membership.refusal], [1, undefined]);
      const before = group.count('joinGroup');
      group.answer({
        heartbeat: refuse(kafkaError.REBALANCE_IN_PROGRESS),
        joinGroup: refuse(kafkaError.REBALANCE_IN_PROGRESS),
      });
      await pass(2_000);
      assert.ok(group.count('joinGroup') >= before + 3, 'soon again, once it has been let in');
    });
  }
}

for (const call of ['joinGroup', 'syncGroup', 'heartbeat'] as const) {
  test(`${call}: another coordinator is looked for when this one is none any more`, async (t) => {
    const refuseOnce = () => {
      group.answer({});
      return { errorCode: kafkaError.NOT_COORDINATOR };
    };
    const { group, assigned, troubles, pass } = member(t, { [call]: refuseOnce });
    await pass(2_500);
    assert.equal(troubles.length, 1);
    assert.match(
      troubles[0] ?? '',
      new RegExp(`^CW-3015 group g: NOT_COORDINATOR answered to ${call}$`, 'i'),
    );
    assert.equal(assigned.at(-1), 'all m1');
    assert.deepEqual([group.count('connect'), group.open], [2, 1]);
  });
}

test('a session that the brokers do not take is tried longer, then the first one again', async (t) => {
  const { group, assigned, troubles, pass } = member(t, {
    joinGroup: refuse(kafkaError.INVALID_SESSION_TIMEOUT),
  });
  await pass(1_000);
  const sessions = () => group.joinings.map(({ sessionTimeoutMs }) => sessionTimeoutMs);
  assert.deepEqual(sessions(), [10_000, 45_000]);
  assert.equal(troubles.length, 1);
  assert.match(troubles[0] ?? '', /INVALID_SESSION_TIMEOUT.*group\.min\.session\.timeout\.ms/);
  group.answer({
    joinGroup: ({ sessionTimeoutMs }) =>
      sessionTimeoutMs < 30_000 ? { errorCode: kafkaError.INVALID_SESSION_TIMEOUT } : {},
  });
  await pass(2_000);
  assert.deepEqual([sessions().slice(2), assigned.length], [[10_000, 45_000], 1]);
});

test('an assignment that makes no sense is trouble, and the group is looked for anew', async (t) => {
  const onAssigned = () => {
    throw new CausewayError('CW-3005', 'hm');
  };
  const { group, assigned, troubles, pass } = member(t, { onAssigned });
  await pass(500);
  assert.deepEqual([troubles, group.open], [['CW-3005 hm'], 0]);
  await pass(1_000);
  assert.deepEqual([troubles.length, group.count('connect'), assigned], [2, 2, []]);
});

test('what is shared out has changed: one joining for all that came within a second', async (t) => {
  const { group, membership, assigned, pass } = member(t);
  await pass(100);
  membership.joinAgain();
  await pass(500);
  membership.joinAgain();
  assert.equal(group.count('joinGroup'), 1);
  await pass(600);
  assert.deepEqual([group.count('joinGroup'), assigned.length], [2, 2]);
  await pass(1_500);
  assert.equal(group.count('joinGroup'), 2);
});

test('a member that stops while it connects does not wait, and leaves no connection behind', async (t) => {
  const late = Promise.withResolvers<void>();
  const { clock, group, stop } = member(t, {
    connect: async (connection) => {
      await late.promise;
      return connection;
    },
  });
  const beganMs = clock.monotonicMs();
  await stop();
  assert.ok(clock.monotonicMs() - beganMs <= 3_000);
  assert.equal(group.open, 1, 'it is still being opened');
  late.resolve();
  await passTime(clock, 50);
  assert.equal(group.open, 0);
});

test('a member that stops leaves the group, and waits only so long for the answer', async (t) => {
  const { group, pass, stop } = member(t, { leaveGroup: () => new Promise(() => undefined) });
  await pass(1_500);
  await stop();
  assert.equal(group.count('leaveGroup'), 1);
});

test('a coordinator that cannot be reached is tried each second', async (t) => {
  const { group, troubles, pass } = member(t, {
    connect: () => Promise.reject(new CausewayError('CW-3001', 'nobody answers')),
  });
  await pass(9_500);
  assert.deepEqual([group.count('connect'), new Set(troubles).size], [10, 1]);
});
