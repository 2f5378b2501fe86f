// Topics of which something may not be read: what is mirrored goes on and says so, what is new waits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import { decidedMirror } from '../../ledger/decided-for-tests.ts';
import type { Action, DecideTopic } from './actions.ts';
import { clusterOf, observationOf, topicAt } from './observation-for-tests.ts';
import { plan } from './plan.ts';
import { RoundFailures } from './round-failures.ts';

const denial = { code: 'CW-3010', message: 'eu-west: User:causeway lacks DescribeConfigs on topic pay.a' };
const atSource = topicAt('source', 'pay.a', { settings: undefined, denial });
const atTarget = topicAt('target', 'pay.a', { settings: undefined, denial });
const decided = decidedMirror('pay.a');

const only = (actions: readonly Action[]): DecideTopic => {
  assert.equal(actions.length, 1, JSON.stringify(actions.map(({ kind }) => kind)));
  return actions[0] as DecideTopic;
};

test('a new topic whose settings may not be read is not begun, and the others are', () => {
  const source = [atSource, topicAt('source', 'pay.b')];
  const { actions } = plan(observationOf({ source }));
  assert.deepEqual(
    actions.map(({ kind }) => kind),
    ['refuse-topic', 'create-topic'],
  );
  assert.deepEqual((actions[0] as DecideTopic).decision.cause, denial);
});

test('a mirror goes on with the cause beside it, at whichever side it is, and is told once', () => {
  for (const sides of [
    { source: [atSource], target: [topicAt('target', 'pay.a')] },
    { source: [topicAt('source', 'pay.a')], target: [atTarget] },
  ]) {
    const action = only(plan(observationOf({ ...sides, decided: [decided] })).actions);
    assert.equal(action.kind, 'keep-topic');
    assert.equal(action.decision.state, 'mirrored');
    assert.equal(action.decision.targetTopicId, decided.targetTopicId);
    assert.deepEqual(action.decision.cause, denial);
    const told = [{ ...decided, cause: { ...denial, sinceMs: 0 } }];
    assert.deepEqual(plan(observationOf({ ...sides, decided: told })).actions, []);
  }
});

test('what may not be seen is not taken for missing', () => {
  const hidden = new Map([['pay.a', denial]]);
  const base = observationOf({ source: [topicAt('source', 'pay.a')] });
  const target = { ...clusterOf('us-east', 1, []), hidden };
  const atTargetHidden = plan({ ...base, clusters: new Map([...base.clusters, ['us-east', target]]) });
  assert.equal(only(atTargetHidden.actions).kind, 'refuse-topic');
  const source = { ...clusterOf('eu-west', 1, []), hidden };
  const atSourceHidden = plan({
    ...base,
    decided: [decided],
    clusters: new Map([...base.clusters, ['eu-west', source]]),
  });
  assert.equal(only(atSourceHidden.actions).kind, 'keep-topic');
});

test('after a failure nothing that rests on it is done in the round, and everything else is', () => {
  const error = new CausewayError('CW-3010', 'no');
  const about = { set: 'payments', reason: '' };
  const generation: Action = { ...about, kind: 'open-generation', generation: 1 };
  const settings: Action = { ...about, kind: 'set-settings', topic: 'pay.a', changes: [] };
  const add: Action = { ...about, kind: 'add-partitions', topic: 'pay.a', from: 1, to: 2 };
  const decision = { ...decided, cause: undefined };
  const mirror: Action = { ...about, kind: 'mirror-topic', topic: 'pay.a', decision };
  const other: Action = { ...mirror, topic: 'pay.b' };
  const refuse: Action = { ...mirror, kind: 'refuse-topic' };

  const ofTopic = new RoundFailures();
  ofTopic.note(settings, error);
  assert.equal(ofTopic.before(mirror), error);
  for (const action of [add, other, refuse]) assert.equal(ofTopic.before(action), undefined);

  const ofSet = new RoundFailures();
  ofSet.note(generation, error);
  for (const action of [settings, add, mirror, other]) assert.equal(ofSet.before(action), error);
  for (const action of [refuse, { ...mirror, set: 'clicks' }]) assert.equal(ofSet.before(action), undefined);
});
