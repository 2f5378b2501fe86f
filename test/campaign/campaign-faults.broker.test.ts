// The campaign in its short form: one round of everything from a fixed seed, with the same checkers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, kindNames } from './faults/catalogue.ts';
import { runCampaign } from './run-campaign.ts';

/** Those that are over within a round. */
const short = kindNames(
  catalogue(1).filter(({ lastsMs, isLast }) => lastsMs === undefined && isLast !== true),
);

test('everything breaks: each copy is level again, and the checkers find nothing', async (t) => {
  const report = await runCampaign({
    seed: 6,
    // One round.
    minutes: 0.01,
    faultsMs: 22_000,
    atOnceMax: 3,
    only: short,
    say: (text) => t.diagnostic(text),
  });
  assert.deepEqual(report.violations, []);
  const effective = Object.values(report.faultsByKind).filter(({ tookEffect }) => tookEffect > 0);
  assert.ok(effective.length >= 4, `only ${effective.length} kinds of faults took effect`);
  const { records, fillers, acknowledged, seenByReaders } = report;
  for (const count of [records, fillers, acknowledged, seenByReaders]) assert.ok(count > 0, `${count}`);
  assert.ok(report.passed);
});
