// Which topics a comparison asks for, also those that the source does not list.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picture, setSpec, topicRecord } from './picture-for-tests.ts';
import { topicsToVerify } from './topics-to-verify.ts';

const spec = setSpec({ topics: ['payments.*', 'ledger', 'payments.tmp'], exclude: ['payments.tmp'] });

function asked(decided: Parameters<typeof topicRecord>[0][], listed: readonly string[]) {
  const topics = decided.map((each) => topicRecord(each));
  return topicsToVerify(picture({ topics }, spec), spec, 'us-east', listed);
}

test('topics that the source lists, if they are of the set', () => {
  assert.deepEqual(asked([], ['payments.b', 'payments.a', 'other', 'ledger', 'payments.tmp']), [
    'ledger',
    'payments.a',
    'payments.b',
  ]);
});

test('a topic that the set names is asked for also where the source does not list it', () => {
  assert.deepEqual(asked([], []), ['ledger']);
});

test('a topic that was decided on is asked for also where the source does not list it', () => {
  const decided = [{ topic: 'payments.seen' }, { topic: 'payments.denied', state: 'refused' as const }];
  assert.deepEqual(asked(decided, []), ['ledger', 'payments.denied', 'payments.seen']);
});

test('what was left, is of another set or target, or is excluded now is not asked for', () => {
  const decided = [
    { topic: 'payments.left', state: 'gone' as const },
    { topic: 'payments.theirs', set: 'other' },
    { topic: 'payments.elsewhere', target: 'ap-south' },
    { topic: 'payments.tmp' },
  ];
  assert.deepEqual(asked(decided, []), ['ledger']);
});
