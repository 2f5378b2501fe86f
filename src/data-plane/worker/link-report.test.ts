// What the ledger is told of a link: that it has a limit, and what holds it up since when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { LinkReport } from './link-report.ts';

function linkForTest() {
  const clock = manualClock(1_000_000);
  const heldMs = { limit: 0, priority: 0, source_quota: 0, target_quota: 0 };
  const turns: { limitBytesPerSecond: number | undefined; bytesPerSecond: number } = {
    limitBytesPerSecond: undefined,
    bytesPerSecond: 5,
  };
  const report = new LinkReport({ worker: 'w1', region: 'us-east', clock });
  const observe = () => report.observe(new Map([['eu-west', { turns, heldMs: () => ({ ...heldMs }) }]]));
  return { clock, heldMs, turns, observe };
}

test('a link without a limit that nothing holds up is not told of', () => {
  const { clock, observe } = linkForTest();
  assert.deepEqual(observe(), []);
  clock.advance(1_000);
  assert.deepEqual(observe(), []);
});

test('a link with a limit is told of with what crosses it', () => {
  const { turns, observe } = linkForTest();
  turns.limitBytesPerSecond = 1_000;
  assert.deepEqual(observe(), [
    {
      kind: 'link',
      source: 'eu-west',
      target: 'us-east',
      worker: 'w1',
      limitBytesPerSecond: 1_000,
      bytesPerSecond: 5,
      held: [],
      observedAtMs: 1_000_000,
    },
  ]);
});

test('held up for most of the time, it is told since when, until it is not any more', () => {
  const { clock, heldMs, observe } = linkForTest();
  observe();
  const pass = (ms: number, quotaMs: number) => {
    clock.advance(ms);
    heldMs.source_quota += quotaMs;
    return observe().flatMap(({ held }) => held);
  };
  assert.deepEqual(pass(1_000, 400), []);
  assert.deepEqual(pass(1_000, 600), [{ by: 'source_quota', sinceMs: 1_001_400 }]);
  assert.deepEqual(pass(1_000, 1_000), [{ by: 'source_quota', sinceMs: 1_001_400 }]);
  assert.deepEqual(pass(1_000, 0), []);
});
