// The engine between two real clusters: from offset 0, in several codecs, pause and resume, orderly stop, and
// two engines on the same partitions.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { TestLink } from '../../../test/fixtures/test-link.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';

const link = await TestLink.open(await sharedLab(), uniqueTopic('engine'));
after(() => link[Symbol.asyncDispose]());

const all = (topic: string, partitions: number) =>
  Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));

test('mirrors partitions from offset 0, what is there and what comes, in three codecs', async () => {
  const topic = uniqueTopic('from-zero');
  await link.createTopic(topic, { partitions: 3 });
  const partitions = all(topic, 3);
  const codecs = ['none', 'gzip', 'zstd'] as const;
  for (const [partition, codec] of codecs.entries()) await link.produce(topic, partition, 2_000, { codec });
  await using running = link.startEngine(partitions);
  for (const each of partitions) await link.caughtUp(each);
  for (const [partition, codec] of codecs.entries()) await link.produce(topic, partition, 500, { codec });
  for (const each of partitions) assert.equal(await link.mustBeEqual(each), 2_500n);
  for (const { state, tail } of running.engine.partitions) {
    assert.equal(state.name, 'mirroring');
    assert.equal(tail, 'empty');
  }
});

test('a paused partition writes nothing, and goes on where it was when resumed', async () => {
  const topic = uniqueTopic('pause');
  await link.createTopic(topic);
  const at = { topic, partition: 0 };
  await link.produce(topic, 0, 1_000);
  await using running = link.startEngine([at]);
  await link.caughtUp(at);
  const partition = running.engine.find(topic, 0);
  assert.ok(partition !== undefined);
  partition.pause();
  await waitUntil('the pause', () => partition.state.name === 'paused');
  await link.produce(topic, 0, 1_000);
  assert.equal(await link.endOf('target', topic, 0), 1_000n);
  partition.resume();
  assert.equal(await link.mustBeEqual(at), 2_000n);
  assert.equal(partition.tail, 'equal');
});

test('an orderly stop leaves nothing in flight, and the next engine goes on at the same offset', async () => {
  const topic = uniqueTopic('stop');
  await link.createTopic(topic);
  const at = { topic, partition: 0 };
  await link.produce(topic, 0, 20_000);
  const first = link.startEngine([at]);
  const partition = first.engine.find(topic, 0);
  await waitUntil('the first records', () => (partition?.position ?? 0n) > 0n);
  await first.stop();
  assert.equal(partition?.state.name, 'closed');
  assert.equal(partition.inFlight, 0);
  assert.equal(await link.endOf('target', topic, 0), partition.position);
  await using next = link.startEngine([at]);
  await link.mustBeEqual(at);
  assert.equal(next.engine.find(topic, 0)?.counts.fenceRefusals, 0);
});

test('two engines at once write each record once', async () => {
  const topic = uniqueTopic('two');
  await link.createTopic(topic, { partitions: 2 });
  const partitions = all(topic, 2);
  await using one = link.startEngine(partitions);
  await using two = link.startEngine(partitions);
  for (let round = 0; round < 30; round += 1) {
    for (const { partition } of partitions) await link.produce(topic, partition, 200);
  }
  for (const each of partitions) assert.equal(await link.mustBeEqual(each), 6_000n);
  const refusals = [one, two].flatMap(({ engine }) =>
    [...engine.partitions].map(({ counts }) => counts.fenceRefusals),
  );
  assert.ok(
    refusals.some((count) => count > 0),
    'the fence was never needed: the two engines did not meet',
  );
});
