// What the goals say of made-up figures.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { LatencyResult } from '../latency/latency-run.ts';
import type { WorkResult } from '../measure/work-run.ts';
import { bestMirrorMaker, type Goal, workGoals } from './goals.ts';
import { latencyGoals, longLinkGoals } from './latency-report.ts';

const work = (contender: string, cost: number, more: Partial<WorkResult> = {}): WorkResult => ({
  contender,
  shape: '1kb-plain',
  round: 1,
  partitions: 8,
  records: 1,
  bytes: 1,
  problem: undefined,
  cpuSecondsPerGigabyte: cost,
  cpuSecondsPerMillionRecords: cost,
  megabytesPerSecond: 100,
  processors: 1,
  steadySeconds: 1,
  startSeconds: 1,
  cpuSecondsAll: 1,
  memoryBytesMax: 200e6,
  trend: [],
  ...more,
});

const latency = (contender: string, p99Ms: number | undefined): LatencyResult => {
  const others = { p50Ms: 1, p90Ms: 2, maxMs: 9, records: 5 };
  return { contender, rttMs: 80, round: 1, bytesPerSecond: 1, p99Ms, ...others };
};

const seenOf = (goals: readonly Goal[]) => goals.map(({ seen, reached }) => [seen, reached]);

test('Causeway is held to the cheapest setting of MirrorMaker 2, and to both paces of the relay', () => {
  const results = [
    work('causeway', 0.5),
    work('mirrormaker-1', 5),
    work('mirrormaker-4', 3),
    work('relay', 0.25),
    work('relay-paced', 0.5),
  ];
  assert.equal(bestMirrorMaker(results, '1kb-plain', 'cpuSecondsPerGigabyte')?.contender, 'mirrormaker-4');
  assert.deepEqual(seenOf(workGoals(results)), [
    [6, false],
    [1, true],
    [2, false],
    [200, true],
  ]);
});

test('the middle one of several rounds counts, and the largest memory', () => {
  const rounds = [0.4, 0.5, 9].map((cost, index) =>
    work('causeway', cost, { round: index + 1, memoryBytesMax: (index + 1) * 150e6 }),
  );
  assert.deepEqual(seenOf(workGoals([...rounds, work('mirrormaker-1', 5)])), [
    [10, true],
    [450, false],
  ]);
});

test('what was not measured is neither reached nor missed', () => {
  assert.deepEqual(seenOf(workGoals([work('mirrormaker-1', 5)])), [[undefined, undefined]]);
  assert.deepEqual(seenOf(latencyGoals([latency('causeway', 10)])), [[undefined, undefined]]);
});

test('latency is held to the best p99 of MirrorMaker 2; one that did not keep up is no measure', () => {
  const theirs = [latency('mirrormaker-1', undefined), latency('mirrormaker-1-latency', 30)];
  assert.deepEqual(seenOf(latencyGoals([latency('causeway', 12), ...theirs])), [[0.4, true]]);
  const set = [latency('causeway', 27), latency('causeway-latency', 6), latency('causeway-other', 3)];
  assert.deepEqual(seenOf(latencyGoals([...set, ...theirs])), [[0.2, true]], 'the better setting counts');
});

test('the long link has a goal for one partition and one for eight', () => {
  const results = [
    work('causeway', 1, { partitions: 1, megabytesPerSecond: 30 }),
    work('causeway', 1, { partitions: 8, megabytesPerSecond: 75 }),
  ];
  assert.deepEqual(seenOf(longLinkGoals(results)), [
    [30, true],
    [0.6, false],
  ]);
});
