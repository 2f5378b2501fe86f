// What the ledger's records of shifts add up to, in whatever order they were found and written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mustBeSegments, shiftAt, shiftKey } from '../base/shift-segments.ts';
import type { PartitionShifted } from './records.ts';
import { foldShifts } from './shifts.ts';

const shifted = (firstTargetOffset: bigint, shift: bigint, targetTopicId = 'id-1'): PartitionShifted => ({
  kind: 'shifted',
  set: 'payments',
  targetTopicId,
  topic: 'ledger',
  partition: 0,
  firstTargetOffset,
  shift,
  recordedAtMs: 0,
});
const segmentsOf = (records: readonly PartitionShifted[]) =>
  foldShifts(records).get(shiftKey('id-1', 0)) ?? [];
const anyShift = fc.tuple(fc.bigInt({ min: 0n, max: 12n }), fc.bigInt({ min: -6n, max: 6n }));

test('whatever was recorded, in any order, gives segments of one log', () => {
  const property = fc.property(fc.array(anyShift, { maxLength: 12 }), (found) => {
    const segments = segmentsOf(found.map(([from, shift]) => shifted(from, shift)));
    mustBeSegments(segments);
    segments.forEach(({ shift }, index) => assert.notEqual(shift, segments[index - 1]?.shift ?? 0n));
  });
  fc.assert(property, { numRuns: 5_000 });
});

test('what was found last is in force behind it', () => {
  const property = fc.property(fc.array(anyShift, { minLength: 1, maxLength: 12 }), (found) => {
    const inOrder = found.toSorted(([a], [b]) => Number(a - b));
    const [from, shift] = inOrder.at(-1) ?? assert.fail('there is one');
    const segments = segmentsOf(inOrder.map((each) => shifted(...each)));
    assert.equal(shiftAt(segments, from), shift);
  });
  fc.assert(property, { numRuns: 2_000 });
});

test('in which order places were found and written makes no difference', () => {
  const byPlace = fc.uniqueArray(anyShift, { selector: ([from]) => from, maxLength: 12 });
  const property = fc.property(byPlace, fc.infiniteStream(fc.nat()), (found, keys) => {
    const keyed = found.map((each) => [keys.next().value as number, each] as const);
    const other = keyed.toSorted(([a], [b]) => a - b).map(([, each]) => each);
    const [one, another] = [found, other].map((list) => segmentsOf(list.map((each) => shifted(...each))));
    assert.deepEqual(one, another);
  });
  fc.assert(property, { numRuns: 2_000 });
});

test('a worker’s late record is ended by what another one recorded behind it', () => {
  const records = [shifted(334n, 2n), shifted(361n, 2n), shifted(360n, 1n)];
  assert.deepEqual(segmentsOf(records), [{ firstTargetOffset: 334n, shift: 2n }]);
});

test('a topic that was created anew begins identical', () => {
  const folded = foldShifts([shifted(5n, 2n, 'id-0')]);
  assert.deepEqual(folded.get(shiftKey('id-1', 0)), undefined);
  assert.deepEqual(folded.get(shiftKey('id-0', 0)), [{ firstTargetOffset: 5n, shift: 2n }]);
});
