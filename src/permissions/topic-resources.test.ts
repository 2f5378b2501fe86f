// Patterns of topics as names and prefixes of ACLs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covers, topicResources } from './topic-resources.ts';

const of = (topics: readonly string[], exclude: readonly string[] = []) => {
  const { resources, wider } = topicResources({ topics, exclude });
  return { named: resources.map(({ resource, pattern }) => `${pattern} ${resource}`), wider };
};

test('names and beginnings of names are said exactly', () => {
  const { named, wider } = of(['orders', 'pay*', 'clicks.**']);
  assert.deepEqual(named, ['literal orders', 'prefixed pay', 'prefixed clicks.']);
  assert.deepEqual(wider, []);
});

test('what ACLs cannot say is permitted more widely, and that is said', () => {
  const { named, wider } = of(['stock-*-eu', '*.audit', '*'], ['stock-tmp-eu']);
  assert.deepEqual(named, ['prefixed stock-', 'literal *', 'literal *']);
  assert.match(wider[0] ?? '', /"stock-\*-eu" has no ACL of its own: every topic that begins with "stock-"/);
  assert.match(wider[1] ?? '', /"\*\.audit" has no ACL of its own: every topic, internal ones too,/);
  assert.match(wider[2] ?? '', /"\*" has no ACL/);
  assert.match(wider[3] ?? '', /ACLs leave nothing out: "stock-tmp-eu"/);
});

test('a prefix that reaches into the internal topics is no exact one', () => {
  assert.match(of(['cause*']).wider[0] ?? '', /begins with "cause" is permitted/);
  assert.deepEqual(of(['causeways*']).wider, []);
});

test('a wide resource covers a narrow one, and not the other way round', () => {
  const prefix = { resource: 'pay', pattern: 'prefixed' } as const;
  const name = { resource: 'payments', pattern: 'literal' } as const;
  const all = { resource: '*', pattern: 'literal' } as const;
  assert.ok(covers(prefix, name) && covers(all, name) && covers(all, prefix) && covers(name, name));
  assert.ok(!covers(name, prefix) && !covers(prefix, all) && !covers(name, all));
  assert.ok(!covers(name, { resource: 'payments.eu', pattern: 'literal' }));
  assert.ok(!covers(name, { resource: 'payments', pattern: 'prefixed' }));
});
