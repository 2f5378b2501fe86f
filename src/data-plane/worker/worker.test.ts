// What a worker does with pauses and resumes, without brokers: the start procedures fail as the test wants.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CausewayError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { DesiredPause, DesiredResume } from '../../ledger/records.ts';
import { decidedMirror } from '../../ledger/decided-for-tests.ts';
import { fileWith } from '../../topology/file-for-tests.ts';
import { parseTopology } from '../../topology/parse-topology.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { StateName } from '../mirror/partition-state.ts';
import type { AssignmentView } from './assignment.ts';
import { Worker } from './worker.ts';

const defect = new TypeError('a defect stops a partition until somebody mends it');
const outage = new CausewayError('CW-3001', 'nobody answers');

const asked = { set: 'payments', actor: 'ada', reason: '' } as const;
const pause = (topic: string): DesiredPause => ({ kind: 'pause', topic, pausedAtMs: 1, ...asked });
const resume = (topic: string, resumedAtMs: number): DesiredResume => ({
  kind: 'resume',
  topic,
  resumedAtMs,
  ...asked,
});

function site(t: TestContext) {
  const parsed = parseTopology({
    text: fileWith({ payments: '{ home: eu-west, to: [us-east], topics: ["*"] }' }),
    file: 'causeway.yaml',
  });
  assert.ok('topology' in parsed);
  const { topology } = parsed;
  let trouble = (): Promise<never> => Promise.reject(defect);
  const cluster: KafkaCluster = {
    metadata: () => trouble(),
    connect: () => trouble(),
    close: () => Promise.resolve(),
  };
  let tell: (view: AssignmentView) => void = () => assert.fail('nobody follows');
  const clock = manualClock();
  const worker = new Worker({
    name: 'w1',
    region: 'us-east',
    clusterOf: () => cluster,
    ledger: {
      follow: (onChange) => {
        tell = onChange;
        return Promise.resolve();
      },
      readFences: () => trouble(),
      writeObserved: () => Promise.resolve(),
    },
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
  worker.start();
  t.after(() => worker.stop());
  const limit = () => worker.engines.get('eu-west')?.turns.limitBytesPerSecond;
  const view = { topology, topics: [decidedMirror('a'), decidedMirror('b')], pauses: [], resumes: [] };
  return {
    clock,
    limit,
    /** How start procedures fail from now on; without an error they never end. */
    failWith: (error?: Error) => {
      trouble = () => (error === undefined ? new Promise(() => undefined) : Promise.reject(error));
    },
    tell: (change: Partial<AssignmentView>) => tell({ ...view, ...change }),
    partition: (topic: string): MirrorPartition =>
      worker.partitions.find(({ spec }) => spec.topic === topic) ?? assert.fail(topic),
  };
}

/** Lets start procedures that can end come to their end. */
async function stand(partition: MirrorPartition, name: StateName): Promise<void> {
  for (let turns = 0; turns < 1_000 && partition.state.name !== name; turns += 1) await turn();
  assert.equal(partition.state.name, name);
}

test('a resume starts a stopped partition again, once', async (t) => {
  const { tell, partition } = site(t);
  tell({});
  const [a, b] = [partition('a'), partition('b')];
  await stand(a, 'stopped');
  await stand(b, 'stopped');
  tell({ resumes: [resume('a', 1)] });
  assert.deepEqual([a.counts.starts, b.counts.starts], [2, 1], 'only the topic that was named');
  await stand(a, 'stopped');
  tell({ resumes: [resume('a', 1)] });
  assert.equal(a.counts.starts, 2, 'the same request');
  tell({ resumes: [resume('a', 2)] });
  assert.equal(a.counts.starts, 3, 'another request');
  await stand(a, 'stopped');
  tell({ resumes: [resume('a', 2), resume('*', 1)] });
  assert.deepEqual([a.counts.starts, b.counts.starts], [4, 2], 'the whole set');
});

test('a resume from before a partition was taken on is not for its stop', async (t) => {
  const { tell, partition } = site(t);
  tell({ resumes: [resume('*', 1)] });
  const a = partition('a');
  await stand(a, 'stopped');
  tell({ resumes: [resume('*', 1)] });
  assert.equal(a.counts.starts, 1);
});

test('a waiting partition does not sit out its time when it is resumed', async (t) => {
  const { tell, partition, failWith } = site(t);
  failWith(outage);
  tell({});
  const a = partition('a');
  await stand(a, 'waiting');
  failWith();
  tell({ resumes: [resume('*', 1)] });
  assert.equal(a.state.name, 'starting');
});

test('a start that was under way when it was resumed, and then stops, is made once more', async (t) => {
  const { clock, tell, partition, failWith } = site(t);
  failWith(outage);
  tell({});
  const a = partition('a');
  await stand(a, 'waiting');
  failWith(defect);
  tell({ resumes: [resume('*', 1)] });
  assert.equal(a.state.name, 'starting');
  tell({ resumes: [resume('*', 2)] });
  await stand(a, 'stopped');
  assert.equal(a.counts.starts, 2);
  for (let seconds = 0; seconds < 3; seconds += 1) {
    clock.advance(1_000);
    for (let turns = 0; turns < 20; turns += 1) await turn();
    assert.deepEqual([a.state.name, a.counts.starts], ['stopped', 3], 'once more, and no more than that');
  }
});

test('a resume does not end a pause, and the end of a pause starts once', async (t) => {
  const { tell, partition } = site(t);
  tell({ pauses: [pause('a')] });
  const a = partition('a');
  tell({ pauses: [pause('a')], resumes: [resume('*', 1)] });
  assert.deepEqual([a.state.name, a.counts.starts], ['paused', 0]);
  tell({ resumes: [resume('*', 1), resume('a', 2)] });
  await stand(a, 'stopped');
  tell({ resumes: [resume('*', 1), resume('a', 2)] });
  assert.equal(a.counts.starts, 1);
});

test('a limit reaches the engine with the topology', (t) => {
  const topologyWith = (limit: string) => {
    const sets = { payments: '{ home: eu-west, to: [us-east], topics: ["*"] }' };
    const text = `${fileWith(sets)}links: { eu-west->us-east: { limit: ${limit} } }\n`;
    const parsed = parseTopology({ text, file: 'causeway.yaml' });
    return 'topology' in parsed ? parsed.topology : assert.fail('the file is wrong');
  };
  const { tell, limit, partition } = site(t);
  tell({});
  assert.equal(limit(), undefined);
  const { starts } = partition('a').counts;
  tell({ topology: topologyWith('2MB/s') });
  assert.equal(limit(), 2_000_000);
  tell({ topology: topologyWith('8Mbit/s') });
  assert.equal(limit(), 1_000_000);
  assert.equal(partition('a').counts.starts, starts, 'nothing starts anew for that');
});
