// The comparison on hand-made batches: aligned, not aligned, differing, missing, extra, undecodable.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../base/random.ts';
import { encodeBatch, logOf, type TestRecord } from './batch-for-tests.ts';
import { compareLogs } from './comparison.ts';
import { differencesMax } from './differences.ts';

const record = (offset: number, text = `value ${offset}`): TestRecord => ({
  offset: BigInt(offset),
  timestampMs: 1_700_000_000_000n + BigInt(offset),
  key: Buffer.from(`key ${offset}`),
  value: Buffer.from(text),
  headers: [],
});

const span = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => record(from + index));

const batchesOf = (...groups: readonly (readonly TestRecord[])[]) =>
  groups.map((group) => encodeBatch(group));

async function compare(source: readonly Buffer[], target: readonly Buffer[], to: number, from = 0) {
  const range = { from: BigInt(from), to: BigInt(to) };
  const comparison = await compareLogs(logOf(source), logOf(target), range);
  const ranges = comparison.differences.kept.map(
    ({ kind, from: first, to: end }) => `${kind} ${first}..${end}`,
  );
  return { comparison, ranges };
}

test('equal logs are equal without a record decoded', async () => {
  const log = batchesOf(span(0, 10), span(10, 25), span(25, 26));
  const { comparison, ranges } = await compare(log, log, 26);
  assert.deepEqual(ranges, []);
  assert.equal(comparison.records, 26n);
  assert.equal(comparison.recordsDecoded, 0n);
});

test('the same records in other batches are equal', async () => {
  const source = batchesOf(span(0, 10), span(10, 20), span(20, 30));
  const target = batchesOf(span(0, 3), span(3, 14), span(14, 20), span(20, 30));
  const { comparison, ranges } = await compare(source, target, 30);
  assert.deepEqual(ranges, []);
  assert.ok(comparison.recordsDecoded > 0n);
});

test('the same records in another codec are equal', async () => {
  const plain = batchesOf(span(0, 50));
  const packed = [encodeBatch(span(0, 50), { codec: 1, compress: gzipSync })];
  assert.deepEqual((await compare(plain, packed, 50)).ranges, []);
});

test('one differing record is one range, in aligned batches and in others', async () => {
  const changed = span(0, 20).with(7, record(7, 'other'));
  const aligned = await compare(batchesOf(span(0, 20)), batchesOf(changed), 20);
  assert.deepEqual(aligned.ranges, ['different 7..8']);
  assert.equal(aligned.comparison.differences.kept[0]?.detail, 'the values differ');
  const shifted = await compare(batchesOf(span(0, 20)), batchesOf(changed.slice(0, 4), changed.slice(4)), 20);
  assert.deepEqual(shifted.ranges, ['different 7..8']);
});

test('timestamps, keys, headers and null values are compared', async () => {
  const plain = record(0);
  const cases: [TestRecord, RegExp][] = [
    [{ ...plain, timestampMs: 5n }, /timestamp 1700000000000 at the source, 5 at the target/],
    [{ ...plain, key: undefined }, /keys differ/],
    [{ ...plain, value: undefined }, /values differ/],
    [{ ...plain, headers: [{ key: Buffer.from('h'), value: undefined }] }, /headers differ in number/],
  ];
  for (const [other, detail] of cases) {
    const { comparison } = await compare(batchesOf([plain]), batchesOf([other]), 1);
    assert.match(comparison.differences.kept[0]?.detail ?? '', detail);
  }
});

test('what the target lacks or has too much is named, whole batches and parts of them', async () => {
  const whole = batchesOf(span(0, 10), span(10, 20), span(20, 30));
  const middle = batchesOf(span(0, 10), span(20, 30));
  assert.deepEqual((await compare(whole, middle, 30)).ranges, ['missing 10..20']);
  assert.deepEqual((await compare(middle, whole, 30)).ranges, ['extra 10..20']);
  const tail = batchesOf(span(0, 10), span(10, 15));
  assert.deepEqual((await compare(whole, tail, 30)).ranges, ['missing 15..30']);
  assert.deepEqual((await compare(tail, whole, 30)).ranges, ['extra 15..30']);
});

test('nothing outside the range is judged', async () => {
  const source = batchesOf(span(0, 10), span(10, 20));
  const target = batchesOf(
    span(0, 10).with(2, record(2, 'other')),
    span(10, 20).with(9, record(19, 'other')),
  );
  assert.deepEqual((await compare(source, target, 15, 5)).ranges, []);
  assert.deepEqual((await compare(source, target, 20, 5)).ranges, ['different 19..20']);
  assert.deepEqual((await compare(source, source.slice(0, 1), 15, 5)).ranges, ['missing 10..15']);
  assert.deepEqual((await compare([], source, 15, 5)).ranges, ['extra 5..15']);
});

test('a batch that cannot be decoded is named as such, and the rest is compared', async () => {
  const broken = encodeBatch(span(0, 10), { codec: 1, compress: () => Buffer.from('no gzip') });
  const source = batchesOf(span(0, 10), span(10, 20));
  const target = [broken, encodeBatch(span(10, 20).with(3, record(13, 'other')))];
  const { ranges } = await compare(source, target, 20);
  assert.deepEqual(ranges, ['different 0..10', 'different 13..14']);
});

test('what was trimmed meanwhile is not comparable, not missing', async () => {
  const source = logOf(batchesOf(span(10, 20)), { trimmedTo: 10n });
  const target = logOf(batchesOf(span(0, 10), span(10, 20)));
  const { differences } = await compareLogs(source, target, { from: 0n, to: 20n });
  assert.deepEqual(
    differences.kept.map(({ kind, from, to }) => `${kind} ${from}..${to}`),
    ['not-comparable 0..10'],
  );
  assert.equal(differences.differing, 0n);
});

test('a great many differences take a bounded amount of memory', async () => {
  const count = 4 * differencesMax;
  const source = Array.from({ length: count }, (_, offset) => encodeBatch([record(offset)]));
  const target = source.map((batch, offset) =>
    offset % 2 === 0 ? batch : encodeBatch([record(offset, 'other')]),
  );
  const { comparison } = await compare(source, target, count);
  assert.equal(comparison.differences.kept.length, differencesMax);
  assert.equal(comparison.differences.omitted, count / 2 - differencesMax);
  assert.equal(comparison.differences.differing, BigInt(count / 2));
});

test('random batches, random changes: exactly the changed offsets are found', async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = seededRandom(seed);
    const count = 1 + random.int(60);
    const left = new Map<number, TestRecord>();
    const right = new Map<number, TestRecord>();
    const expected = new Set<number>();
    for (let offset = 0; offset < count; offset += 1) {
      const fate = random.int(12);
      if (fate !== 0) left.set(offset, record(offset));
      if (fate !== 1) right.set(offset, record(offset, fate === 2 ? 'other' : undefined));
      if (fate <= 2) expected.add(offset);
    }
    const cut = (log: Map<number, TestRecord>) => {
      const groups: TestRecord[][] = [];
      for (const each of log.values()) {
        if (groups.length === 0 || random.int(4) === 0) groups.push([]);
        groups.at(-1)?.push(each);
      }
      return groups.map((group) => encodeBatch(group));
    };
    const { comparison } = await compare(cut(left), cut(right), count);
    const found = new Set<number>();
    for (const { from, to } of comparison.differences.kept) {
      for (let offset = from; offset < to; offset += 1n) found.add(Number(offset));
    }
    assert.deepEqual(
      [...found].sort((a, b) => a - b),
      [...expected],
      `seed ${seed}`,
    );
  }
});
