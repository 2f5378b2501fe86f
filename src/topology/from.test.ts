// What `from` may say, and which moment it means.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFrom, parseFrom } from './from.ts';

test('earliest, latest and moments are understood, and said again as they were meant', () => {
  const cases: readonly [text: string, shown: string][] = [
    ['earliest', 'earliest'],
    ['latest', 'latest'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T10:00Z', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31T10:00:00.5+02:00', '2026-01-31T08:00:00.500Z'],
  ];
  for (const [text, shown] of cases) {
    const from = parseFrom(text) ?? assert.fail(text);
    assert.equal(formatFrom(from), shown);
    assert.deepEqual(parseFrom(shown), from);
  }
});

test('what means no moment, or another one on each machine, is not understood', () => {
  for (const text of [
    '',
    'Latest',
    'yesterday',
    '2026',
    '2026-13-01',
    '2026-01-31T10:00',
    '1969-12-31',
    '0',
  ]) {
    assert.equal(parseFrom(text), undefined, text);
  }
});
