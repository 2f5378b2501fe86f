// What the goals say of made-up figures.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { LatencyResult } from '../latency/latency-run.ts';
import { bestMirrorMaker, type Goal, workGoals } from './goals.ts';
import { workResult } from './result-for-tests.ts';
import { latencyGoals, longLinkGoals } from './latency-report.ts';

const latency = (contender: string, p99Ms: number | undefined): LatencyResult => {
  const others = { p50Ms: 1, p90Ms: 2, maxMs: 9, records: 5 };
  return { contender, rttMs: 80, round: 1, bytesPerSecond: 1, p99Ms, ...others };
};

const seenOf = (goals: readonly Goal[]) => goals.map(({ seen, reached }) => [seen, reached]);

test('Causeway is held to the cheapest setting of MirrorMaker 2, and to both paces of the relay', () => {
  const results = [
    workResult('causeway', 0.5),
    workResult('mirrormaker-1', 5),
    workResult('mirrormaker-4', 3),
    workResult('relay', 0.25),
    workResult('relay-paced', 0.5),
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
    workResult('causeway', cost, { round: index + 1, memoryBytesMax: (index + 1) * 150e6 }),
  );
  assert.deepEqual(seenOf(workGoals([...rounds, workResult('mirrormaker-1', 5)])), [
    [10, true],
    [450, false],
  ]);
});

test('what was not measured is neither reached nor missed', () => {
  assert.deepEqual(seenOf(workGoals([workResult('mirrormaker-1', 5)])), [[undefined, undefined]]);
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
    workResult('causeway', 1, { partitions: 1, megabytesPerSecond: 30 }),
    workResult('causeway', 1, { partitions: 8, megabytesPerSecond: 75 }),
  ];
  assert.deepEqual(seenOf(longLinkGoals(results)), [
    [30, true],
    [0.6, false],
  ]);
});
