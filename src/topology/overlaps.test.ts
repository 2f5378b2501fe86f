// Topics that several mirror sets mean: two copies into one region, circles, and what is allowed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeOverlap, findOverlaps, findStaticOverlaps, type OverlapSet } from './overlaps.ts';

const set = (
  name: string,
  home: string,
  to: string[],
  topics: string[],
  exclude: string[] = [],
): OverlapSet => {
  return { name, home, to, topics, exclude };
};
const among = (sets: readonly OverlapSet[], names: readonly string[]) =>
  findOverlaps({ mirrors: new Map(sets.map((each) => [each.name, each])) }, names).map(describeOverlap);

test('one topic in two sets with one target', () => {
  const sets = [set('a', 'eu', ['us'], ['pay*']), set('b', 'ap', ['us', 'sa'], ['*.eu'])];
  assert.deepEqual(among(sets, ['pay.eu', 'pay.de.eu', 'pay', 'x.eu']), [
    'topic pay.eu (and 1 more) is in the mirror sets a and b, and both copy it to us',
  ]);
});

test('A→B and B→A on one topic are a circle; on two topics they are not', () => {
  const circle = [set('a', 'eu', ['us'], ['t', 'u']), set('b', 'us', ['eu'], ['t', 'v'])];
  assert.deepEqual(among(circle, ['t', 'u', 'v']), [
    'topic t goes in a circle, eu → us → eu, by the mirror sets a and b',
  ]);
  assert.deepEqual(among([set('a', 'eu', ['us'], ['u']), set('b', 'us', ['eu'], ['v'])], ['u', 'v']), []);
});

test('a chain and a fan are allowed', () => {
  const chain = [set('a', 'eu', ['us'], ['t']), set('b', 'us', ['ap'], ['t'])];
  assert.deepEqual(among(chain, ['t']), []);
  assert.deepEqual(among([set('a', 'eu', ['us', 'ap', 'sa'], ['t'])], ['t']), []);
  assert.deepEqual(among([set('a', 'eu', ['us'], ['t']), set('b', 'eu', ['ap'], ['t'])], ['t']), []);
});

test('what is excluded, internal or absent does not overlap', () => {
  const sets = [set('a', 'eu', ['us'], ['*'], ['t']), set('b', 'eu', ['us'], ['t', '__x', 'causeway.y'])];
  assert.deepEqual(among(sets, ['t', '__x', 'causeway.y']), []);
});

test('real topics and brute force agree', () => {
  const regions = ['eu', 'us', 'ap'];
  const pattern = fc.constantFrom('a*', '*b', 'ab', 'a', '*', 'b*a');
  const oneSet = fc.record({
    home: fc.constantFrom(...regions),
    to: fc.uniqueArray(fc.constantFrom(...regions), { minLength: 1 }),
    topics: fc.array(pattern, { minLength: 1, maxLength: 3 }),
    exclude: fc.array(pattern, { maxLength: 1 }),
  });
  const names = ['a', 'b', 'ab', 'ba', 'abb', 'bxa'];
  const matches = (patterns: readonly string[], name: string) =>
    patterns.some((each) => new RegExp(`^${each.replaceAll('*', '.*')}$`).test(name));
  fc.assert(
    fc.property(fc.array(oneSet, { maxLength: 4 }), (drafts) => {
      const sets = drafts.map((draft, index) => ({ ...draft, name: `s${index}` }));
      const found = findOverlaps({ mirrors: new Map(sets.map((each) => [each.name, each])) }, names);
      const doubled = new Map<string, number>();
      for (const name of names) {
        const sharing = sets.filter(
          ({ topics, exclude }) => matches(topics, name) && !matches(exclude, name),
        );
        for (const region of regions) {
          if (sharing.filter(({ to }) => to.includes(region)).length > 1) {
            doubled.set(region, (doubled.get(region) ?? 0) + 1);
          }
        }
      }
      const told = new Set(
        found.filter(({ kind }) => kind === 'same-target').map(({ regions: [region] }) => region),
      );
      assert.deepEqual(told, new Set(doubled.keys()));
    }),
  );
});

test('patterns that meet are found without a cluster; those that cannot meet are not', () => {
  const both = (a: string, b: string) =>
    findStaticOverlaps([set('a', 'eu', ['us'], [a]), set('b', 'eu', ['us'], [b])]).map(({ topic }) => topic);
  assert.deepEqual(both('pay*', '*.eu'), ['pay.eu']);
  assert.deepEqual(both('pay*', 'pax*'), []);
  assert.deepEqual(both('*', '*'), ['any']);
  assert.deepEqual(both('pay', 'p*'), ['pay']);
});

test('ten thousand patterns that all meet are given up within the effort, and something is found', () => {
  const many = (prefix: string) => Array.from({ length: 5_000 }, (_, index) => `${prefix}*${index}*x*`);
  const found = findStaticOverlaps([set('a', 'eu', ['us'], many('p')), set('b', 'eu', ['us'], many('p'))]);
  assert.equal(found.length, 1);
  assert.ok((found[0]?.topicCount ?? 0) > 0);
});
