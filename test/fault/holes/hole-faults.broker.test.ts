// The campaign in runs of holes in its quick form: each way of filling with a worker killed or paused, and
// one fault of each kind of broker.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHoleFaults } from './hole-campaign.ts';
import { faultText, isOfWorker, type PlannedRun, runsOf } from './run-list.ts';

const seed = 20_261;
/** More than a round of the list has. */
const listLength = 600;

/**
 * The first of the list with a fault of a worker in each way, in turns, and with each fault of a broker in
 * any.
 */
function quickRuns(): PlannedRun[] {
  const chosen = new Map<string, PlannedRun>();
  for (const run of runsOf(seed, 0, listLength)) {
    const { way, cleaned, isMixed, fault } = run;
    const kind = `${way} ${cleaned !== undefined} ${isMixed}`;
    const ofBroker = `broker ${faultText(fault).replace(/ \d+ ms/, '')}`;
    const isDue = !isOfWorker(fault) || fault.what === (chosen.size % 2 === 0 ? 'killed' : 'paused');
    const key = isOfWorker(fault) ? kind : ofBroker;
    if (isDue && !chosen.has(key)) chosen.set(key, run);
  }
  return [...chosen.values()];
}

test('a mirror is identical, or shifted as told, after a fault at a step of a run of holes', {
  timeout: 400_000,
}, async (t) => {
  const runs = quickRuns();
  assert.equal(runs.length, 5 + 4);
  const report = await runHoleFaults({ seed, runs, say: (text) => t.diagnostic(text) });
  const failed = report.runs.filter(({ outcome }) => outcome === 'FAILED');
  assert.deepEqual(failed, []);
  assert.ok(report.passed);
  assert.equal(report.counted, runs.length, 'each run came to its step');
});
