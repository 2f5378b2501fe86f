// Parts of a log: since a moment, random ranges; and what is said of how much was compared.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBatch, type TestRecord } from './batch-for-tests.ts';
import type { ServedLog } from './served-log-for-tests.ts';
import { verifyServed } from './verify-for-tests.ts';

const firstMs = 1_700_000_000_000n;
const record = (offset: number, text = `value ${offset}`): TestRecord => ({
  offset: BigInt(offset),
  timestampMs: firstMs + BigInt(offset) * 1_000n,
  key: Buffer.from(`key ${offset % 50}`),
  value: Buffer.from(text),
  headers: [],
});

/** Batches of `size` records at offsets 0 to `count`; `changed` are others. */
function logOf(count: number, size: number, changed: readonly number[] = []): ServedLog {
  const batches: Buffer[] = [];
  for (let at = 0; at < count; at += size) {
    const length = Math.min(size, count - at);
    const records = Array.from({ length }, (_, index) =>
      record(at + index, changed.includes(at + index) ? 'other' : undefined),
    );
    batches.push(encodeBatch(records));
  }
  return { batches, start: 0n, end: BigInt(count) };
}

test('since a moment: what is older is not compared, also inside a batch', async () => {
  const sinceMs = Number(firstMs) + 55_000;
  const target = logOf(100, 10, [3, 54, 55, 80]);
  const { verdict, ranges } = await verifyServed(logOf(100, 10), target, { sinceMs });
  assert.deepEqual(ranges, ['different 55..56', 'different 80..81']);
  assert.deepEqual([verdict.from, verdict.to, verdict.offsetsCompared], [55n, 100n, 45n]);
  assert.equal(verdict.offsetsBefore, 0n, 'both sides have what is older');
});

test('since a moment after the last record, or beyond the end of a target behind: nothing', async () => {
  const sinceMs = Number(firstMs) + 1_000_000;
  const none = await verifyServed(logOf(100, 10), logOf(100, 10, [99]), { sinceMs });
  assert.deepEqual([none.ranges, none.verdict.offsetsCompared], [[], 0n]);
  const behind = await verifyServed(logOf(100, 10), logOf(50, 10, [3]), {
    sinceMs: Number(firstMs) + 70_000,
  });
  assert.deepEqual([behind.ranges, behind.verdict.offsetsCompared, behind.verdict.lagRecords], [[], 0n, 50n]);
});

test('since a moment, what the target has beyond the source’s end is extra', async () => {
  const sinceMs = Number(firstMs) + 1_000_000;
  assert.deepEqual((await verifyServed(logOf(100, 10), logOf(103, 10), { sinceMs })).ranges, [
    'extra 100..103',
  ]);
});

test('a sample compares what it says, no more, and finds what lies in it', async () => {
  const sample = { amount: { share: 0.1 }, seed: 5 };
  const [source, clean] = [logOf(30_000, 100), logOf(30_000, 100)];
  const { verdict } = await verifyServed(source, clean, { sample });
  assert.ok(verdict.offsetsCompared > 2_900n && verdict.offsetsCompared < 3_100n);
  assert.deepEqual(verdict.comparison.differences.kept, []);
  assert.ok(verdict.comparison.records < 4_000n, `${verdict.comparison.records} records`);
  const all = Array.from({ length: 30_000 }, (_, offset) => offset);
  const bad = await verifyServed(source, logOf(30_000, 100, all), { sample });
  assert.equal(bad.verdict.comparison.differences.differing, verdict.offsetsCompared);
  const again = await verifyServed(source, logOf(30_000, 100, all), { sample });
  assert.deepEqual(again.ranges, bad.ranges, 'the same seed, the same ranges');
});

test('a sample of a compacted partition judges records, not keys, and counts what is open', async () => {
  const target = logOf(2_000, 1);
  target.batches = target.batches.filter((_, index) => index % 2 === 0);
  const sample = { amount: { share: 0.5 }, seed: 1 };
  const { verdict, ranges } = await verifyServed(logOf(2_000, 1), target, { sample, isCompacted: true });
  assert.deepEqual(ranges, []);
  assert.equal(verdict.areKeysJudged, false);
  assert.ok(verdict.comparison.lonely > 400n);
  // The whole of it: the latest record of every other key is gone.
  const whole = await verifyServed(logOf(2_000, 1), target, { isCompacted: true });
  assert.equal(whole.verdict.comparison.differences.offsets('missing'), 25n);
});

test('a sample of a shifted partition looks at the right places', async () => {
  const shifted = logOf(5_000, 10);
  const segments = [{ firstTargetOffset: 0n, shift: 7n }];
  const moved: ServedLog = {
    start: 0n,
    end: 5_007n,
    batches: shifted.batches.map((batch) => {
      const copy = Buffer.from(batch);
      copy.writeBigInt64BE(batch.readBigInt64BE(0) + 7n, 0);
      return copy;
    }),
  };
  const sample = { amount: { offsets: 500 }, seed: 9 };
  const fine = await verifyServed(shifted, moved, { sample, segments });
  assert.deepEqual(fine.ranges, []);
  assert.equal(fine.verdict.isShifted, true);
  const wrong = await verifyServed(shifted, moved, { sample });
  assert.ok(wrong.verdict.comparison.differences.differing > 0n);
});

test('what only one side still has is counted and not compared, whichever side it is', async () => {
  for (const trimmed of ['source', 'target'] as const) {
    const [source, target] = [logOf(100, 10), logOf(100, 10, [3, 40])];
    const side = trimmed === 'source' ? source : target;
    Object.assign(side, { start: 35n, batches: side.batches.slice(3) });
    const { verdict, ranges } = await verifyServed(source, target);
    assert.deepEqual(ranges, ['different 40..41'], trimmed);
    assert.deepEqual([verdict.from, verdict.offsetsBefore], [35n, 35n], trimmed);
  }
});

test('a target that ends behind fillers too many, before the first record of its next segment', async () => {
  // Offsets 10 to 11 are fillers, and one more is to come before the segment begins.
  const target: ServedLog = { ...logOf(10, 5), end: 12n };
  const segments = [{ firstTargetOffset: 13n, shift: 3n }];
  const sample = { amount: { share: 0.5 }, seed: 1 };
  for (const options of [{ segments }, { segments, sample }]) {
    const { verdict, ranges } = await verifyServed(logOf(20, 5), target, options);
    assert.deepEqual([ranges, verdict.to, verdict.lagRecords], [[], 10n, 10n]);
  }
  const stray = { ...record(10), offset: 11n };
  const bad: ServedLog = { ...target, batches: [...target.batches, encodeBatch([stray])] };
  assert.deepEqual((await verifyServed(logOf(20, 5), bad, { segments })).ranges, ['extra 11..12']);
});
