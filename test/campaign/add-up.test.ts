// Pieces come to a whole only where they are long enough, reached everything often enough, and found nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addUp, crashPointsMin, kindsMin, type Piece } from './add-up.ts';
import { reachedMin, type State, states } from './coverage.ts';

const numbered = <T>(count: number, value: T) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`number ${at}`, value]));

const half: Piece = {
  commit: 'abc',
  seed: 1,
  minutes: 30,
  faultsByKind: numbered(kindsMin, { begun: 2, tookEffect: 1 }),
  crashPoints: numbered(crashPointsMin, 1),
  records: 1_000,
  acknowledged: 900,
  seenByReaders: 1_800,
  stopsByCause: { 'CW-2003': 1 },
  coverage: Object.fromEntries(states.map((state) => [state, reachedMin / 2])) as Record<State, number>,
  violations: [],
};

test('two halves that have everything are enough', () => {
  const sum = addUp([half, { ...half, seed: 2 }]);
  assert.deepEqual(sum.missing, []);
  assert.equal(sum.minutes, 60);
  assert.equal(sum.records, 2_000);
  assert.deepEqual(sum.stopsByCause, { 'CW-2003': 2 });
  assert.deepEqual(sum.faultsByKind['number 0'], { begun: 4, tookEffect: 2 });
});

test('what is missing is named', () => {
  const [rare] = states;
  const poor: Piece = {
    ...half,
    minutes: 29,
    coverage: { ...half.coverage, [rare]: 0 },
    faultsByKind: numbered(kindsMin - 1, { begun: 1, tookEffect: 1 }),
    crashPoints: numbered(crashPointsMin - 1, 1),
    violations: ['round 1: lost'],
  };
  assert.deepEqual(addUp([poor, poor]).missing, [
    '58 of 60 minutes',
    `${kindsMin - 1} of ${kindsMin} kinds of faults took effect`,
    `${crashPointsMin - 1} of ${crashPointsMin} crash points`,
    `"${rare}": 0 of ${reachedMin}`,
    '2 violations',
  ]);
});
