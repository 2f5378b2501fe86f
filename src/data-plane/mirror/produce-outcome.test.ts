// Every produce answer, and what the partition does with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KafkaErrorName, kafkaError } from '../../kafka/wire/error-codes.ts';
import { asTarget } from './offsets.ts';
import { judgeProduce, type ProduceAnswer } from './produce-outcome.ts';

const expected = asTarget(100n);
const answer = (name: KafkaErrorName, baseOffset = -1n) => ({
  errorCode: kafkaError[name],
  baseOffset,
  errorMessage: undefined,
});

const place = { targetRegion: 'us-east', topic: 'orders', partition: 3, brokerId: 2 };
const judge = (given: ProduceAnswer) => judgeProduce(given, expected, place);

test('success at the expected offset is the only append', () => {
  assert.deepEqual(judge(answer('NONE', 100n)), { kind: 'appended' });
});

test('success below the expected offset is a repeat that the fence recognised', () => {
  const outcome = judge(answer('NONE', 99n));
  assert.equal(outcome.kind, 'contended');
});

test('success above the expected offset: the start procedure finds out what stands in between', () => {
  const outcome = judge(answer('NONE', 109n));
  assert.ok(outcome.kind === 'restart');
  assert.match(outcome.reason, /offset 109 answered for 100/);
});

const table: [KafkaErrorName, string, string | undefined][] = [
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'contended', 'CW-2020'],
  ['DUPLICATE_SEQUENCE_NUMBER', 'contended', 'CW-2020'],
  ['REQUEST_TIMED_OUT', 'wait', 'CW-2022'],
  ['NOT_ENOUGH_REPLICAS', 'wait', 'CW-2022'],
  ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'wait', 'CW-2022'],
  ['KAFKA_STORAGE_ERROR', 'wait', 'CW-2023'],
  ['CORRUPT_MESSAGE', 'suspect', 'CW-2014'],
  ['MESSAGE_TOO_LARGE', 'suspect', 'CW-2015'],
  ['RECORD_LIST_TOO_LARGE', 'suspect', 'CW-2015'],
  ['INVALID_TIMESTAMP', 'suspect', 'CW-2016'],
  ['INVALID_RECORD', 'suspect', 'CW-2016'],
  ['POLICY_VIOLATION', 'suspect', 'CW-2016'],
  ['TOPIC_AUTHORIZATION_FAILED', 'wait', 'CW-2017'],
  ['NOT_LEADER_OR_FOLLOWER', 'restart', undefined],
  ['UNKNOWN_TOPIC_OR_PARTITION', 'restart', undefined],
  ['INVALID_PRODUCER_EPOCH', 'restart', undefined],
  ['UNKNOWN_PRODUCER_ID', 'restart', undefined],
  ['UNKNOWN_SERVER_ERROR', 'restart', undefined],
];

for (const [name, kind, code] of table) {
  test(`${name} leads to ${kind}`, () => {
    const outcome = judge(answer(name));
    assert.equal(outcome.kind, kind);
    assert.equal('cause' in outcome ? outcome.cause.code : undefined, code);
  });
}

test('an error is never taken for an append, whatever its base offset', () => {
  for (const [name] of table) {
    assert.notEqual(judge(answer(name, 100n)).kind, 'appended', name);
  }
});

test('every message says in which region and partition, and in the broker’s words what is wrong', () => {
  const outcomes = [
    judge(answer('NONE', 99n)),
    judge(answer('NONE', 107n)),
    ...table.map(([name]) => judge({ ...answer(name), errorMessage: 'the disk is full' })),
  ];
  for (const [index, outcome] of outcomes.entries()) {
    assert.notEqual(outcome.kind, 'appended');
    const text = 'cause' in outcome ? outcome.cause.message : 'reason' in outcome ? outcome.reason : '';
    assert.match(text, /^us-east orders-3: /);
    if (index >= 2) assert.match(text, /[A-Z]+: the disk is full( to Produce|$)/);
    if (index >= 2 && outcome.kind !== 'restart') assert.match(text, /broker 2 answered/);
  }
});
