// The table of keys against a plain map: growth, limits, keys that share parts of their hash.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { hashOfKey, KeyTable, type LastRecord } from './key-table.ts';

test('keys that share a half of their hash, or a place in the table, are told apart', () => {
  const table = new KeyTable(0n);
  const slots = [
    { high: 1, low: 5 },
    { high: 2, low: 5 },
    { high: 1, low: 5 + 1_024 },
    { high: 1, low: 6 },
    { high: 0, low: 0 },
  ].map((key) => table.add(key));
  assert.equal(new Set(slots).size, 5);
  assert.equal(table.size, 5);
  assert.equal(table.add({ high: 2, low: 5 }), slots[1]);
  assert.equal(table.find({ high: 3, low: 5 }), undefined);
});

test('as a map of the last records would have it, over growth and rebuilding', () => {
  const random = seededRandom(11);
  const from = 2n ** 40n;
  const table = new KeyTable(from);
  const expected = new Map<number, Partial<Record<'source' | 'target', LastRecord>>>();
  const slotOf = (key: number) => table.add(hashOfKey(Buffer.from(`key ${key}`))) ?? assert.fail('full');
  for (let place = 0n; place < 40_000n; place += 1n) {
    const key = random.int(5_000);
    const side = random.int(2) === 0 ? 'source' : 'target';
    const last = { at: from + place, isTombstone: random.int(3) === 0 };
    table.note(slotOf(key), side, last);
    expected.set(key, { ...expected.get(key), [side]: last });
  }
  const mustBeEqual = () => {
    assert.equal(table.size, expected.size);
    for (const [key, lasts] of expected) {
      for (const side of ['source', 'target'] as const)
        assert.deepEqual(table.lastOf(slotOf(key), side), lasts[side]);
    }
  };
  mustBeEqual();
  const kept = new Set([...expected.keys()].filter((key) => key % 3 === 0).map(slotOf));
  table.keepIf((slot) => kept.has(slot));
  for (const key of expected.keys()) if (key % 3 !== 0) expected.delete(key);
  mustBeEqual();
  const one = slotOf(3_000);
  table.noteLater(one);
  assert.equal(table.isLater(one), true);
  table.forgetPlaces();
  assert.deepEqual(
    [table.isLater(one), table.lastOf(one, 'source'), table.size],
    [false, undefined, expected.size],
  );
});

test('a full table takes no new key, and finds those that it has', () => {
  const table = new KeyTable(0n, 3);
  const keys = ['a', 'b', 'c'].map((key) => hashOfKey(Buffer.from(key)));
  const slots = keys.map((key) => table.add(key));
  assert.equal(table.add(hashOfKey(Buffer.from('d'))), undefined);
  assert.deepEqual(
    keys.map((key) => table.add(key)),
    slots,
  );
  assert.equal(table.size, 3);
});

test('the first offset of all is a place, too', () => {
  const table = new KeyTable(7n);
  const slot = table.add({ high: 0, low: 0 }) ?? assert.fail('full');
  table.note(slot, 'target', { at: 7n, isTombstone: true });
  assert.deepEqual(table.lastOf(slot, 'target'), { at: 7n, isTombstone: true });
  assert.equal(table.lastOf(slot, 'source'), undefined);
});
