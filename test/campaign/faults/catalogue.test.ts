// The catalogue has what the campaign promises: each fault of each family, and named points enough.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pointName, requestKinds, stages } from '../wire/wire-orders.ts';
import { catalogue, kindNames } from './catalogue.ts';

const kinds = catalogue(3);
const names = kindNames(kinds);

/** What has to be there, and the kinds that are it. */
const promised: Readonly<Record<string, readonly string[]>> = {
  'a process killed': [
    'worker killed',
    'controller killed',
    'source broker killed',
    'target broker killed',
    'source region killed',
    'target region killed',
  ],
  'a process paused and resumed late': [
    'worker frozen and woken late',
    'controller frozen and woken late',
    'source broker frozen',
    'target broker frozen',
    'worker stands still at a point',
    'worker sleeps with data under way',
    'worker sleeps with its guard open',
  ],
  'out of memory': ['worker out of memory'],
  'two at once': [
    'two workers killed',
    'controller and worker killed',
    'worker and target broker killed',
    'source two brokers killed',
    'target two brokers killed',
  ],
  'a crash at a named point': ['worker killed at a point', 'worker killed with its guard open'],
  'a cut': ['link cut, refused'],
  'a one-way cut': ['link cut one way, requests', 'link cut one way, answers'],
  'a half cut': ['link half cut: data cut, control open'],
  'a flapping link': ['link flapping'],
  'a cut of 43 s': ['link cut for 43 s'],
  'a black hole': ['link cut, a black hole'],
  resets: ['link resets'],
  '10 to 300 ms': ['link 10 to 300 ms'],
  '64 kbit/s': ['link 64 kbit/s'],
  'loss by stall': ['link loss by stall'],
  'a cut in the middle of a frame': ['connection cut in the middle of a frame'],
  'answers lost': ['answers lost'],
  'requests repeated': ['requests repeated'],
  'a full disk': ['target disk full'],
  'a read-only disk': ['target disk read-only'],
  'a slow disk': ['target disk slow'],
  'a deleted checkpoint file': [
    'source broker without a checkpoint file',
    'target broker without a checkpoint file',
  ],
  'a clean election': ['clean elections at the source', 'clean elections at the target'],
  'an unclean election': ['unclean election at the source'],
  'a reassignment': ['reassignment at the source', 'reassignment at the target'],
  'a partition increase': ['partitions added'],
  'delete and re-create': ['topic deleted and created again', 'a copy deleted'],
  'delete-records': ['copied records deleted', 'records deleted that were not copied'],
  'short retention': ['retention overtakes the copy'],
  'an eager cleaner': ['eager cleaner'],
  'settings changed': ['settings changed'],
  'a quota': ['quota at the source', 'quota at the target'],
  'a coordinator move': ['coordinators moved'],
  'a rolling restart': ['source rolling restart', 'target rolling restart'],
  'a transaction time-out': ['transaction left to its time-out'],
};

for (const [what, wanted] of Object.entries(promised)) {
  test(`the catalogue has ${what}`, () => {
    const missing = wanted.filter((name) => !names.includes(name));
    assert.deepEqual(missing, []);
  });
}

test('there are at least 40 kinds, and 30 points to crash at', () => {
  assert.ok(names.length >= 40, `${names.length} kinds`);
  const points = requestKinds.flatMap((kind) => stages.map((stage) => pointName(kind, stage)));
  assert.ok(new Set(points).size >= 30, `${points.length} points`);
});

test('whatever breaks takes hold of something', () => {
  const free = kinds.filter(({ things }) => things.length === 0).map(({ name }) => name);
  assert.deepEqual(free, []);
});
