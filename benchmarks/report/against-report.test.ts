// What two checkouts side by side come to.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { WorkResult } from '../measure/work-run.ts';
import { againstGoals, againstRatio, againstText } from './against-report.ts';
import { workResult } from './result-for-tests.ts';

const round = (number: number, ours: number, theirs: number | undefined): WorkResult[] => [
  workResult('causeway', ours, { round: number }),
  workResult('causeway-against', theirs, { round: number }),
];
/** A machine that is twice as busy in the third round. */
const results = [
  ...round(1, 0.5, 0.5),
  ...round(2, 0.53, 0.5),
  ...round(3, 1.1, 1),
  ...round(4, 9, undefined),
];

test('rounds are compared each by itself, and one of which half is missing does not count', () => {
  const spread = againstRatio(results, '1kb-plain');
  assert.deepEqual([spread?.count, spread?.median, spread?.min, spread?.max], [3, 1.06, 1, 1.1]);
  assert.equal(againstRatio(results, '1kb-lz4'), undefined);
});

test('the median is held to the goal, and a shape without a whole round is not measured', () => {
  const goals = againstGoals([...results, workResult('causeway', 1, { shape: '1kb-lz4' })]);
  assert.deepEqual(
    goals.map(({ wanted, seen, reached }) => [wanted, seen, reached]),
    [
      ['≤ 1.05×', 1.06, false],
      ['≤ 1.05×', undefined, undefined],
    ],
  );
  assert.equal(againstGoals(results.slice(0, 2))[0]?.reached, true);
});

test('the table has a row for each shape', () => {
  const [, row = '', ...more] = againstText(results).split('\n');
  assert.match(row, /^1 KB records, 53 KB batches, plain +3\.00 +1\.06 +1\.00 +1\.10$/);
  assert.deepEqual(more, []);
});
