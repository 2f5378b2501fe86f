// Workers die and freeze for longer than others may take to go on in their place: each partition has a living
// owner again in time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupLimits } from '../../src/data-plane/worker/worker-group.ts';
import { gapMsMax, runFaults } from './run-faults.ts';

test('no partition is without a living worker for longer than a session and 10 s', async (t) => {
  const report = await runFaults({
    // A worker is killed first, for 24 s.
    seed: 32,
    durationMs: 26_000,
    sourceBrokers: 1,
    workers: 3,
    atOnceMax: 1,
    faultMsMax: 25_000,
    pauseMsMax: 500,
    load: { batchesPerSecond: 15, recordsPerBatchMax: 40 },
    transactions: { producers: 1, transactionsPerSecond: 5 },
    say: (text) => t.diagnostic(text),
  });
  const away = report.faults.map(({ fromMs, toMs = 0 }) => toMs - fromMs);
  assert.ok(Math.max(...away) > gapMsMax, 'a worker was away for so long that a gap would show');
  const { owned } = report.longestGaps;
  t.diagnostic(`without an owner for ${owned.ms} ms at most`);
  assert.ok(owned.ms > groupLimits.sessionTimeoutMs / 2, `only ${owned.ms} ms: it had no partitions`);
  assert.ok(owned.ms <= gapMsMax, `${owned.partition} had no owner for ${owned.ms} ms`);
  assert.ok(report.passed, JSON.stringify(report.checks));
});
