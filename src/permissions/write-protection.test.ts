// Who may write into mirrors, from the rules of their cluster.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TopicRule } from '../kafka/acl/topic-rule.ts';
import { protectionOf } from './write-protection.ts';

const rule = (principal: string, resource: string, given: Partial<TopicRule> = {}): TopicRule => {
  return { principal, host: '*', allows: true, operation: 'Write', resource, pattern: 'literal', ...given };
};
const prefixed = { pattern: 'prefixed' } as const;
const own = [rule('User:causeway', 'orders', prefixed), rule('User:causeway', 'causeway.observed')];
const stateOf = (...more: TopicRule[]) => protectionOf(['orders', 'orders.eu'], [...own, ...more], undefined);
const protectedState = { state: 'protected' };

test('protected where only Causeway may write', () => {
  assert.deepEqual(stateOf(), protectedState);
  assert.deepEqual(stateOf(rule('User:app', 'orders', { operation: 'other' })), protectedState);
  assert.deepEqual(stateOf(rule('User:app', 'billing')), protectedState);
});

test('whoever else may write is named with the topics, by name, by prefix, by a rule for everything', () => {
  const of = (topics: string[]) => ({ state: 'writable', by: [{ principal: 'User:app', topics }] });
  assert.deepEqual(stateOf(rule('User:app', 'orders')), of(['orders']));
  assert.deepEqual(stateOf(rule('User:app', 'orders.', prefixed)), of(['orders.eu']));
  assert.deepEqual(stateOf(rule('User:app', '*', { operation: 'All' })), of(['orders', 'orders.eu']));
});

test('a rule that denies takes a right away, for everyone or for one', () => {
  const app = rule('User:app', '*');
  assert.deepEqual(stateOf(app, rule('User:app', 'orders', { ...prefixed, allows: false })), protectedState);
  assert.deepEqual(stateOf(app, rule('User:*', 'orders', { ...prefixed, allows: false })), protectedState);
  const elsewhere = rule('User:app', 'orders', { ...prefixed, allows: false, host: '10.0.0.1' });
  assert.equal(stateOf(app, elsewhere).state, 'writable');
});

test('a wide rule that includes the ledger makes nobody Causeway', () => {
  for (const resource of ['*', 'c']) {
    const pattern = resource === '*' ? {} : prefixed;
    assert.equal(stateOf(rule('User:app', resource, pattern), rule('User:app', 'orders')).state, 'writable');
  }
  const everyone = stateOf(rule('User:*', 'causeway.', prefixed), rule('User:*', 'orders'));
  assert.equal(everyone.state, 'writable');
});

test('the login that asks is Causeway, too', () => {
  const rules = [rule('User:operator', 'orders')];
  assert.deepEqual(protectionOf(['orders'], rules, 'User:operator'), protectedState);
});

test('what the rules do not say is not known', () => {
  assert.match(
    JSON.stringify(protectionOf(['orders'], [], undefined)),
    /unknown.*allow.everyone.if.no.acl.found/,
  );
  assert.equal(protectionOf([], own, undefined).state, 'unknown');
  assert.equal(protectionOf(['orders'], undefined, undefined).state, 'open');
});
