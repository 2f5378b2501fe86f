// Actions of the controller in the words of a plan: what is refused is no action, and stays visible.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../../control-plane/reconciler/actions.ts';
import { region, topicRecord } from '../view/picture-for-tests.ts';
import { inWords } from './region-plan.ts';

const create: Action = {
  kind: 'create-topic',
  set: 'payments',
  source: 'eu-west',
  topic: { name: 'ledger', partitions: 2, replicationFactor: 1, settings: new Map() },
  bytesToCopy: 7n,
  reason: 'it is in eu-west and not in us-east',
};
const cause = { code: 'CW-2028', message: 'it holds records' };
const { observedAtMs: _at, ...decision } = topicRecord({ topic: 'tmp', state: 'refused' });
const refuse: Action = {
  kind: 'refuse-topic',
  set: 'payments',
  topic: 'tmp',
  reason: cause.message,
  decision: { ...decision, cause },
};

test('an action says what, about which topic, and how much it copies', () => {
  const { actions } = inWords({ actions: [create], unknown: [] }, region('us-east'));
  assert.deepEqual(actions, [
    {
      kind: 'create-topic',
      set: 'payments',
      topic: 'ledger',
      text: 'create topic ledger: 2 partitions, replication factor 1',
      reason: 'it is in eu-west and not in us-east',
      copies: true,
      bytesToCopy: 7n,
    },
  ]);
});

test('a refusal is shown once, whether it is new or stands already', () => {
  const standing = { ...topicRecord({ topic: 'tmp', state: 'refused' }), cause: { ...cause, sinceMs: 1 } };
  const expected = [{ about: 'payments/tmp', ...cause }];
  for (const [actions, topics] of [
    [[refuse], []],
    [[], [standing]],
    [[refuse], [standing]],
  ] as const) {
    const planned = inWords({ actions, unknown: [] }, region('us-east', { topics }));
    assert.deepEqual(planned.refusals, expected);
    assert.deepEqual(planned.actions, []);
  }
});

test('a set that cannot be planned is named', () => {
  const unknown = [{ set: 'clicks', code: 'CW-3001', message: 'ap-south is silent' }];
  assert.deepEqual(inWords({ actions: [], unknown }, region('us-east')).unknown, [
    { about: 'clicks', code: 'CW-3001', message: 'ap-south is silent' },
  ]);
});
