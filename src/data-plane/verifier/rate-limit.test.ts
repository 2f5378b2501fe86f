// The limit on virtual time: the rate over a long run, one pause for many readers, and its abort.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scheduler } from '../../../test/simulation/scheduler.ts';
import { RateLimit } from './rate-limit.ts';

test('many takes pass at the rate, the first at once', async () => {
  const scheduler = new Scheduler();
  const limit = new RateLimit(scheduler.clockOf('test'), 1_000_000);
  const atMs: number[] = [];
  const reading = (async () => {
    for (let each = 0; each < 21; each += 1) {
      await limit.take(500_000);
      atMs.push(scheduler.nowMs);
    }
  })();
  await scheduler.runUntil(60_000);
  await reading;
  assert.deepEqual(
    atMs,
    Array.from({ length: 21 }, (_, index) => index * 500),
  );
});

test('several readers share one limit', async () => {
  const scheduler = new Scheduler();
  const limit = new RateLimit(scheduler.clockOf('test'), 1_000);
  let bytes = 0;
  const read = async () => {
    for (let each = 0; each < 25; each += 1) {
      await limit.take(100);
      bytes += 100;
    }
  };
  const reading = Promise.all([read(), read(), read(), read()]);
  await scheduler.runUntil(5_000);
  // At 1000 bytes per second; the first take is not waited for.
  assert.equal(bytes, 5_100);
  await scheduler.runUntil(10_000);
  await reading;
});

test('time that nobody read in is not saved up', async () => {
  const scheduler = new Scheduler();
  const limit = new RateLimit(scheduler.clockOf('test'), 1_000);
  await scheduler.runUntil(3_600_000);
  const takes = Promise.all([limit.take(1_000), limit.take(1_000), limit.take(1_000)]);
  await scheduler.runUntil(3_601_999);
  assert.equal(scheduler.pending.length, 1);
  await scheduler.runUntil(3_602_000);
  await takes;
});

test('without a limit nobody waits', async () => {
  const scheduler = new Scheduler();
  const limit = new RateLimit(scheduler.clockOf('test'), Number.POSITIVE_INFINITY);
  for (let each = 0; each < 100; each += 1) await limit.take(1e9);
  assert.equal(scheduler.nowMs, 0);
});

test('an abort ends the waiting', async () => {
  const scheduler = new Scheduler();
  const limit = new RateLimit(scheduler.clockOf('test'), 1);
  const controller = new AbortController();
  await limit.take(1_000_000, controller.signal);
  const waiting = assert.rejects(limit.take(1, controller.signal), /not wanted/);
  controller.abort(new Error('not wanted'));
  await waiting;
  assert.deepEqual(scheduler.pending, []);
});
