// The segments of the topics that a region has now, and what is said where they cannot be known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { GenerationRecord } from '../../ledger/records.ts';
import { picture, region } from '../view/picture-for-tests.ts';
import type { Picture } from '../view/picture.ts';
import { askSegments } from './ask-segments.ts';

const shifted = (targetTopicId: string, shift: bigint): GenerationRecord => ({
  kind: 'shifted',
  set: 'payments',
  targetTopicId,
  topic: 'ledger',
  partition: 1,
  firstTargetOffset: 20n,
  shift,
  recordedAtMs: 0,
});

function ask(seen: Picture, metadata: KafkaCluster['metadata']) {
  const cluster: KafkaCluster = {
    metadata,
    connect: () => assert.fail('metadata is enough'),
    close: () => Promise.resolve(),
  };
  const regions = { look: () => Promise.resolve(seen), clusterOf: () => cluster };
  return askSegments(regions, 'us-east', ['ledger', 'other']);
}

const topicOf = (name: string, topicId: string) => ({
  name,
  topicId,
  errorCode: 0,
  internal: false,
  partitions: [],
});
const view = { clusterId: 'c', brokers: [], controllerId: 1 };
const topics = [topicOf('ledger', 'id-1'), topicOf('other', 'id-2')];

test('the topic that is there now counts, not one of the same name before', async () => {
  const seen = picture({ generations: [shifted('id-0', 7n), shifted('id-1', 3n)] });
  const { of, unknown } = await ask(seen, () => Promise.resolve({ ...view, topics }));
  assert.equal(unknown, undefined);
  assert.deepEqual(of({ topic: 'ledger', partition: 1 }), [{ firstTargetOffset: 20n, shift: 3n }]);
  assert.deepEqual(of({ topic: 'ledger', partition: 0 }), []);
  assert.deepEqual(of({ topic: 'other', partition: 1 }), []);
});

test('a region that cannot be read, or does not answer, is told', async () => {
  const error = { code: 'CW-3010', message: 'Read on causeway.generations is missing' };
  const blind = { ...picture(), regions: [region('eu-west'), region('us-east', { error })] };
  const never = () => assert.fail('nobody is asked');
  assert.equal((await ask(blind, never)).unknown, 'CW-3010 Read on causeway.generations is missing');
  const silent = await ask(picture(), () => Promise.reject(new CausewayError('CW-3001', 'nobody answers')));
  assert.equal(silent.unknown, 'CW-3001 nobody answers');
  assert.deepEqual(silent.of({ topic: 'ledger', partition: 1 }), []);
});

test('where a copy begins is known, by the first record of the topic that is there now', async () => {
  const started = (targetTopicId: string, firstOffset: bigint): GenerationRecord => ({
    kind: 'started',
    set: 'payments',
    targetTopicId,
    topic: 'ledger',
    partition: 0,
    firstOffset,
    way: 'shifted',
    timestampMs: 0,
  });
  const seen = picture({ generations: [started('id-0', 7n), started('id-1', 40n), started('id-1', 50n)] });
  const { of, firstOffsetOf } = await ask(seen, () => Promise.resolve({ ...view, topics }));
  assert.deepEqual(of({ topic: 'ledger', partition: 0 }), [{ firstTargetOffset: 0n, shift: -40n }]);
  assert.equal(firstOffsetOf({ topic: 'ledger', partition: 0 }), 40n);
  assert.equal(firstOffsetOf({ topic: 'ledger', partition: 1 }), 0n);
});
