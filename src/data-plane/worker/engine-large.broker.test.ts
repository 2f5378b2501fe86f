// Batches of many megabytes between two real clusters: one record of 10 MB stands at its offset, and a target
// that takes no such batch stops its partition until it does.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { alterTopic } from '../../../test/fixtures/odd-topics.ts';
import { blocked, TestLink } from '../../../test/fixtures/test-link.ts';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';

const lab = await sharedLab();
const link = await TestLink.open(lab, uniqueTopic('large'));
after(() => link[Symbol.asyncDispose]());

const megabytes = (count: number) => ({ 'max.message.bytes': `${count * 1_048_576}` });
const recordOf = (bytes: number) => {
  const value = Buffer.alloc(bytes, 'ten megabytes ');
  return { timestamp: 1_700_000_000_000n, key: Buffer.from('key'), value };
};

test('a record of 10 MB is mirrored as small ones are, alone in its batch and among others', async () => {
  const topic = uniqueTopic('large');
  await link.createTopic(topic, { config: megabytes(12) });
  const at = { topic, partition: 0 };
  await link.produce(topic, 0, 100);
  await link.writer.append(topic, 0, [encodeBatch([recordOf(10_000_000)])]);
  await link.writer.append(topic, 0, [encodeBatch([recordOf(10), recordOf(10_000_000), recordOf(10)])]);
  await link.produce(topic, 0, 100);
  await using _running = link.startEngine([at]);
  assert.equal(await link.mustBeEqual(at), 204n);
});

test('a batch that is too large for the target stops its partition until it is taken', async () => {
  const topic = uniqueTopic('too-large');
  await link.createTopic(topic, { config: megabytes(12) }, { config: megabytes(2) });
  const at = { topic, partition: 0 };
  await link.produce(topic, 0, 100);
  await link.writer.append(topic, 0, [encodeBatch([recordOf(10_000_000)])]);
  await using running = link.startEngine([at]);
  const partition = running.engine.find(topic, 0);
  const { message } = await blocked(partition, 'CW-2015');
  assert.match(message, /too-large-\w+-0/);
  assert.match(message, /offset 100/);
  assert.equal(await link.endOf('target', topic, 0), 100n);
  await alterTopic(lab.bootstrapServers('us-east'), topic, megabytes(12));
  partition?.resume();
  assert.equal(await link.mustBeEqual(at), 101n);
});
