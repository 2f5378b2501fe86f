// A worker among others of its region: what it runs of a share that changes, of a link's limit, and of
// sources that it cannot reach.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { passTime } from '../../../test/fixtures/pass-time.ts';
import { CausewayError } from '../../base/errors.ts';
import { type GroupAnswers, GroupForTests } from '../../kafka/client/group-for-tests.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { decidedMirror } from '../../ledger/decided-for-tests.ts';
import { fileWith, mustParse, regionsText } from '../../topology/file-for-tests.ts';
import type { Topology } from '../../topology/topology.ts';
import { packPartitions } from './packed-partitions.ts';
import { workerForTests } from './worker-for-tests.ts';

const topics = [decidedMirror('a', { partitions: 2 }), decidedMirror('b', { partitions: 2 })];
const shareOf = (...names: readonly string[]): Partial<GroupAnswers> => ({
  joinGroup: () => ({ leader: 'another' }),
  syncGroup: () => ({ assignment: packPartitions(names.map((name) => `eu-west/${name}`)) }),
});
const gone: Partial<GroupAnswers> = {
  connect: () => Promise.reject(new CausewayError('CW-3001', 'nobody answers')),
  heartbeat: () => ({ errorCode: kafkaError.NOT_COORDINATOR }),
};

function memberWorker(t: TestContext, unresolved: ReadonlySet<string> = new Set()) {
  const group = new GroupForTests();
  const site = workerForTests(t, { meetAt: group, unresolved });
  const pass = (seconds: number) => passTime(site.clock, seconds * 1_000);
  // Whoever stops gives the group some time to answer.
  t.after(async () => {
    const stopped = site.worker.stop();
    await pass(3);
    await stopped;
  });
  return { ...site, group, pass };
}

test('a worker runs its share, takes on what comes with the next one, and gives the rest back', async (t) => {
  const { group, tell, runs, pass, partition } = memberWorker(t);
  group.answer(shareOf('a/0', 'b/0'));
  tell({ topics });
  await pass(1.5);
  assert.deepEqual(runs(), ['a-0', 'b-0']);
  const kept = partition('b');
  const heartbeat = () => {
    group.answer(shareOf('b/0', 'b/1'));
    return { errorCode: kafkaError.REBALANCE_IN_PROGRESS };
  };
  group.answer({ ...shareOf(), heartbeat });
  await pass(1.5);
  assert.deepEqual(runs(), ['b-0', 'b-1']);
  assert.deepEqual([partition('b') === kept, kept.counts.starts], [true, 1], 'what stays goes on as it was');
});

const limited = (): Topology => {
  const sets = { payments: '{ home: eu-west, to: [us-east], topics: ["*"] }' };
  return mustParse(`${fileWith(sets)}links: { eu-west->us-east: { limit: 4MB/s } }\n`);
};

test('a worker that runs everything while the group is away keeps to its part of the limit', async (t) => {
  const { group, tell, runs, limit, pass } = memberWorker(t);
  group.answer(shareOf('a/0'));
  tell({ topics, topology: limited() });
  await pass(1.5);
  assert.deepEqual([runs(), limit()], [['a-0'], 1_000_000]);
  group.answer(gone);
  await pass(40);
  assert.deepEqual([runs().length, limit()], [4, 1_000_000]);
  group.answer(shareOf('a/0', 'a/1'));
  await pass(3);
  assert.deepEqual([runs(), limit()], [['a-0', 'a-1'], 2_000_000]);
});

test('a worker that was never a member has the whole limit', async (t) => {
  const { group, tell, runs, limit, pass } = memberWorker(t);
  group.answer(gone);
  tell({ topics, topology: limited() });
  await pass(40);
  assert.deepEqual([runs().length, limit()], [4, 4_000_000]);
});

const withAsia = mustParse(
  `${regionsText}  ap-south: { kafka: { bootstrap.servers: "ap:9092" } }\n` +
    'mirrors:\n  asia: { home: ap-south, to: [us-east], topics: [x] }\n' +
    '  payments: { home: eu-west, to: [us-east], topics: [a, b] }\n',
);
const withAsiaTopics = [decidedMirror('x', { set: 'asia', partitions: 1 }), ...topics];

test('a source whose settings cannot be resolved holds up neither other links nor the group', async (t) => {
  const unresolved = new Set(['ap-south']);
  const { group, tell, runs, pass, partition, worker } = memberWorker(t, unresolved);
  tell({ topology: withAsia, topics: withAsiaTopics });
  await pass(10);
  assert.deepEqual([group.count('joinGroup'), worker.group?.state], [1, 'member']);
  assert.equal(worker.group?.trouble, undefined);
  assert.deepEqual(runs(), ['a-0', 'a-1', 'b-0', 'b-1', 'x-0']);
  assert.equal(partition('a').state.name, 'starting', 'its source has not answered yet');
  const asia = partition('x');
  assert.ok(asia.state.name === 'waiting', asia.state.name);
  assert.match(
    `${asia.state.cause.code} ${asia.state.cause.message}`,
    /^CW-1018 the password of ap-south is not set$/,
  );
  tell({ topology: withAsia, topics: withAsiaTopics.slice(0, 2) });
  await pass(1);
  assert.deepEqual(runs(), ['a-0', 'a-1', 'x-0'], 'later changes are taken in');
  unresolved.clear();
  await pass(10);
  assert.equal(asia.state.name, 'starting', 'it is tried again by itself');
});

test('what fails while a share is taken in ends the worker, and is no trouble of the group', async (t) => {
  const { group, tell, pass, worker } = memberWorker(t);
  const topology = limited();
  const mirrors = new Map(topology.mirrors);
  tell({ topics, topology: { ...topology, mirrors } });
  mirrors.get = () => {
    throw new CausewayError('CW-3001', 'a defect that looks like an outage');
  };
  const finished = assert.rejects(worker.finished, /a defect/);
  await pass(1.5);
  await finished;
  assert.deepEqual([worker.group?.trouble, group.count('joinGroup')], [undefined, 1]);
});
