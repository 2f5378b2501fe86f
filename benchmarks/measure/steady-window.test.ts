// Which part of a run counts.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sample, steadyWindow, trendOf } from './steady-window.ts';

/** Ten records a second from second 2 on; two CPU seconds before, then half a second of CPU per second. */
const samples: Sample[] = Array.from({ length: 13 }, (_, second) => ({
  atMs: second * 1000,
  records: Math.min(100, Math.max(0, (second - 2) * 10)),
  cpuSeconds: 2 + Math.max(0, second - 2) * 0.5,
}));
const rule = { recordsAll: 100, openShare: 0.25, warmMs: 0, closeShare: 0.9 };

test('the window lies between the milestones and leaves out start and end', () => {
  assert.deepEqual(steadyWindow(samples, rule), { fromMs: 5000, seconds: 6, records: 60, cpuSeconds: 3 });
});

test('a warm-up in time opens the window later', () => {
  const steady = steadyWindow(samples, { ...rule, warmMs: 4000 });
  assert.deepEqual(steady, { fromMs: 7000, seconds: 4, records: 40, cpuSeconds: 2 });
});

test('no window is said with its reason', () => {
  assert.deepEqual(steadyWindow([], rule), { none: 'no record arrived' });
  assert.deepEqual(steadyWindow(samples, { ...rule, warmMs: 60_000 }), {
    none: 'the run ended within the warm-up',
  });
  assert.match(JSON.stringify(steadyWindow(samples, { ...rule, closeShare: 0.2 })), /more data is needed/);
});

test('the trend shows an expensive beginning', () => {
  const warming = samples.map((sample) => ({
    ...sample,
    cpuSeconds: sample.cpuSeconds + Math.min(sample.records, 20),
  }));
  const trend = trendOf(warming, 3);
  assert.equal(trend.length, 3);
  assert.ok((trend[0] ?? 0) > 2 * (trend[1] ?? 0));
  assert.deepEqual(trendOf([], 3), []);
});
