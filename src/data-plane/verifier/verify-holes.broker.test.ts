// The comparison of logs with holes on real brokers: transactions of stock producers at the source, plain
// batches and control records at the target, damaged in various ways; LogAppendTime; real cleaners.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { alterTopic } from '../../../test/fixtures/odd-topics.ts';
import { TopicWriter } from '../../../test/fixtures/topic-writer.ts';
import { verifyContext } from '../../../test/fixtures/verify-context.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createKafkaCluster } from '../../kafka/client/real-cluster.ts';
import { endOf, recordAt, SourceScript, span } from '../../../test/fixtures/source-script.ts';
import type { TestRecord } from './batch-for-tests.ts';
import { batchOf, type TargetPart, writeTarget } from './mirrored-logs-for-tests.ts';
import { type VerifyOptions, verifyPartition } from './verify-partition.ts';

const lab = await sharedLab();
const clusterOf = (region: string) =>
  createKafkaCluster({
    bootstrapServers: lab.bootstrapServers(region).split(','),
    clientId: 'verify-test',
    clock: systemClock,
    log: silentLog,
  });
const source = clusterOf('eu-west');
const target = clusterOf('us-east');
after(() => Promise.all([source.close(), target.close()]));

async function verify(topic: string, options: VerifyOptions = {}) {
  const verdict = await verifyPartition(verifyContext(source, target), topic, 0, options);
  const { kept } = verdict.comparison.differences;
  return { verdict, ranges: kept.map(({ kind, from, to }) => `${kind} ${from}..${to}`) };
}

async function createBoth(topic: string, config: Readonly<Record<string, string>> = {}): Promise<void> {
  const shape = { partitions: 1, config: { 'retention.ms': '-1', ...config } };
  await Promise.all(['eu-west', 'us-east'].map((region) => lab.createTopic(region, topic, shape)));
}

/**
 * 0-4 plain, 5-9 committed and 10-12 aborted interleaved with 13-14 committed; markers at 15 and 16; 17-19
 * plain, 20-29 aborted, its marker at 30, 31-33 committed, its marker at 34.
 */
async function writeSource(topic: string): Promise<void> {
  const script = new SourceScript(source, lab.bootstrapServers('eu-west'), topic);
  try {
    await script.interleaved();
    await script.send('bad', 10);
    await script.finish('bad', 'abort');
    await script.send('good', 3);
    await script.finish('good', 'commit');
    assert.equal(script.end, 35);
  } finally {
    await script.close();
  }
}

const mirrored: readonly TargetPart[] = [
  span(0, 5),
  span(5, 10),
  3,
  span(13, 15),
  2,
  span(17, 20),
  11,
  span(31, 34),
  1,
];

/** One source; a target for each way of writing it. */
async function verifyTarget(parts: readonly TargetPart[], options: VerifyOptions = {}) {
  const topic = uniqueTopic('verify-holes');
  await createBoth(topic);
  await Promise.all([writeSource(topic), writeTarget(target, topic, parts)]);
  return verify(topic, options);
}

test('transactions: a mirror with fillers is equal, batch by batch, to the last offset', async () => {
  const { verdict, ranges } = await verifyTarget(mirrored);
  assert.deepEqual(ranges, []);
  assert.deepEqual([verdict.from, verdict.to, verdict.lagRecords], [0n, 35n, 0n]);
  assert.equal(verdict.comparison.records, 18n);
  assert.equal(verdict.comparison.recordsDecoded, 0n);
});

test('transactions: other batches are equal, too; trailing holes not there yet are lag', async () => {
  const parts = [span(0, 3), span(3, 10), 3, span(13, 15), 2, span(17, 20), 11, span(31, 34)];
  const { verdict, ranges } = await verifyTarget(parts);
  assert.deepEqual(ranges, []);
  assert.deepEqual([verdict.to, verdict.lagRecords], [34n, 1n]);
  assert.ok(verdict.comparison.recordsDecoded > 0n);
});

test('transactions: every kind of damage is named where it is', async () => {
  const damages: readonly (readonly [number, TargetPart, readonly string[]])[] = [
    [1, span(5, 10).with(2, recordAt(7, 'other')), ['different 7..8']],
    [1, 5, ['missing 5..10']],
    [2, span(10, 13), ['aborted 10..13']],
    [4, span(15, 17), ['extra 15..17']],
    [6, span(20, 31), ['aborted 20..30', 'extra 30..31']],
    [8, [recordAt(34)], ['extra 34..35']],
  ];
  await Promise.all(
    damages.map(async ([index, part, expected]) => {
      const { ranges } = await verifyTarget(mirrored.with(index, part));
      assert.deepEqual(ranges, expected, `part ${index}`);
    }),
  );
});

test('what was written to the target in a transaction and aborted is told', async () => {
  const topic = uniqueTopic('verify-holes');
  await createBoth(topic);
  await Promise.all([writeSource(topic), writeTarget(target, topic, mirrored.slice(0, 2))]);
  const producer = new Producer({
    clientId: 'verify-test',
    bootstrapBrokers: lab.bootstrapServers('us-east').split(','),
    transactionalId: `stranger-${topic}`,
    idempotent: true,
    serializers: stringSerializers,
  });
  const transaction = await producer.beginTransaction();
  await transaction.send({ messages: [{ topic, partition: 0, key: 'k', value: 'v' }] });
  // Open: nobody sees it yet, and the log goes on behind the last stable offset.
  assert.deepEqual((await verify(topic)).verdict.to, 10n);
  await transaction.abort();
  await producer.close();
  await waitUntil('the marker', async () => (await endOf(target, topic, 1)) === 12n);
  assert.deepEqual((await verify(topic)).ranges, ['aborted 10..11']);
});

test('shifted: three fillers too many, given back at the next holes', async () => {
  const parts = mirrored.with(2, 6).with(6, 8);
  const segments = [
    { firstTargetOffset: 16n, shift: 3n },
    { firstTargetOffset: 31n, shift: 0n },
  ];
  const { verdict, ranges } = await verifyTarget(parts, { segments });
  assert.deepEqual(ranges, []);
  assert.deepEqual([verdict.to, verdict.lagRecords, verdict.isShifted], [35n, 0n, true]);
  assert.deepEqual((await verifyTarget(parts)).ranges, [
    'missing 13..15',
    'extra 16..17',
    'different 17..18',
    'missing 18..20',
    'aborted 20..23',
  ]);
});

test('LogAppendTime: the append time is the record’s time at the target', async () => {
  const topic = uniqueTopic('verify-append-time');
  await lab.createTopic('eu-west', topic, {
    partitions: 1,
    config: { 'message.timestamp.type': 'LogAppendTime' },
  });
  await lab.createTopic('us-east', topic, { partitions: 1, config: { 'retention.ms': '-1' } });
  using writer = new TopicWriter(source);
  await writer.append(topic, 0, [batchOf(span(0, 10))]);
  using mirror = new TopicWriter(target);
  await mirror.append(topic, 0, [batchOf(span(0, 10))]);
  const wrong = await verify(topic);
  assert.deepEqual(wrong.ranges, ['different 0..10']);
  const detail = wrong.verdict.comparison.differences.kept[0]?.detail ?? '';
  const appendedMs = /timestamp (\d+) at the source, 1700000000000 at the target/.exec(detail)?.[1];
  assert.ok(appendedMs !== undefined, detail);
  await lab.deleteTopic('us-east', topic);
  await lab.createTopic('us-east', topic, { partitions: 1, config: { 'retention.ms': '-1' } });
  const stamped = span(0, 10).map((each) => ({ ...each, timestampMs: BigInt(appendedMs) }));
  await mirror.append(topic, 0, [batchOf(stamped)]);
  assert.deepEqual((await verify(topic)).ranges, []);
});

test('real cleaners: two logs that were cleaned apart, and a lost latest record', {
  timeout: 120_000,
}, async () => {
  const topic = uniqueTopic('verify-compacted');
  await createBoth(topic, { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.99' });
  const keyed = (from: number, to: number) =>
    span(from, to).map((each, index) => ({ ...each, key: Buffer.from(`key ${index % 10}`) }));
  using writer = new TopicWriter(source);
  using mirror = new TopicWriter(target);
  const both = async (records: readonly TestRecord[]) => {
    await writer.append(topic, 0, [batchOf(records)]);
    await mirror.append(topic, 0, [batchOf(records)]);
  };
  await both(keyed(0, 100));
  await both(keyed(100, 200));
  // A cleaner that keeps a tombstone writes into its batch's header when it may go (KIP-534).
  await both([{ ...recordAt(200), key: Buffer.from('gone'), value: undefined }]);
  // The source's cleaner runs, the target's does not.
  const eager = { 'min.cleanable.dirty.ratio': '0.0', 'segment.ms': '50', 'max.compaction.lag.ms': '100' };
  await alterTopic(lab.bootstrapServers('eu-west'), topic, eager);
  // A new segment begins with the next batch; the one being written is never cleaned.
  await both(keyed(201, 211));
  await both(keyed(211, 221));
  const found = await waitUntil('a cleaned source', async () => {
    const { verdict, ranges } = await verify(topic, { isCompacted: true });
    assert.deepEqual(ranges, [], 'whatever the cleaner has done so far, nothing is lost');
    return verdict.comparison.lonely > 0n && verdict;
  });
  assert.ok(found.comparison.lonely >= 100n, `${found.comparison.lonely} records were cleaned`);
  // Judged without keys, the same logs differ.
  assert.ok((await verify(topic)).verdict.comparison.differences.offsets('extra') >= 100n);
  // A record that only the source gets, and that no other of its key follows.
  await writer.append(topic, 0, [batchOf([{ ...recordAt(221), key: Buffer.from('lost') }])]);
  await mirror.append(topic, 0, [batchOf([{ ...recordAt(221), key: Buffer.from('key 0') }])]);
  const lost = await verify(topic, { isCompacted: true });
  assert.deepEqual(lost.ranges, ['different 221..222']);
});
