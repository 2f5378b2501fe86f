// The engine between two real clusters where the source's log does not begin at offset 0: the mirror begins
// there, too, whoever is killed meanwhile; or at 0, apart by one constant; a compacted topic waits.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { trimTo } from '../../../test/fixtures/odd-topics.ts';
import { seenOffsets } from '../../../test/fixtures/seen-offsets.ts';
import { blocked, TestLink } from '../../../test/fixtures/test-link.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';
import { nullBatches } from '../../kafka/batch/null-batches.ts';
import { defaultStartPolicy } from '../mirror/first-offset.ts';

const lab = await sharedLab();
const link = await TestLink.open(lab, uniqueTopic('prefix'));
after(() => link[Symbol.asyncDispose]());
const sourceServers = lab.bootstrapServers('eu-west');
const targetServers = lab.bootstrapServers('us-east');

/** A source of `count` records whose log begins at `firstOffset`. */
async function lateTopic(prefix: string, firstOffset: bigint, count: number, config = {}): Promise<string> {
  const topic = uniqueTopic(prefix);
  await link.createTopic(topic, {}, { config });
  const past = nullBatches(0n, firstOffset, 1_700_000_000_000n);
  for (const batch of past) {
    batch.fill(0, 0, 8);
    await link.writer.append(topic, 0, [batch]);
  }
  await link.produce(topic, 0, count);
  await trimTo(sourceServers, topic, firstOffset);
  return topic;
}

const offsetsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => first + index);

/** A consumer of the target from the beginning, and a comparison of everything. */
async function mustBegin(topic: string, first: number, count: number): Promise<void> {
  await link.caughtUp({ topic, partition: 0 });
  for (const { offsets, end } of await seenOffsets(targetServers, topic)) {
    assert.deepEqual([offsets, end], [offsetsFrom(first, count), first + count]);
  }
  const { from, to, comparison } = await link.verify({ topic, partition: 0 });
  assert.deepEqual(comparison.differences.kept, []);
  assert.deepEqual([from, to, comparison.records], [BigInt(first), BigInt(first + count), BigInt(count)]);
}

test('engines that are ended while the prefix is filled leave it to the next one', async () => {
  const topic = await lateTopic('killed', 5_000_150n, 300);
  const at = { topic, partition: 0 };
  let ended = 0;
  for (let reached = 0n; reached < 3_000_000n; ended += 1) {
    const running = link.startEngine([at], { prefixBatchOffsets: 250_000 });
    const partition = running.engine.find(topic, 0);
    await waitUntil('some of the prefix', () => (partition?.prefix?.reached ?? 0n) > reached);
    reached = partition?.prefix?.reached ?? reached;
    await running.stop();
  }
  assert.ok(ended > 3, `${ended}`);
  assert.ok((await link.endOf('target', topic, 0)) < 5_000_150n);
  await using running = link.startEngine([at], { prefixBatchOffsets: 250_000 });
  await mustBegin(topic, 5_000_150, 300);
  await link.produce(topic, 0, 100);
  await mustBegin(topic, 5_000_150, 400);
  assert.equal(running.engine.find(topic, 0)?.shift, 0n);
});

test('two engines at once fill one prefix', async () => {
  const topic = await lateTopic('two', 3_000_007n, 200);
  const at = { topic, partition: 0 };
  await using _first = link.startEngine([at]);
  await using _second = link.startEngine([at]);
  await mustBegin(topic, 3_000_007, 200);
});

test('shifted from the first record on: the copy begins at 0, and its place is known', async () => {
  const topic = await lateTopic('shifted', 1_234n, 200);
  const at = { topic, partition: 0 };
  const policy = { ...defaultStartPolicy, prefixMax: 1_233 };
  for (let round = 1; round <= 2; round += 1) {
    await using running = link.startEngine([at], {}, policy);
    await link.produce(topic, 0, 100);
    const end = BigInt(200 + 100 * round);
    await waitUntil('all of it', async () => (await link.endOf('target', topic, 0)) === end);
    assert.equal(running.engine.find(topic, 0)?.shift, -1_234n);
    const { from, to, comparison } = await link.verify(at);
    assert.deepEqual([from, to, comparison.differences.kept], [1_234n, 1_234n + end, []]);
  }
  for (const { offsets } of await seenOffsets(targetServers, topic)) {
    assert.deepEqual(offsets, offsetsFrom(0, 400));
  }
});

test('latest, and a time: what is older is left out', async () => {
  const topic = await lateTopic('latest', 10n, 100);
  const at = { topic, partition: 0 };
  await using running = link.startEngine([at], {}, { ...defaultStartPolicy, from: 'latest' });
  await waitUntil('the mirror', () => running.engine.find(topic, 0)?.state.name === 'mirroring');
  await link.produce(topic, 0, 50);
  await mustBegin(topic, 110, 50);

  const timed = uniqueTopic('timed');
  await link.createTopic(timed);
  for (const timestampMs of [1_000n, 2_000n, 3_000n]) {
    for (const batch of nullBatches(0n, 10n, timestampMs)) await link.writer.append(timed, 0, [batch]);
  }
  const policy = { ...defaultStartPolicy, from: { timestampMs: 1_500 } };
  await using _other = link.startEngine([{ topic: timed, partition: 0 }], {}, policy);
  await mustBegin(timed, 10, 20);
});

for (const cleanup of ['compact', 'compact,delete']) {
  test(`a mirror whose topic was compacted meanwhile (${cleanup}) takes no prefix, and waits`, async () => {
    const topic = await lateTopic('compacted', 20n, 10, { 'cleanup.policy': cleanup });
    await using running = link.startEngine([{ topic, partition: 0 }]);
    const cause = await blocked(running.engine.find(topic, 0), 'CW-2009');
    assert.match(
      cause.message,
      /us-east compacted-\w+-0: the topic has been compacted since its prefix was begun/,
    );
    assert.equal(await link.endOf('target', topic, 0), 0n);
  });
}

test('the prefix of a compacted topic is control records, up to where its copy begins', async () => {
  const topic = uniqueTopic('late-compacted');
  const config = { 'cleanup.policy': 'compact,delete', 'min.cleanable.dirty.ratio': '0.99' };
  await link.createTopic(topic, { config });
  const keyed = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      timestamp: 1_700_000_000_000n,
      key: Buffer.from(`key ${at}`),
      value: Buffer.from('value'),
    }));
  await link.writer.append(topic, 0, [encodeBatch(keyed(2_000)), encodeBatch(keyed(30))]);
  await trimTo(sourceServers, topic, 2_000n);
  const at = { topic, partition: 0, soft: 'from-start' } as const;
  await using running = link.startEngine([at]);
  await waitUntil('the copy', async () => (await link.endOf('target', topic, 0)) === 2_030n);
  for (const servers of [sourceServers, targetServers]) {
    for (const { offsets, end } of await seenOffsets(servers, topic)) {
      assert.deepEqual([offsets, end], [offsetsFrom(2_000, 30), 2_030]);
    }
  }
  const { counts, shift } = running.engine.find(topic, 0) ?? {};
  assert.deepEqual([counts?.fillers, shift], [2_000, 0n]);
});
