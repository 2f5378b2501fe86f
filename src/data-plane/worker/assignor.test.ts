// Who runs what: everything once, even, and as little moved as possible.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AssignableMember,
  type Assignment,
  assignByViews,
  assignPartitions,
  type ReadingMember,
} from './assignor.ts';

const named = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `t/${String(at).padStart(3, '0')}`);
const fresh = (...ids: string[]): AssignableMember[] => ids.map((id) => ({ id, runs: [] }));
const after = (assignment: Assignment, ...ids: string[]): AssignableMember[] =>
  ids.map((id) => ({ id, runs: assignment.get(id) ?? [] }));
const sizes = (assignment: Assignment): number[] => [...assignment.values()].map((each) => each.length);

/** How many partitions run elsewhere than before, of those that ran. */
function moved(before: Assignment, now: Assignment): number {
  let count = 0;
  for (const [id, partitions] of before) {
    count += partitions.filter((partition) => !(now.get(id) ?? []).includes(partition)).length;
  }
  return count;
}

test('nobody there, nothing to run', () => {
  assert.deepEqual(assignPartitions([], named(3)), new Map());
  assert.deepEqual(sizes(assignPartitions(fresh('a', 'b'), [])), [0, 0]);
});

test('neighbours land on different workers', () => {
  const { a, b } = Object.fromEntries(assignPartitions(fresh('b', 'a'), named(5)));
  assert.deepEqual(
    [a, b],
    [
      ['t/000', 't/002', 't/004'],
      ['t/001', 't/003'],
    ],
  );
});

test('a worker that comes takes its share, and nothing else moves', () => {
  const before = assignPartitions(fresh('a', 'b', 'c'), named(120));
  const now = assignPartitions(after(before, 'a', 'b', 'c', 'd'), named(120));
  assert.deepEqual(sizes(now), [30, 30, 30, 30]);
  assert.equal(moved(before, now), 30);
});

test('what a dead worker ran goes to the others, and nothing else moves', () => {
  const before = assignPartitions(fresh('a', 'b', 'c', 'd'), named(120));
  const now = assignPartitions(after(before, 'a', 'b', 'd'), named(120));
  assert.deepEqual(sizes(now), [40, 40, 40]);
  assert.equal(moved(before, now), 30);
});

test('busy topics are spread over workers that come one after the other, and go', () => {
  const all = Array.from({ length: 10_000 }, (_, at) => `topic-${1000 + Math.floor(at / 10)}/${at % 10}`);
  let now = assignPartitions(fresh('a'), all);
  for (const ids of ['ab', 'abc', 'abcd', 'abd', 'abde'].map((each) => each.split(''))) {
    now = assignPartitions(after(now, ...ids), all);
    for (const busy of [all.slice(0, 1_000), all.slice(4_000, 5_000), all.slice(-1_000)]) {
      const fair = busy.length / ids.length;
      for (const [id, partitions] of now) {
        const has = busy.filter((name) => partitions.includes(name)).length;
        assert.ok(Math.abs(has - fair) <= fair / 10, `${id} of ${ids.join('')} has ${has} of ${busy.length}`);
      }
    }
  }
});

const worlds = fc.record({
  members: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 6 }),
  count: fc.nat(60),
  claims: fc.array(fc.tuple(fc.nat(5), fc.nat(80)), { maxLength: 120 }),
});

test('everything runs once, shares are even to one, and no claim is lost without need', () => {
  fc.assert(
    fc.property(worlds, ({ members, count, claims }) => {
      const all = named(count);
      const runs = members.map((): string[] => []);
      for (const [who, which] of claims) runs[who]?.push(`t/${String(which).padStart(3, '0')}`);
      const input = members.map((id, at) => ({ id, runs: runs[at] ?? [] }));
      const found = assignPartitions(input, all);
      assert.deepEqual(found, assignPartitions(input.toReversed(), all.toReversed()), 'order does not count');
      if (members.length === 0) return;
      assert.deepEqual([...found.values()].flat().sort(), all);
      const counts = sizes(found);
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
      const lost = input.filter(({ id, runs: had }) => {
        const own = found.get(id) ?? [];
        const soleClaims = had.filter((each) => all.includes(each) && claimants(input, each) === 1);
        return (
          own.length < Math.floor(count / members.length) && soleClaims.some((each) => !own.includes(each))
        );
      });
      assert.deepEqual(lost, []);
    }),
  );
});

const claimants = (members: readonly AssignableMember[], partition: string): number =>
  members.filter(({ runs }) => runs.includes(partition)).length;

const views = fc.record({
  own: fc.uniqueArray(fc.nat(30)),
  members: fc.array(
    fc.record({ runs: fc.uniqueArray(fc.nat(40)), wants: fc.option(fc.uniqueArray(fc.nat(40))) }),
    { minLength: 1, maxLength: 5 },
  ),
});

test('whatever the members have read: all runs once, and with one that has read of it', () => {
  fc.assert(
    fc.property(views, ({ own, members }) => {
      const input = members.map(({ runs, wants }, at): ReadingMember => {
        const read = wants === null ? undefined : new Set(wants.map((each) => `t/${each}`));
        const ran = runs.map((each) => `t/${each}`);
        return { id: `m${at}`, wants: read, runs: ran.filter((each) => read?.has(each) ?? true) };
      });
      const ownView = own.map((each) => `t/${each}`);
      const found = assignByViews(input, ownView);
      const all = new Set([...ownView, ...input.flatMap(({ runs, wants }) => [...(wants ?? runs)])]);
      assert.deepEqual([...found.values()].flat().sort(), [...all].sort());
      for (const { id, wants } of input) {
        const unread = (found.get(id) ?? []).filter((name) => wants !== undefined && !wants.has(name));
        const readElsewhere = unread.filter((name) => input.some((each) => each.wants?.has(name)));
        assert.deepEqual(readElsewhere, []);
      }
      assert.deepEqual(
        found,
        assignByViews(input.toReversed(), ownView.toReversed()),
        'order does not count',
      );
    }),
  );
});

test('members that have read the same share it as the leader would, and what is new to it evenly', () => {
  const all = named(120);
  const before = assignPartitions(fresh('a', 'b', 'c', 'd'), all);
  const members = after(before, 'a', 'b', 'c', 'd').map((each) => ({ ...each, wants: new Set(all) }));
  assert.deepEqual(assignByViews(members, all), before);
  const late = assignByViews(members, all.slice(0, 40));
  assert.deepEqual([sizes(late), moved(before, late)], [[30, 30, 30, 30], 0]);
});
