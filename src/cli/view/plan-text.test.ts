// A plan as a person and a program see it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainPaint } from '../output/style.ts';
import {
  bytesToCopy,
  hasChanges,
  isComplete,
  type Plan,
  planData,
  planNames,
  planText,
} from './plan-text.ts';
import type { PlannedAction, PlanOfRegion } from './plan-text.ts';

const nothing: Plan = {
  path: 'causeway.yaml',
  warnings: [],
  applied: { kind: 'topology', yaml: '', appliedAtMs: 0, actor: 'ada', reason: '' },
  changes: [],
  regions: [],
};

const region = (overrides: Partial<PlanOfRegion> = {}): PlanOfRegion => ({
  region: 'us-east',
  error: undefined,
  createsLedger: false,
  actions: [],
  refusals: [],
  unknown: [],
  ...overrides,
});

const create = (topic: string, bytes: bigint | undefined): PlannedAction => ({
  kind: 'create-topic',
  set: 'payments',
  topic,
  text: `create topic ${topic}: 3 partitions`,
  reason: 'it is not there',
  copies: true,
  bytesToCopy: bytes,
});

test('nothing to do is said in words', () => {
  const plan = { ...nothing, regions: [region()] };
  assert.equal(hasChanges(plan), false);
  assert.equal(
    planText(plan, plainPaint),
    `causeway.yaml against what ada applied at 1970-01-01T00:00:00.000Z
  no difference

us-east
  nothing to do

Nothing to do: everything is as declared.`,
  );
});

test('changes, actions, refusals and what cannot be known, with their sums', () => {
  const plan: Plan = {
    ...nothing,
    applied: undefined,
    changes: [
      { kind: 'added', path: 'mirrors.payments.rpo', before: undefined, after: '10s' },
      { kind: 'changed', path: 'mirrors.payments.priority', before: '1', after: '2' },
      { kind: 'removed', path: 'mirrors.old.home', before: 'eu-west', after: undefined },
    ],
    regions: [
      region({ region: 'eu-west', error: { code: 'CW-3001', message: 'no broker answers' } }),
      region({
        createsLedger: true,
        actions: [create('ledger', 1_500_000n), create('payments.x', undefined)],
        refusals: [{ about: 'payments/tmp', code: 'CW-2028', message: 'it holds records' }],
        unknown: [{ about: 'clicks', code: 'CW-3001', message: 'ap-south is silent' }],
      }),
    ],
  };
  assert.equal(isComplete(plan), false);
  assert.equal(
    planText(plan, plainPaint),
    `causeway.yaml against nothing: none has been applied yet
  + mirrors.payments.rpo: 10s
  ~ mirrors.payments.priority: 1 → 2
  - mirrors.old.home: eu-west

eu-west
  cannot be planned: CW-3001 no broker answers

us-east
  create the ledger topics of this region
  create topic ledger: 3 partitions (1.5 MB to copy)
  create topic payments.x: 3 partitions (? to copy)
  clicks cannot be planned now: CW-3001 ap-south is silent
  payments/tmp is left alone: CW-2028 it holds records

3 changed values, 3 actions, ≥1.5 MB to copy, 1 topic left alone, 2 regions not known completely.`,
  );
  assert.deepEqual(planNames(plan), ['us-east/create-topic/ledger', 'us-east/create-topic/payments.x']);
});

test('bytes that nobody knows are unknown, not 0', () => {
  const plan = { ...nothing, regions: [region({ actions: [create('ledger', undefined)] })] };
  assert.deepEqual(bytesToCopy(plan), { value: undefined, complete: false });
  assert.match(planText(plan, plainPaint), /1 action, \? to copy/);
  const data = planData(plan) as { bytesToCopy: unknown; bytesToCopyAtLeast: unknown };
  assert.deepEqual([data.bytesToCopy, data.bytesToCopyAtLeast], [null, null]);
  assert.equal(bytesToCopy(nothing), undefined);
});

test('a long list is cut for people and whole for programs', () => {
  const actions = Array.from({ length: 120 }, (_, index) => create(`t${index}`, 1n));
  const plan = { ...nothing, regions: [region({ actions })] };
  const text = planText(plan, plainPaint);
  assert.match(text, /… and 70 more/);
  assert.equal(text.includes('t50'), false);
  assert.match(text, /120 actions, 120 B to copy/);
  const data = planData(plan) as { regions: { actions: unknown[] }[]; bytesToCopy: string };
  assert.equal(data.regions[0]?.actions.length, 120);
  assert.equal(data.bytesToCopy, '120');
});

test('a missing ledger alone is a change', () => {
  assert.equal(hasChanges({ ...nothing, regions: [region({ createsLedger: true })] }), true);
});
