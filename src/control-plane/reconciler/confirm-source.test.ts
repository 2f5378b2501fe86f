// What the source's brokers must say before a copy is deleted.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import type { BrokersWord, TopicCluster } from '../../kafka/client/topic-calls.ts';
import { confirmSource } from './confirm-source.ts';

const action = {
  kind: 'delete-topic',
  set: 'payments',
  topic: 'pay.a',
  topicId: 'copy',
  source: { region: 'eu-west', topicId: 'anew' },
  reason: 'eu-west has created it anew',
} as const;

/** A cluster whose brokers say these ids; `silent` does not answer, `none` knows no such topic. */
const brokersSay = (...ids: readonly string[]): TopicCluster => ({
  deleteTopic: () => Promise.reject(new Error('nobody was asked to delete here')),
  askAllForTopicId: () => Promise.resolve(ids.map(word)),
});

const word = (id: string, brokerId: number): BrokersWord => {
  const error = id === 'silent' ? new CausewayError('CW-3002', 'no way to it') : undefined;
  return { brokerId, topicId: ['silent', 'none'].includes(id) ? undefined : id, error };
};

const confirm = (...ids: readonly string[]) => confirmSource('us-east', brokersSay(...ids), action);

test('a copy may go when most brokers of the source know the new topic and none another', async () => {
  await confirm('anew');
  await confirm('anew', 'anew', 'anew');
  await confirm('anew', 'silent', 'anew');
});

test('a broker that is cut off or behind gets no copy deleted', async () => {
  const refused = (error: unknown) => error instanceof CausewayError && error.code === 'CW-2031';
  await assert.rejects(confirm('anew', 'older', 'older'), refused, 'the others know better');
  await assert.rejects(confirm('anew', 'anew', 'older'), refused, 'one knows it otherwise');
  await assert.rejects(confirm('anew', 'anew', 'none'), refused, 'one does not know it');
  await assert.rejects(confirm('anew', 'silent', 'silent'), refused, 'the others cannot be asked');
  await assert.rejects(confirm('anew', 'silent'), refused, 'one of two is not most');
  await assert.rejects(confirm('silent'), refused);
});

test('what is not deleted says how many brokers know the new topic', async () => {
  const text =
    'us-east: 1 of 3 brokers of eu-west know pay.a as it was created anew (2 answered); ' +
    'its copy is not deleted';
  await assert.rejects(confirm('anew', 'none', 'silent'), { message: text });
});
