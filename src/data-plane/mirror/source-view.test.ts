// Lag and recovery point from samples of the source, and when they are unknown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceView } from './source-view.ts';

test('a caught-up partition misses nothing', () => {
  const view = new SourceView();
  view.look(10n, 10n, 0n, 1_000);
  view.passed(10n);
  assert.equal(view.missingSinceMs, undefined);
  assert.equal(view.seenAtMs, 1_000);
});

test('the age of a missing record counts from the first sample that showed it', () => {
  const view = new SourceView();
  view.look(10n, 10n, 0n, 1_000);
  view.look(20n, 20n, 0n, 2_000);
  view.look(20n, 20n, 0n, 3_000);
  view.passed(10n);
  assert.equal(view.missingSinceMs, 2_000);
  view.passed(20n);
  assert.equal(view.missingSinceMs, undefined);
});

test('however many samples come, the oldest missing one is kept and the newest end is known', () => {
  const view = new SourceView();
  for (let at = 1; at <= 10_000; at += 1) view.look(BigInt(at), BigInt(at), 0n, at);
  assert.equal(view.missingSinceMs, 1);
  view.passed(9_999n);
  assert.equal(view.missingSinceMs, 10_000);
});

test('a high watermark that goes backwards takes what it shows with it', () => {
  const view = new SourceView();
  view.look(10n, 10n, 0n, 1_000);
  view.look(20n, 20n, 0n, 2_000);
  view.look(15n, 15n, 0n, 3_000);
  assert.equal(view.highWatermark, 15n);
  view.passed(10n);
  assert.equal(view.missingSinceMs, 2_000, 'the records 10 to 14 were seen then');
  view.passed(15n);
  assert.equal(view.missingSinceMs, undefined, 'nothing that the source does not have is missing');
});

test('a stable offset counts from the first look that showed records behind it', () => {
  const view = new SourceView();
  view.look(10n, 10n, 0n, 1_000);
  assert.equal(view.stableSinceMs, undefined, 'nothing is behind it');
  view.look(12n, 10n, 0n, 2_000);
  view.look(20n, 10n, 0n, 3_000);
  assert.equal(view.stableSinceMs, 2_000);
  view.look(20n, 15n, 0n, 4_000);
  assert.equal(view.stableSinceMs, 4_000, 'another transaction');
  view.look(20n, 20n, 0n, 5_000);
  assert.equal(view.stableSinceMs, undefined);
  view.look(21n, 20n, 0n, 6_000);
  assert.equal(view.stableSinceMs, 6_000, 'one that began after everything was stable');
});

test('the producer that was named counts for its own stable offset', () => {
  const view = new SourceView();
  view.look(12n, 10n, 0n, 2_000);
  assert.equal(view.holder, undefined);
  const before = view.revision;
  view.nameHolder(10n, 4_711n);
  view.nameHolder(10n, 4_711n);
  assert.deepEqual([view.holder, view.revision - before], [4_711n, 1]);
  view.look(12n, 11n, 0n, 3_000);
  assert.equal(view.holder, undefined);
});

test('an unknown high watermark changes nothing', () => {
  const view = new SourceView();
  view.look(-1n, -1n, -1n, 5);
  assert.equal(view.seenAtMs, undefined);
});

test('an answer that nothing has changed makes the evidence fresh, where something was seen', () => {
  const view = new SourceView();
  view.lookAgain(4_000);
  assert.equal(view.seenAtMs, undefined);
  view.look(10n, 10n, 0n, 1_000);
  view.lookAgain(5_000);
  assert.equal(view.seenAtMs, 5_000);
  assert.equal(view.missingSinceMs, 1_000, 'what is missing is not younger for it');
});
