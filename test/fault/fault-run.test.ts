// The fault run in its quick form: half a minute of faults from a fixed seed, with the same checks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runFaults } from './run-faults.ts';

test('workers, brokers and the link break: nothing is lost, doubled or left behind', async (t) => {
  const report = await runFaults({
    seed: 20_260,
    durationMs: 22_000,
    sourceBrokers: 1,
    workers: 2,
    scope: 'all',
    atOnceMax: 3,
    faultMsMax: 8_000,
    pauseMsMax: 1_500,
    load: { batchesPerSecond: 15, recordsPerBatchMax: 40 },
    transactions: { producers: 2, transactionsPerSecond: 10 },
    // Dead brokers are noticed early, so that more happens in the time.
    brokerSettings: { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' },
    say: (text) => t.diagnostic(text),
  });
  const { committed, aborted, failed } = report.transactions;
  t.diagnostic(`${committed} transactions committed, ${aborted} aborted, ${failed} failed`);
  assert.ok(committed > 20 && aborted > 0, 'there were transactions');
  assert.equal(report.checks.verify.exitCode, 0, report.checks.verify.said);
  assert.equal(report.checks.status.exitCode, 0, report.checks.status.said);
  assert.deepEqual(report.checks.behind, []);
  assert.ok(report.passed, JSON.stringify(report.checks));
});
