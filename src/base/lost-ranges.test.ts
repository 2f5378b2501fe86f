// Ranges of lost offsets, held to a set of single offsets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isLost, type LostRange, type LostRanges, withLost } from './lost-ranges.ts';

const range = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 8 }))
  .map(([from, length]): LostRange => ({ from: BigInt(from), to: BigInt(from + length) }));

const offsetsOf = ({ from, to }: LostRange) =>
  Array.from({ length: Number(to - from) }, (_, at) => Number(from) + at);

test('ranges are what their offsets are together, in order and apart', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), range, (added, asked) => {
      const ranges = added.reduce<LostRanges>(withLost, []);
      const offsets = new Set(added.flatMap(offsetsOf));
      assert.deepEqual(
        ranges.flatMap(offsetsOf),
        [...offsets].sort((a, b) => a - b),
      );
      ranges.slice(1).forEach(({ from }, at) => assert.ok(from > (ranges[at]?.to ?? 0n), 'they touch'));
      assert.equal(
        isLost(ranges, asked),
        offsetsOf(asked).every((offset) => offsets.has(offset)),
      );
    }),
  );
});
