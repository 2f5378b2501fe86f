// Shifted offsets against a model that writes logs: every small history of growing and shrinking shifts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  identicalOffsets,
  mustBeSegments,
  shiftAt,
  type ShiftSegment,
  type ShiftSegments,
  sourceFrom,
  sourceOf,
  targetFrom,
  targetOf,
  withSegment,
} from './shift-segments.ts';

/** What a mirror does: it copies some source offsets, then its shift grows (fillers) or shrinks (holes). */
interface Step {
  readonly copied: number;
  readonly change: number;
}

/** Writes a log step by step; `places` holds the target offset of every source offset that has one. */
function mirrored(steps: readonly Step[]) {
  const segments: ShiftSegment[] = [];
  const places = new Map<bigint, bigint>();
  let [source, target] = [0n, 0n];
  for (const { copied, change } of steps) {
    for (let each = 0; each < copied; each += 1) {
      places.set(source, target);
      source += 1n;
      target += 1n;
    }
    if (change > 0) target += BigInt(change);
    else source += BigInt(-change);
    // A change before anything was copied since the last one takes its segment's place.
    if (segments.at(-1)?.firstTargetOffset === target) segments.pop();
    segments.push({ firstTargetOffset: target, shift: target - source });
  }
  return { segments, places, ends: { source, target } };
}

function* histories(length: number): Generator<Step[]> {
  if (length === 0) return yield [];
  for (const before of histories(length - 1)) {
    for (const copied of [0, 1, 3]) {
      for (const change of [-2, -1, 1, 2]) yield [...before, { copied, change }];
    }
  }
}

test('without segments every offset is its own', () => {
  for (const offset of [0n, 1n, 2n ** 62n]) {
    assert.equal(shiftAt(identicalOffsets, offset), 0n);
    for (const turn of [targetOf, sourceOf, sourceFrom, targetFrom]) {
      assert.equal(turn(identicalOffsets, offset), offset);
    }
  }
});

test('a log that begins elsewhere: one constant from the first offset on', () => {
  const segments = [{ firstTargetOffset: 0n, shift: -1_000n }];
  assert.equal(targetOf(segments, 1_500n), 500n);
  assert.equal(sourceOf(segments, 500n), 1_500n);
  assert.equal(targetOf(segments, 999n), undefined);
  assert.equal(targetFrom(segments, 10n), 0n);
  assert.equal(sourceFrom(segments, 0n), 1_000n);
});

test('three fillers too many, given back at the next holes', () => {
  const segments = [
    { firstTargetOffset: 13n, shift: 3n },
    { firstTargetOffset: 23n, shift: 0n },
  ];
  assert.deepEqual(
    [9n, 10n, 19n, 20n, 22n, 23n].map((offset) => targetOf(segments, offset)),
    [9n, 13n, 22n, undefined, undefined, 23n],
  );
  assert.deepEqual(
    [9n, 10n, 12n, 13n, 22n, 23n].map((offset) => sourceOf(segments, offset)),
    [9n, undefined, undefined, 10n, 19n, 23n],
  );
  assert.deepEqual(
    [12n, 13n, 22n, 23n].map((offset) => shiftAt(segments, offset)),
    [0n, 3n, 3n, 0n],
  );
});

test('every history of up to three changes: both directions are what was written', () => {
  let seen = 0;
  for (let length = 1; length <= 3; length += 1) {
    for (const steps of histories(length)) {
      const { segments, places, ends } = mirrored(steps);
      const merged = segments.length < steps.length;
      mustBeSegments(segments);
      const back = new Map([...places].map(([source, target]) => [target, source]));
      const text = JSON.stringify(steps);
      for (let offset = 0n; offset < ends.source; offset += 1n) {
        const place = targetOf(segments, offset);
        // Two changes at one place are one: a hole at the source may then stand at a filler.
        const isHole = merged && places.get(offset) === undefined && !back.has(place ?? -1n);
        if (!isHole) assert.equal(place, places.get(offset), `${text}: source ${offset}`);
      }
      for (let offset = 0n; offset < ends.target; offset += 1n) {
        const place = sourceOf(segments, offset);
        const isFiller = merged && back.get(offset) === undefined && !places.has(place ?? -1n);
        if (!isFiller) assert.equal(place, back.get(offset), `${text}: target ${offset}`);
      }
      // Behind the last change everything goes on with its shift.
      assert.equal(targetOf(segments, ends.source + 7n), ends.target + 7n, text);
      assert.equal(sourceOf(segments, ends.target + 7n), ends.source + 7n, text);
      seen += 1;
    }
  }
  assert.equal(seen, 12 + 144 + 1_728);
});

test('every history: a cut at an offset of one side leaves the same records behind it on the other', () => {
  for (const steps of histories(2)) {
    const { segments, places, ends } = mirrored(steps);
    const text = JSON.stringify(steps);
    for (let cut = 0n; cut <= ends.target; cut += 1n) {
      const from = sourceFrom(segments, cut);
      for (const [source, target] of places) assert.equal(source >= from, target >= cut, `${text}: ${cut}`);
    }
    for (let cut = 0n; cut <= ends.source; cut += 1n) {
      const from = targetFrom(segments, cut);
      for (const [source, target] of places) assert.equal(target >= from, source >= cut, `${text}: ${cut}`);
    }
  }
});

test('lists that no mirror can have written are refused', () => {
  const segment = (firstTargetOffset: bigint, shift: bigint) => ({ firstTargetOffset, shift });
  assert.throws(() => mustBeSegments([segment(5n, 1n), segment(5n, 2n)]), /segment 1 .*not behind/);
  assert.throws(() => mustBeSegments([segment(5n, 1n), segment(4n, 1n)]), /not behind/);
  assert.throws(() => mustBeSegments([segment(5n, 1n), segment(6n, 3n)]), /begins before .* at the source/);
  const fine = [segment(5n, 1n), segment(6n, 2n)];
  assert.equal(mustBeSegments(fine), fine);
});

test('a segment is put in its place, and what it shows to hold nothing goes', () => {
  const segment = (firstTargetOffset: bigint, shift: bigint) => ({ firstTargetOffset, shift });
  const add = (...added: [bigint, bigint][]) =>
    added.reduce<ShiftSegments>((list, [from, shift]) => withSegment(list, segment(from, shift)), []);
  assert.deepEqual(add([10n, 2n], [20n, 0n]), [segment(10n, 2n), segment(20n, 0n)]);
  assert.deepEqual(add([20n, 0n]), []);
  assert.deepEqual(add([10n, 2n], [20n, 1n], [20n, 2n]), [segment(10n, 2n)], 'taken back');
  assert.deepEqual(add([20n, 0n], [10n, 2n], [20n, 0n]), [segment(10n, 2n), segment(20n, 0n)]);
  // Announced at 10, where a filler landed: what came next stands at 11, two further than its offset.
  assert.deepEqual(add([10n, 1n], [11n, 2n]), [segment(11n, 2n)]);
  assert.deepEqual(add([11n, 2n], [10n, 1n]), [segment(11n, 2n)], 'however late');
});
