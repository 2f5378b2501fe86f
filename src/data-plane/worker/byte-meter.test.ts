// What a link has carried lately, and how long something was held up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteMeter } from './byte-meter.ts';
import { HeldTime } from './held-time.ts';

test('the best two seconds of the last eight count, and answers that come in lumps are evened out', () => {
  const meter = new ByteMeter();
  for (let ms = 0; ms < 4_000; ms += 1_000) meter.arrived(2_000, 10_000 + ms);
  assert.equal(meter.bestBytesPerSecond(14_000), 2_000);
  assert.equal(meter.bestBytesPerSecond(17_000), 2_000);
  assert.equal(meter.bytesPerSecond(17_000), 0);
  assert.equal(meter.bestBytesPerSecond(22_000), 0);
});

test('the rate of now leaves the half second out that is not over', () => {
  const meter = new ByteMeter();
  for (let ms = 0; ms < 2_000; ms += 100) meter.arrived(100, ms);
  assert.equal(meter.bytesPerSecond(2_100), 1_000);
});

test('after a long silence nothing old is left', () => {
  const meter = new ByteMeter();
  meter.arrived(1_000_000, 100);
  assert.equal(meter.bestBytesPerSecond(1e9), 0);
  meter.arrived(2_000, 1e9);
  assert.equal(meter.bestBytesPerSecond(1e9), 1_000);
});

test('time is held once, however many are held', () => {
  const held = new HeldTime();
  held.turn(true, 100);
  held.turn(true, 150);
  assert.equal(held.totalMs(200), 100);
  held.turn(false, 300);
  held.turn(false, 400);
  assert.equal(held.totalMs(1_000), 200);
});

test('of several quotas at once the time counts that any of them lasts', () => {
  const held = new HeldTime();
  held.heldFor(1_000, 0);
  held.heldFor(500, 100);
  held.heldFor(1_500, 200);
  assert.equal(held.leftMs(700), 1_000);
  assert.equal(held.totalMs(700), 700);
  assert.equal(held.totalMs(5_000), 1_700);
  held.heldFor(100, 6_000);
  assert.equal(held.totalMs(7_000), 1_800);
});
