// Anchored globs against regular expressions, names that two globs share, and what no pattern ever matches.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commonName } from './glob-overlap.ts';
import { compileGlob, isTopicName, isTopicPattern, matchTopics } from './patterns.ts';

const glob = fc.array(fc.constantFrom('a', 'b', '.', '*', '*'), { maxLength: 8 }).map((all) => all.join(''));
const name = fc.array(fc.constantFrom('a', 'b', '.'), { maxLength: 10 }).map((all) => all.join(''));
const expressionOf = (pattern: string) =>
  new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);

test('a glob matches what the regular expression with .* matches', () => {
  fc.assert(
    fc.property(glob, name, (pattern, each) => {
      assert.equal(compileGlob(pattern).matches(each), expressionOf(pattern).test(each));
    }),
    { numRuns: 20_000 },
  );
});

test('a glob is anchored at both ends', () => {
  const glob = compileGlob('pay*.eu');
  assert.deepEqual(
    ['pay.eu', 'payments.eu', 'pay.eu.eu', 'xpay.eu', 'pay.eux', 'pay', 'payeu'].map((each) =>
      glob.matches(each),
    ),
    [true, true, true, false, false, false, false],
  );
  assert.ok(!compileGlob('ab*ba').matches('aba'), 'head and tail do not share characters');
  assert.ok(compileGlob('*').matches('anything.at-all_1'));
});

test('a name found for two globs is matched by both, and none is found only where there is none', () => {
  fc.assert(
    fc.property(glob, glob, name, (a, b, sample) => {
      const common = commonName(a, b, { stepsLeft: 1_000_000 });
      if (common !== undefined) assert.ok(expressionOf(a).test(common) && expressionOf(b).test(common));
      else assert.ok(!(expressionOf(a).test(sample) && expressionOf(b).test(sample)));
    }),
    { numRuns: 20_000 },
  );
});

test('comparing two globs takes its steps from the effort, and none beyond it', () => {
  const [a, b] = [`x${'*a'.repeat(50)}*`, `x${'*b'.repeat(50)}*`];
  const effort = { stepsLeft: 1_000_000 };
  assert.notEqual(commonName(a, b, effort), undefined);
  assert.equal(effort.stepsLeft, 1_000_000 - (a.length + 1) * (b.length + 1));
  assert.equal(commonName(a, b, { stepsLeft: 100 }), undefined);
});

test('internal topics are never matched, by no pattern and by no name', () => {
  const internal = [
    '__consumer_offsets',
    '__transaction_state',
    'causeway.desired',
    'causeway.rescue.a',
    '__',
  ];
  const set = { topics: ['*', '__*', 'causeway.*', ...internal], exclude: [] };
  assert.deepEqual(matchTopics(set, [...internal, '_schemas', 'causeway', 'causewayx', 'a']), [
    '_schemas',
    'causeway',
    'causewayx',
    'a',
  ]);
});

test('excluded topics are not matched, and the order of the names is kept', () => {
  const set = { topics: ['pay*', 'ledger'], exclude: ['pay.tmp', '*.test'] };
  const names = ['z', 'pay.tmp', 'ledger', 'pay.b', 'pay.test', 'pay.a', 'ledger2'];
  assert.deepEqual(matchTopics(set, names), ['ledger', 'pay.b', 'pay.a']);
});

test('topic names and patterns by Kafka’s rule', () => {
  for (const good of ['a', 'A-b_c.9', '...', 'x'.repeat(249)]) assert.ok(isTopicName(good), good);
  for (const bad of ['', '.', '..', 'a b', 'a/b', 'ä', 'a*', 'x'.repeat(250), 'a\n']) {
    assert.ok(!isTopicName(bad), bad);
  }
  assert.ok(isTopicPattern('*') && isTopicPattern('a*b') && !isTopicPattern('a?') && !isTopicPattern('a\n'));
});
