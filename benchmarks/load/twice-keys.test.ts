// Of keys that come twice half of the records stay, all along the log.
import assert from 'node:assert/strict';
import test from 'node:test';
import { twiceKeys } from './twice-keys.ts';

const count = 20_000;
const keys = [...twiceKeys(count, 7)];

test('every key comes twice', () => {
  const times = new Map<number, number>();
  for (const key of keys) times.set(key, (times.get(key) ?? 0) + 1);
  assert.equal(keys.length, count);
  assert.deepEqual([...new Set(times.values())], [2]);
});

test('what a cleaner leaves is half of each part of the log, in short runs', () => {
  const last = new Map(keys.map((key, offset) => [key, offset]));
  const isLeft = keys.map((key, offset) => last.get(key) === offset);
  for (let from = 2_000; from < count - 2_000; from += 2_000) {
    const left = isLeft.slice(from, from + 2_000).filter(Boolean).length;
    assert.ok(left > 800 && left < 1_200, `${left} of 2,000 from ${from} on`);
  }
  const runs = isLeft.filter((each, offset) => !each && isLeft[offset - 1] !== false).length;
  assert.ok(runs > count / 6 && runs < count / 3, `${runs} runs of holes`);
});

test('the same seed gives the same order, another one another', () => {
  assert.deepEqual([...twiceKeys(count, 7)], keys);
  assert.notDeepEqual([...twiceKeys(count, 8)], keys);
});
