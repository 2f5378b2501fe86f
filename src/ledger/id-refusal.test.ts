// Which right a person is told of when a coordinator refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { refusalText } from './id-refusal.ts';

const account = { principal: 'User:w', servers: 'b:1' };
const guard = { set: 's', region: 'us', topic: 'orders' };

test('a right on the id is told with the prefix that all ids of the set have', () => {
  const errorCode = kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  const said = (call: 'FindCoordinator' | 'EndTxn') => refusalText({ call, errorCode }, account, guard);
  assert.match(said('FindCoordinator'), /^User:w lacks Describe on transactional id causeway\.s\.us\.\* /);
  assert.match(
    said('EndTxn'),
    /^User:w lacks Write on .*\(TRANSACTIONAL_ID_AUTHORIZATION_FAILED answered to E/,
  );
});

test('a topic that may not be written is named, where there is one', () => {
  const answer = { call: 'AddPartitionsToTxn', errorCode: kafkaError.TOPIC_AUTHORIZATION_FAILED } as const;
  assert.match(
    refusalText(answer, account, guard),
    /^User:w lacks Write on topic orders .*--operation Write --topic orders`$/,
  );
  const answered = 'TOPIC_AUTHORIZATION_FAILED answered to AddPartitionsToTxn';
  assert.equal(refusalText(answer, account, { set: 's', region: 'us' }), answered);
});

test('anything else is told as it was answered', () => {
  const answer = { call: 'EndTxn', errorCode: kafkaError.PRODUCER_FENCED } as const;
  assert.equal(refusalText(answer, account, guard), 'PRODUCER_FENCED answered to EndTxn');
});
