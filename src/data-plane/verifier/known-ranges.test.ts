// What is known to differ, as looks come and go: against the same in a plain set of offsets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { identicalOffsets } from '../../base/shift-segments.ts';
import type { Difference } from './differences.ts';
import { type KnownRange, placeOf, rangesKeptMax, withFound } from './known-ranges.ts';

const different = (from: number, to: number): Difference => ({
  kind: 'different',
  from: BigInt(from),
  to: BigInt(to),
  detail: 'value',
});
const looked = (from: number, to: number) => ({ from: BigInt(from), to: BigInt(to) });
const shown = (ranges: readonly KnownRange[]) =>
  ranges.map(({ kind, firstOffset, endOffset }) => `${kind} ${firstOffset}..${endOffset}`);

test('a look takes the place of what was known of the same offsets, and of nothing else', () => {
  const { ranges } = withFound([], looked(0, 100), [different(10, 20), different(40, 60)], []);
  const half = withFound(ranges, looked(45, 50), [], []);
  assert.deepEqual(shown(half.ranges), ['different 10..20', 'different 40..45', 'different 50..60']);
  const found = withFound(half.ranges, looked(0, 45), [different(41, 45)], []);
  assert.deepEqual(shown(found.ranges), ['different 41..45', 'different 50..60']);
});

test('two looks side by side make one range', () => {
  const first = withFound([], looked(0, 50), [different(45, 50)], []);
  const second = withFound(first.ranges, looked(50, 100), [different(50, 60)], []);
  assert.deepEqual(shown(second.ranges), ['different 45..60']);
});

test('ranges beyond those that are kept are counted', () => {
  const found = Array.from({ length: rangesKeptMax + 3 }, (_, at) => different(at * 10, at * 10 + 1));
  const { ranges, left } = withFound([], looked(0, 1_000), found, []);
  assert.deepEqual([ranges.length, left], [rangesKeptMax, 3]);
});

test('a range that names target offsets is found again at its source offsets', () => {
  const segments = [{ firstTargetOffset: 20n, shift: 5n }];
  const extra: Difference = { kind: 'extra', from: 30n, to: 32n, detail: 'only the target has it' };
  const [range] = withFound([], looked(0, 100), [extra], segments).ranges;
  assert.ok(range !== undefined);
  assert.deepEqual([range.firstOffset, range.sourceOffset], [30n, 25n]);
  assert.deepEqual(placeOf(range), { from: 24n, to: 28n });
  assert.deepEqual(withFound([range], placeOf(range), [], segments).ranges, []);
});

test('any looks at any offsets leave what a set of offsets would hold', () => {
  const look = fc
    .tuple(fc.nat(40), fc.nat(40), fc.array(fc.nat(40), { maxLength: 4 }))
    .map(([a, b, bad]) => ({ from: Math.min(a, b), to: Math.max(a, b), bad }));
  fc.assert(
    fc.property(fc.array(look, { maxLength: 8 }), (looks) => {
      const expected = new Set<number>();
      let ranges: readonly KnownRange[] = [];
      for (const { from, to, bad } of looks) {
        for (let at = from; at < to; at += 1) expected.delete(at);
        const inside = [...new Set(bad)].filter((at) => at >= from && at < to).sort((a, b) => a - b);
        for (const at of inside) expected.add(at);
        const found = inside.map((at) => different(at, at + 1));
        const result = withFound(ranges, looked(from, to), found, identicalOffsets);
        fc.pre(result.left === 0);
        ranges = result.ranges;
      }
      const held = ranges.flatMap(({ firstOffset, endOffset }) =>
        Array.from({ length: Number(endOffset - firstOffset) }, (_, at) => Number(firstOffset) + at),
      );
      assert.deepEqual(
        held,
        [...expected].sort((a, b) => a - b),
      );
    }),
  );
});
