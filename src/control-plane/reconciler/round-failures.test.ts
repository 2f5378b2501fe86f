// What a failure keeps from being done in the same round.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import type { Action } from './actions.ts';
import { RoundFailures } from './round-failures.ts';

const reason = 'because';
const opening: Action = { kind: 'open-generation', set: 'payments', generation: 1, reason };
const deleting = (set: string): Action => {
  const source = { region: 'eu-west', topicId: 'anew' };
  return { kind: 'delete-topic', set, topic: 'pay.a', topicId: 'copy', source, reason };
};

test('no copy is deleted in a round in which its set has no generation to copy it anew', () => {
  const failures = new RoundFailures();
  assert.equal(failures.before(deleting('payments')), undefined);
  const error = new CausewayError('CW-3010', 'not permitted');
  failures.note(opening, error);
  assert.equal(failures.before(deleting('payments')), error);
  assert.equal(failures.before(deleting('orders')), undefined);
});
