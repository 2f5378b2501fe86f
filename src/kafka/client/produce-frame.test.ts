// What may not be sent: the same partition or topic twice in one request (fact 2: a batch would be lost
// silently).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOutProduce } from './produce-frame.ts';
import type { ProduceRequest, ProduceTopic } from '../wire/messages.ts';

const head = { apiKey: 0, version: 12, correlationId: 1, clientId: Buffer.from('c') };
const records = Buffer.alloc(10);
const takeBuffer = (bytes: number): Buffer => Buffer.alloc(bytes);
const requestOf = (topics: readonly ProduceTopic[]): ProduceRequest => ({ acks: -1, timeoutMs: 1, topics });
const topicOf = (topic: string, topicId: string, ...partitions: number[]): ProduceTopic => ({
  topic,
  topicId,
  partitions: partitions.map((partition) => ({ partition, records })),
});
const lay = (...topics: ProduceTopic[]) => layOutProduce(head, requestOf(topics), takeBuffer);

test('the same partition twice is a defect of the caller', () => {
  assert.throws(() => lay(topicOf('t', '', 1, 2, 1)), {
    name: 'InvariantError',
    message: /partition of t twice/,
  });
});

test('the same topic twice, by name or by id, is one, too', () => {
  assert.throws(() => lay(topicOf('t', '', 1), topicOf('t', '', 2)), { name: 'InvariantError' });
  const id = 'ab'.repeat(16);
  assert.throws(() => lay(topicOf('', id, 1), topicOf('', id, 2)), { name: 'InvariantError' });
});

test('the same partition of different topics is fine', () => {
  const { pieces } = lay(topicOf('t', '', 1), topicOf('u', '', 1));
  const frame = Buffer.concat(pieces);
  assert.equal(frame.readInt32BE(0), frame.length - 4);
});

test('small batches are gathered, large ones stay where they are', () => {
  const large = Buffer.alloc(100_000);
  const topic = { topic: 't', topicId: '', partitions: [records, large, records].map(toPartition) };
  const { pieces, gathered } = layOutProduce(head, requestOf([topic]), takeBuffer);
  assert.equal(pieces.length, 3);
  assert.equal(pieces[1], large);
  for (const piece of [pieces[0], pieces[2]]) assert.equal(piece?.buffer, gathered.buffer);
});

const toPartition = (batch: Buffer, partition: number) => ({ partition, records: batch });
