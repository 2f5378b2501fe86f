// Records at the size limit, a target that refuses them, a target that stops answering, and one whose brokers
// are gone: what the partition says meanwhile, and that it goes on by itself.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { defaultLimits } from '../../src/data-plane/worker/limits.ts';
import { alterTopic } from '../fixtures/odd-topics.ts';
import { blocked, TestLink } from '../fixtures/test-link.ts';

const lab = await startLab();
after(() => lab.close());
const link = await TestLink.open(lab, 'target-limits');
after(() => link[Symbol.asyncDispose]());

/** A batch of one record with exactly so many bytes. */
function batchOf(bytes: number): Buffer {
  const made = (valueBytes: number) =>
    encodeBatch([{ timestamp: 1_767_225_600_000n, key: undefined, value: Buffer.alloc(valueBytes, 'x') }]);
  // Lengths of lengths vary: a second look corrects the first.
  const near = made(bytes - 100);
  const batch = made(bytes - 100 + (bytes - near.length));
  assert.equal(batch.length, bytes);
  return batch;
}

const brokerDefaultBytes = 1_048_588;

test('batches of exactly the size limit, and of far more where permitted, are mirrored', async () => {
  const at = { topic: 'at-the-limit', partition: 0 };
  await link.createTopic(at.topic);
  await link.writer.append(at.topic, 0, [batchOf(brokerDefaultBytes), batchOf(1_000)]);
  const large = { topic: 'large', partition: 0 };
  await link.createTopic(large.topic, { config: { 'max.message.bytes': '30000000' } });
  await link.writer.append(large.topic, 0, [batchOf(30_000_000), batchOf(100_000), batchOf(29_999_999)]);
  await using running = link.startEngine([at, large]);
  assert.equal(await link.mustBeEqual(at), 2n);
  assert.equal(await link.mustBeEqual(large), 3n);
  assert.ok([...running.engine.partitions].every(({ state }) => state.name === 'mirroring'));
});

test('a target that permits less than the source: CW-2015 names the offset; raised, it goes on', async () => {
  const at = { topic: 'smaller-limit', partition: 0 };
  await link.createTopic(at.topic, {}, { config: { 'max.message.bytes': '10000' } });
  await link.writer.append(at.topic, 0, [batchOf(9_000), batchOf(20_000), batchOf(5_000)]);
  const partition = { ...defaultLimits.partition, slowRetryDelayMs: 500 };
  await using running = link.startEngine([at], { partition });
  const cause = await blocked(running.engine.find(at.topic, 0), 'CW-2015');
  assert.match(cause.message, /target offset 1 .*(MESSAGE|RECORD_LIST)_TOO_LARGE/);
  assert.equal(await link.endOf('target', at.topic, 0), 1n);
  await alterTopic(lab.bootstrapServers('us-east'), at.topic, { 'max.message.bytes': '30000' });
  assert.equal(await link.mustBeEqual(at), 3n);
});

test('a target that stops answering: the partition says which broker it is, then goes on', async () => {
  const at = { topic: 'silent-target', partition: 0 };
  await link.createTopic(at.topic);
  await link.produce(at.topic, 0, 500);
  await using running = link.startEngine([at], { produceWaitMs: 500 });
  await link.caughtUp(at);
  lab.faults.pause('us-east');
  await link.produce(at.topic, 0, 500);
  try {
    const codes = ['CW-3001', 'CW-3002', 'CW-3003', 'CW-3004'];
    const cause = await blocked(running.engine.find(at.topic, 0), ...codes);
    assert.match(cause.message, new RegExp(lab.bootstrapServers('us-east')));
  } finally {
    await lab.faults.heal('us-east');
  }
  assert.equal(await link.mustBeEqual(at), 1_000n);
});

test('a target whose brokers are gone: the partition says which address cannot be reached', async () => {
  const at = { topic: 'gone-target', partition: 0 };
  await link.createTopic(at.topic);
  await link.produce(at.topic, 0, 500);
  await lab.faults.kill('us-east');
  await using running = link.startEngine([at]);
  const cause = await blocked(running.engine.find(at.topic, 0), 'CW-3001');
  assert.match(cause.message, new RegExp(`at ${lab.bootstrapServers('us-east')} can be reached`));
  await lab.faults.heal('us-east');
  assert.equal(await link.mustBeEqual(at), 500n);
});
