// Piece by piece: what it says of each piece, how it goes on, and what changes underneath it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import { encodeBatch, type TestRecord } from './batch-for-tests.ts';
import { PiecewiseComparison, type VerifyCheckpoint } from './piecewise-comparison.ts';
import { RateLimit } from './rate-limit.ts';
import type { ServedLog } from './served-log-for-tests.ts';
import { servedContext } from './verify-for-tests.ts';

const record = (offset: number, text = `value ${offset}`): TestRecord => ({
  offset: BigInt(offset),
  timestampMs: 1_700_000_000_000n + BigInt(offset),
  key: Buffer.from(`key ${offset}`),
  value: Buffer.from(text),
  headers: [],
});

function logOf(count: number, size: number, changed: readonly number[] = []): ServedLog {
  const batches: Buffer[] = [];
  for (let at = 0; at < count; at += size) {
    const offsets = Array.from({ length: Math.min(size, count - at) }, (_, index) => at + index);
    batches.push(
      encodeBatch(offsets.map((each) => record(each, changed.includes(each) ? 'other' : undefined))),
    );
  }
  return { batches, start: 0n, end: BigInt(count) };
}

const wallMs = 1_800_000_000_000;
function piecewise(source: ServedLog, target: ServedLog, checkpoint?: VerifyCheckpoint) {
  const context = { ...servedContext(source, target), clock: { ...systemClock, wallMs: () => wallMs } };
  return new PiecewiseComparison(context, { topic: 't', partition: 0, pieceOffsets: 30, checkpoint });
}

/** Each piece as `from..to: what was found`, up to the end. */
async function allPieces(comparison: PiecewiseComparison): Promise<string[]> {
  const pieces: string[] = [];
  for (;;) {
    const { from, to, found, isAtEnd } = await comparison.next();
    const ranges = found.map((each) => ` ${each.kind} ${each.from}..${each.to}`);
    pieces.push(`${from}..${to}:${ranges.join('')}`);
    if (isAtEnd) return pieces;
  }
}

test('pieces follow one another to the end, across batches, and each difference is told once', async () => {
  const comparison = piecewise(logOf(100, 7), logOf(100, 9, [0, 29, 30, 59, 99]));
  assert.deepEqual(await allPieces(comparison), [
    '0..30: different 0..1 different 29..30',
    '30..60: different 30..31 different 59..60',
    '60..90:',
    '90..100: different 99..100',
  ]);
  assert.deepEqual(comparison.checkpoint, { comparedTo: 100n, checkedAtMs: wallMs, differences: 5n });
});

test('at the end it says so, and goes on with what comes', async () => {
  const [source, target] = [logOf(40, 10), logOf(20, 10)];
  const comparison = piecewise(source, target);
  const first = await comparison.next();
  assert.deepEqual([first.from, first.to, first.isAtEnd, first.lagRecords], [0n, 20n, true, 20n]);
  const nothing = await comparison.next();
  assert.deepEqual([nothing.from, nothing.to, nothing.isAtEnd, nothing.found], [20n, 20n, true, []]);
  Object.assign(target, logOf(40, 10, [25]));
  assert.deepEqual(await allPieces(comparison), ['20..40: different 25..26']);
});

test('a checkpoint is all that is needed to go on elsewhere', async () => {
  const [source, target] = [logOf(100, 7), logOf(100, 9, [3, 75])];
  const one = piecewise(source, target);
  await one.next();
  await one.next();
  one.close();
  const other = piecewise(source, target, one.checkpoint);
  assert.deepEqual(await allPieces(other), ['60..90: different 75..76', '90..100:']);
  assert.equal(other.checkpoint?.differences, 2n);
});

test('what a side has trimmed before its turn is passed over and counted', async () => {
  const [source, target] = [logOf(100, 10), logOf(100, 10)];
  const comparison = piecewise(source, target);
  await comparison.next();
  source.start = 70n;
  const { from, to, offsetsPassed, found } = await comparison.next();
  assert.deepEqual([from, to, offsetsPassed, found], [70n, 100n, 40n, []]);
});

test('a target that lost its end and grew again with other records is compared there anew', async () => {
  const [source, target] = [logOf(60, 10), logOf(60, 10)];
  const comparison = piecewise(source, target);
  await allPieces(comparison);
  Object.assign(target, logOf(40, 10));
  assert.deepEqual(await allPieces(comparison), ['40..40:']);
  Object.assign(target, logOf(60, 10, [45]));
  assert.deepEqual(await allPieces(comparison), ['40..60: different 45..46']);
});

test('a source that lost its end: what the target has beyond it is extra', async () => {
  const [source, target] = [logOf(60, 10), logOf(60, 10)];
  const comparison = piecewise(source, target);
  await allPieces(comparison);
  Object.assign(source, logOf(50, 10));
  assert.deepEqual(await allPieces(comparison), ['50..60: extra 50..60']);
});

test('where a cleaner runs, what one side lacks is left open, and other records still differ', async () => {
  const target = logOf(30, 1, [8]);
  target.batches = target.batches.filter((_, index) => index % 3 !== 0);
  const { found, recordsLeftOpen } = await piecewise(logOf(30, 1), target).next({ isCompacted: true });
  assert.deepEqual(
    found.map(({ kind, from }) => `${kind} ${from}`),
    ['different 8'],
  );
  assert.equal(recordsLeftOpen, 10n);
});

test('segments may come between two pieces', async () => {
  const source = logOf(60, 10);
  const target = logOf(30, 10);
  const comparison = piecewise(source, target);
  await comparison.next();
  const moved = logOf(60, 10)
    .batches.slice(3)
    .map((batch) => {
      batch.writeBigInt64BE(batch.readBigInt64BE(0) + 2n, 0);
      return batch;
    });
  Object.assign(target, { batches: [...target.batches, ...moved], end: 62n });
  const segments = [{ firstTargetOffset: 32n, shift: 2n }];
  const { from, to, found } = await comparison.next({ segments });
  assert.deepEqual([from, to, found], [30n, 60n, []]);
});

test('a side that cannot be read leaves the checkpoint as it was, and the piece is tried again', async () => {
  const [source, target] = [logOf(60, 10), logOf(60, 10, [35])];
  const comparison = piecewise(source, target);
  await comparison.next();
  const before = comparison.checkpoint;
  const [batch] = target.batches.slice(4, 5);
  assert.ok(batch !== undefined);
  batch.writeInt8(1, 16); // A message format that cannot be.
  await assert.rejects(
    comparison.next(),
    (error) => error instanceof CausewayError && error.code === 'CW-6013',
  );
  assert.equal(comparison.checkpoint, before);
  batch.writeInt8(2, 16);
  assert.deepEqual(await allPieces(comparison), ['30..60: different 35..36']);
});

test('the limit of the context holds over all pieces', async () => {
  const source = logOf(100, 10);
  const waitedMs: number[] = [];
  const clock = {
    ...systemClock,
    monotonicMs: () => 0,
    sleep: (delayMs: number) => Promise.resolve(void waitedMs.push(delayMs)),
  };
  const context = servedContext(source, logOf(100, 10));
  const limited = { ...context, source: { ...context.source, limit: new RateLimit(clock, 1_000) } };
  const comparison = new PiecewiseComparison(limited, { topic: 't', partition: 0, pieceOffsets: 30 });
  await allPieces(comparison);
  const bytes = source.batches.reduce((sum, { length }) => sum + length, 0);
  const lastBytes = source.batches.at(-1)?.length ?? 0;
  assert.ok(Math.max(...waitedMs) >= bytes - lastBytes, `${Math.max(...waitedMs)} ms for ${bytes} bytes`);
});

test('an abort ends it before anything is asked', async () => {
  const context = servedContext(logOf(10, 10), logOf(10, 10));
  const signal = AbortSignal.abort(new Error('not wanted'));
  const parts = { topic: 't', partition: 0, pieceOffsets: 30 };
  await assert.rejects(new PiecewiseComparison({ ...context, signal }, parts).next(), /not wanted/);
});
