// Which partitions can be compared, and what is said of those that cannot: a missing right is neither
// equality nor a difference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { noTopicId } from '../../kafka/wire/messages.ts';
import { RateLimit } from './rate-limit.ts';
import { isDifferent, isIncomplete, listPartitions, resultOf, type VerifyOutcome } from './verify-topics.ts';

/** Per topic how many partitions it has, or the error with which the cluster answers to its name. */
type Answers = Readonly<Record<string, { partitions: number } | { errorCode: number }>>;

const partitionView = (partition: number) => ({
  partition,
  errorCode: 0,
  leaderId: 1,
  leaderEpoch: 0,
  replicas: [1],
  inSync: [1],
});

function clusterOf(answers: Answers): KafkaCluster {
  const viewOf = (name: string) => {
    const answer = answers[name] ?? { errorCode: kafkaError.UNKNOWN_TOPIC_OR_PARTITION };
    const { partitions = 0, errorCode = 0 } = { ...answer } as { partitions?: number; errorCode?: number };
    const each = Array.from({ length: partitions }, (_, partition) => partitionView(partition));
    return { name, topicId: noTopicId, internal: false, errorCode, partitions: each };
  };
  return {
    account: { principal: 'User:ada', servers: 'b1:9092' },
    metadata: (topics) => {
      assert.notEqual(topics, 'all', 'a list of all topics passes over some');
      const views = [...(topics as readonly string[])].map(viewOf);
      return Promise.resolve({ clusterId: 'c', controllerId: 1, brokers: [], topics: views });
    },
    connect: () => Promise.reject(new Error('nothing is to be read')),
    close: () => Promise.resolve(),
  };
}

function listed(source: Answers, target: Answers, topics: readonly string[]) {
  const limit = new RateLimit(systemClock, Number.POSITIVE_INFINITY);
  const context = {
    source: { region: 'eu-west', cluster: clusterOf(source), limit },
    target: { region: 'us-east', cluster: clusterOf(target), limit },
    clock: systemClock,
    random: seededRandom(1),
    signal: new AbortController().signal,
  };
  return listPartitions(context, topics);
}

const two = { orders: { partitions: 2 } };
const whole = { topic: 'orders', partition: undefined };

test('partitions that both sides have are compared; what only one has differs', async () => {
  const { shared, others } = await listed(two, { orders: { partitions: 3 } }, ['orders']);
  assert.deepEqual(
    shared,
    [0, 1].map((partition) => ({ topic: 'orders', partition })),
  );
  assert.deepEqual(others, [{ kind: 'absent', name: { topic: 'orders', partition: 2 }, side: 'source' }]);
  assert.equal(resultOf(others), 'different');
});

for (const [region, source, target] of [
  ['eu-west', { orders: { errorCode: kafkaError.TOPIC_AUTHORIZATION_FAILED } }, two],
  ['us-east', two, { orders: { errorCode: kafkaError.TOPIC_AUTHORIZATION_FAILED } }],
] as const) {
  test(`a topic that may not be seen in ${region} is neither equal nor different`, async () => {
    const { shared, others } = await listed(source, target, ['orders']);
    assert.deepEqual(shared, []);
    assert.equal(others.length, 1);
    const [outcome] = others as [VerifyOutcome & { kind: 'unreadable' }];
    assert.deepEqual([outcome.kind, outcome.name, outcome.error.code], ['unreadable', whole, 'CW-2017']);
    assert.match(outcome.error.message, new RegExp(`^${region}: User:ada lacks Describe on topic orders`));
    assert.match(outcome.error.message, /kafka-acls\.sh .*--topic orders/);
    assert.deepEqual([isDifferent(outcome), isIncomplete(outcome)], [false, true]);
  });
}

test('a topic that a broker answers with any other error is not taken for absent', async () => {
  const odd = { orders: { errorCode: kafkaError.LEADER_NOT_AVAILABLE } };
  const { others } = await listed(two, odd, ['orders']);
  const [outcome] = others as [VerifyOutcome & { kind: 'unreadable' }];
  assert.equal(
    outcome.error.message,
    'us-east: orders cannot be looked up: LEADER_NOT_AVAILABLE answered to Metadata',
  );
  assert.equal(resultOf(others), 'incomplete');
});

test('a topic that was deleted at the source differs', async () => {
  const { others } = await listed({}, two, ['orders']);
  assert.deepEqual(
    others.map((each) => each.kind === 'absent' && each.side),
    ['source', 'source'],
  );
  assert.equal(resultOf(others), 'different');
});

test('a topic that exists at neither side is told, and makes nothing equal', async () => {
  const { others } = await listed({}, {}, ['orders']);
  assert.deepEqual(others, [{ kind: 'absent', name: whole, side: 'both' }]);
  assert.equal(resultOf(others), 'nothing');
  assert.equal(resultOf([]), 'nothing');
});
