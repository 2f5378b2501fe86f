// What the fillers' table and goals say of made-up figures.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fillGoals, fillText } from './fill-report.ts';
import type { FillResult } from './fill-run.ts';

const result = (part: FillResult['part'], more: Partial<FillResult>): FillResult => ({
  part,
  round: 1,
  offsets: 2_000_001,
  seconds: 20,
  perSecond: 100_000,
  cpuSecondsPerMillion: 2,
  memoryBytesMax: 100e6,
  ...more,
});

test('the slowest round counts, and a shorter prefix has less time', () => {
  const results = [
    result('direct', { perSecond: 90_000 }),
    result('direct', { perSecond: 49_999, round: 2 }),
    result('prefix', { offsets: 5_000_000, seconds: 5 }),
    result('prefix', { offsets: 5_000_000, seconds: 7, round: 2 }),
  ];
  const seen = fillGoals(results).map((goal) => [goal.wanted, goal.seen, goal.reached]);
  assert.deepEqual(seen, [
    ['≥ 50000', 49_999, false],
    ['≤ 60', 70, false],
  ]);
});

test('what was not measured has no goal, and what went too fast to say is not taken for reached', () => {
  assert.deepEqual(fillGoals([result('coordinated', {})]), []);
  const [goal] = fillGoals([result('direct', { perSecond: undefined })]);
  assert.equal(goal?.reached, undefined);
});

test('a row for each part, with its spread; the coordinator’s has no process of its own', () => {
  const lines = fillText([
    result('coordinated', { offsets: 2_001, perSecond: 150, seconds: 14 }),
    result('direct', {}),
    result('direct', { round: 2, perSecond: 120_000 }),
  ]).split('\n');
  assert.match(lines[1] ?? '', /^fillers, directly +2000001 +110000 +100000-120000 +20\.0 +2\.00 +100$/);
  assert.match(lines[2] ?? '', /^fillers, by the coordinator +2001 +150 +14\.0$/);
  assert.equal(lines.length, 3);
});
