// What the Kafka library throws, in our words.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import { adminError } from './admin-errors.ts';

/** As the library nests it: an aggregate of an answer's aggregate of errors. */
const answered = (apiId: string, serverErrorMessage?: string) =>
  new AggregateError(
    [new AggregateError([Object.assign(new Error('refused'), { apiId, serverErrorMessage })], 'answer')],
    'Creating topics failed.',
  );

test('a refusal says what the cluster said', () => {
  const { error, kafkaErrors } = adminError(
    answered('INVALID_REPLICATION_FACTOR', 'larger than available brokers: 1'),
    'us-east',
    'create the topic a',
  );
  assert.equal(error.code, 'CW-3009');
  assert.equal(
    error.message,
    'us-east: the cluster refused to create the topic a: INVALID_REPLICATION_FACTOR (larger than ' +
      'available brokers: 1)',
  );
  assert.deepEqual(kafkaErrors, ['INVALID_REPLICATION_FACTOR']);
});

test('a missing permission has a code of its own', () => {
  assert.equal(adminError(answered('TOPIC_AUTHORIZATION_FAILED'), 'us-east', 'x').error.code, 'CW-3010');
});

test('a refused login has a code of its own', () => {
  const { error } = adminError(answered('SASL_AUTHENTICATION_FAILED', 'wrong'), 'us-east', 'read topics');
  assert.equal(error.code, 'CW-3012');
  assert.equal(error.message, 'us-east: the login was refused: SASL_AUTHENTICATION_FAILED (wrong)');
});

test('what we refused ourselves keeps its code', () => {
  const own = new CausewayError('CW-3014', 'the endpoint is silent', {}, new Error('no answer'));
  const { error } = adminError(new AggregateError([own], 'failed'), 'us-east', 'read topics');
  assert.equal(error.code, 'CW-3014');
  assert.equal(error.message, 'us-east: could not read topics: the endpoint is silent');
});

test('what passes by itself is told apart from a refusal', () => {
  assert.equal(adminError(answered('NOT_CONTROLLER'), 'us-east', 'x').error.code, 'CW-3008');
});

test('without an answer the innermost reason is told', () => {
  const lost = new Error('Cannot connect to any broker.', { cause: new Error('connect ECONNREFUSED') });
  const { error, kafkaErrors } = adminError(
    new AggregateError([lost], 'failed'),
    'us-east',
    'read the sizes',
  );
  assert.equal(error.message, 'us-east: could not read the sizes: connect ECONNREFUSED');
  assert.deepEqual(kafkaErrors, []);
});

test('an error that contains itself is told without end', () => {
  const circle = new Error('circle');
  circle.cause = circle;
  assert.match(adminError(circle, 'us-east', 'x').error.message, /could not x/);
});
