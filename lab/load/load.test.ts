// The load generator without brokers: its pace, its records, and what it refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CausewayError } from '../../src/base/errors.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { LoadOptions } from '../lab-types.ts';
import { completeLoad } from './load-settings.ts';
import { Pace } from './pace.ts';
import { RecordSource } from './records.ts';

const load = (options: Partial<LoadOptions> = {}) =>
  completeLoad({ region: 'eu-west', topics: ['a', 'b'], recordsPerSecond: 100, ...options });

test('a rate is kept whatever the timers do', () => {
  const pace = new Pace(333, 0);
  const timers = [7, 50, 51, 200, 333, 334, 900, 1500, 2000, 3000];
  const taken = timers.map((nowMs) => pace.take(nowMs, 1_000)).reduce((sum, count) => sum + count, 0);
  assert.equal(taken, 999);
});

test('a slow rate is kept too', () => {
  const pace = new Pace(0.5, 0);
  const counts = Array.from({ length: 100 }, (_, index) => pace.take((index + 1) * 100, 10));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    5,
  );
});

test('what a long stall missed is not made up for', () => {
  const pace = new Pace(100, 0);
  assert.equal(pace.take(60_000, 70), 70);
  assert.equal(pace.take(60_000, 70), 30);
  assert.equal(pace.take(60_100, 70), 10);
});

test('records have the size, the keys and the headers asked for', () => {
  const source = new RecordSource(load({ recordBytes: 700, keys: 3, headers: 2 }), seededRandom(1));
  const records = source.take(200, 1_760_000_000_000);
  assert.ok(records.every(({ value }) => value.length === 700));
  assert.equal(new Set(records.map(({ key }) => key?.toString())).size, 3);
  assert.ok(records.every(({ headers }) => headers?.size === 2));
  assert.deepEqual([...new Set(records.map(({ topic }) => topic))].sort(), ['a', 'b']);
  const parsed = records.map(({ value }) => JSON.parse(value.toString()) as { number: number; at: number });
  assert.deepEqual(
    parsed.map(({ number }) => number),
    records.map((_, index) => index + 1),
  );
  assert.ok(parsed.every(({ at }) => at === 1_760_000_000_000));
});

test('values of every small size come out in that size', () => {
  for (let recordBytes = 1; recordBytes < 120; recordBytes += 1) {
    const [record] = new RecordSource(load({ recordBytes }), seededRandom(1)).take(1, 1_760_000_000_000);
    assert.equal(record?.value.length, recordBytes);
  }
});

test('records without keys have none, and records compress as real ones do', () => {
  const records = new RecordSource(load({ keys: 0 }), seededRandom(1)).take(200, 1_760_000_000_000);
  assert.ok(records.every(({ key }) => key === undefined));
  const bytes = Buffer.concat(records.map(({ value }) => value));
  const share = gzipSync(bytes).length / bytes.length;
  assert.ok(share > 0.1 && share < 0.6, `compressed to ${share}`);
});

test('a rate in bytes becomes one in records', () => {
  const settings = completeLoad({
    region: 'r',
    topics: ['a'],
    bytesPerSecond: 5_000_000,
    recordBytes: 1_000,
  });
  assert.equal(settings.recordsPerSecond, 5_000);
});

const refused: readonly (readonly [string, Partial<LoadOptions>])[] = [
  ['no topic', { topics: [] }],
  ['two rates', { bytesPerSecond: 1_000 }],
  ['a rate of zero', { recordsPerSecond: 0 }],
  ['an empty record', { recordBytes: 0 }],
  ['a negative number of keys', { keys: -1 }],
  ['a number that is none', { lingerMs: Number.NaN }],
];

for (const [what, options] of refused) {
  test(`traffic with ${what} is refused`, () => {
    assert.throws(
      () => load(options),
      (error) => error instanceof CausewayError && error.code === 'CW-5014',
    );
  });
}
