// What a worker does with pauses and resumes, without brokers: the start procedures fail as the test wants.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CausewayError } from '../../base/errors.ts';
import type { DesiredPause, DesiredResume } from '../../ledger/records.ts';
import { fileWith, mustParse } from '../../topology/file-for-tests.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { StateName } from '../mirror/partition-state.ts';
import { workerForTests } from './worker-for-tests.ts';

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

/** Lets start procedures that can end come to their end. */
async function stand(partition: MirrorPartition, name: StateName): Promise<void> {
  for (let turns = 0; turns < 1_000 && partition.state.name !== name; turns += 1) await turn();
  assert.equal(partition.state.name, name);
}

test('a resume starts a stopped partition again, once', async (t) => {
  const { tell, partition } = workerForTests(t, { trouble: defect });
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
  const { tell, partition } = workerForTests(t, { trouble: defect });
  tell({ resumes: [resume('*', 1)] });
  const a = partition('a');
  await stand(a, 'stopped');
  tell({ resumes: [resume('*', 1)] });
  assert.equal(a.counts.starts, 1);
});

test('a waiting partition does not sit out its time when it is resumed', async (t) => {
  const { tell, partition, failWith } = workerForTests(t, { trouble: defect });
  failWith(outage);
  tell({});
  const a = partition('a');
  await stand(a, 'waiting');
  failWith();
  tell({ resumes: [resume('*', 1)] });
  assert.equal(a.state.name, 'starting');
});

test('a start that was under way when it was resumed, and then stops, is made once more', async (t) => {
  const { clock, tell, partition, failWith } = workerForTests(t, { trouble: defect });
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
  const { tell, partition } = workerForTests(t, { trouble: defect });
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
    return mustParse(`${fileWith(sets)}links: { eu-west->us-east: { limit: ${limit} } }\n`);
  };
  const { tell, limit, partition } = workerForTests(t, { trouble: defect });
  tell({});
  assert.equal(limit(), undefined);
  const { starts } = partition('a').counts;
  tell({ topology: topologyWith('2MB/s') });
  assert.equal(limit(), 2_000_000);
  tell({ topology: topologyWith('8Mbit/s') });
  assert.equal(limit(), 1_000_000);
  assert.equal(partition('a').counts.starts, starts, 'nothing starts anew for that');
});

test('the rate of the running comparison comes with the topology: low, a part of a limit, or none', (t) => {
  const topologyWith = (link: string) => {
    const sets = { payments: '{ home: eu-west, to: [us-east], topics: ["*"] }' };
    return mustParse(`${fileWith(sets)}links: { eu-west->us-east: { ${link} } }\n`);
  };
  const { tell, worker } = workerForTests(t, { trouble: defect });
  tell({});
  assert.equal(worker.verifyBytesPerSecond('eu-west'), 1_000_000);
  for (const [link, rate] of [
    ['limit: 2MB/s', 200_000],
    ['limit: 200MB/s', 1_000_000],
    ['limit: 2MB/s, verify: 5MB/s', 5_000_000],
    ['verify: 0B/s', 0],
  ] as const) {
    tell({ topology: topologyWith(link) });
    assert.equal(worker.verifyBytesPerSecond('eu-west'), rate, link);
  }
});
