// The complete comparison against real brokers: equal, one differing record, missing tail, extra records,
// other batches, another log start, a lost partition.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { noTopicId } from '../../kafka/wire/messages.ts';
import { createKafkaCluster } from '../../kafka/client/real-cluster.ts';
import { encodeBatch, type TestRecord } from './batch-for-tests.ts';
import { RateLimit } from './rate-limit.ts';
import { type VerifyContext, verifyPartition } from './verify-partition.ts';
import { listPartitions, verifyPartitions, type VerifyOutcome } from './verify-topics.ts';

const lab = await sharedLab();
const clusters = new Map(
  lab.regions.map((region): [string, KafkaCluster] => {
    const bootstrapServers = lab.bootstrapServers(region).split(',');
    return [
      region,
      createKafkaCluster({ bootstrapServers, clientId: 'verify-test', clock: systemClock, log: silentLog }),
    ];
  }),
);
after(async () => {
  await Promise.all([...clusters.values()].map((cluster) => cluster.close()));
});

function clusterOf(region: string): KafkaCluster {
  const cluster = clusters.get(region);
  assert.ok(cluster !== undefined);
  return cluster;
}

function context(): VerifyContext {
  const side = (region: string) => ({
    region,
    cluster: clusterOf(region),
    limit: new RateLimit(systemClock, Number.POSITIVE_INFINITY),
  });
  const signal = new AbortController().signal;
  return {
    source: side('eu-west'),
    target: side('us-east'),
    clock: systemClock,
    random: systemRandom,
    signal,
  };
}

const record = (offset: number, text = `value ${offset}`): TestRecord => ({
  offset: BigInt(offset),
  timestampMs: 1_700_000_000_000n + BigInt(offset),
  key: offset % 3 === 0 ? undefined : Buffer.from(`key ${offset}`),
  value: offset % 7 === 0 ? undefined : Buffer.from(text.repeat(20)),
  headers: offset % 2 === 0 ? [] : [{ key: Buffer.from('h'), value: undefined }],
});
const span = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => record(from + index));

/** Writes batches as they are; the broker numbers them. */
async function write(
  region: string,
  topic: string,
  batches: readonly (readonly TestRecord[])[],
): Promise<void> {
  const cluster = clusterOf(region);
  const view = await cluster.metadata([topic]);
  const found = view.topics.find((each) => each.name === topic);
  const leader = found?.partitions[0]?.leaderId;
  assert.ok(found !== undefined && leader !== undefined);
  const connection = await cluster.connect(leader);
  for (const batch of batches) {
    const records = encodeBatch(
      batch.map((each) => ({ ...each, offset: each.offset - (batch[0]?.offset ?? 0n) })),
    );
    const topics = [{ topic, topicId: found.topicId ?? noTopicId, partitions: [{ partition: 0, records }] }];
    const answer = await connection.produce({ acks: -1, timeoutMs: 10_000, topics });
    assert.equal(answer.partitions[0]?.errorCode, 0, answer.partitions[0]?.errorMessage);
    assert.equal(answer.partitions[0]?.baseOffset, batch[0]?.offset);
  }
  connection.destroy('written');
}

async function topicWith(
  source: readonly (readonly TestRecord[])[],
  target: readonly (readonly TestRecord[])[],
): Promise<string> {
  const topic = uniqueTopic('verify');
  await Promise.all(
    ['eu-west', 'us-east'].map((region) =>
      lab.createTopic(region, topic, { partitions: 1, replicationFactor: 1 }),
    ),
  );
  await write('eu-west', topic, source);
  await write('us-east', topic, target);
  return topic;
}

async function ranges(topic: string) {
  const verdict = await verifyPartition(context(), topic, 0);
  const { kept } = verdict.comparison.differences;
  return { verdict, ranges: kept.map(({ kind, from, to }) => `${kind} ${from}..${to}`) };
}

test('two equal logs', async () => {
  const batches = [span(0, 100), span(100, 250), span(250, 251)];
  const { verdict, ranges: found } = await ranges(await topicWith(batches, batches));
  assert.deepEqual(found, []);
  assert.equal(verdict.comparison.records, 251n);
  assert.equal(verdict.comparison.recordsDecoded, 0n);
  assert.equal(verdict.lagRecords, 0n);
});

test('one differing record among thousands, over several fetches', async () => {
  const big = (offset: number, text: string): TestRecord => ({
    ...record(offset),
    value: Buffer.alloc(4_000, text),
  });
  const batches = Array.from({ length: 30 }, (_, batch) =>
    Array.from({ length: 100 }, (_each, index) => big(batch * 100 + index, 'a')),
  );
  const changed = batches.map((batch, index) => (index === 17 ? batch.with(42, big(1_742, 'b')) : batch));
  const { verdict, ranges: found } = await ranges(await topicWith(batches, changed));
  assert.deepEqual(found, ['different 1742..1743']);
  assert.equal(verdict.comparison.records, 3_000n);
  assert.equal(verdict.comparison.recordsDecoded, 200n);
  assert.ok(verdict.comparison.bytes > 12_000_000n);
});

test('a missing tail is lag, not a difference', async () => {
  const { verdict, ranges: found } = await ranges(
    await topicWith([span(0, 100), span(100, 200)], [span(0, 100)]),
  );
  assert.deepEqual(found, []);
  assert.equal(verdict.lagRecords, 100n);
  assert.equal(verdict.to, 100n);
});

test('records beyond the end of the source are extra', async () => {
  const { ranges: found } = await ranges(await topicWith([span(0, 100)], [span(0, 100), span(100, 103)]));
  assert.deepEqual(found, ['extra 100..103']);
});

test('the same records in other batches are equal, and a change in them is found', async () => {
  const source = [span(0, 50), span(50, 100)];
  const same = await ranges(await topicWith(source, [span(0, 30), span(30, 80), span(80, 100)]));
  assert.deepEqual(same.ranges, []);
  const other = await topicWith(source, [span(0, 30), span(30, 80).with(10, record(40, 'x')), span(80, 100)]);
  assert.deepEqual((await ranges(other)).ranges, ['different 40..41']);
});

test('a topic that one side lacks is told, and the others are compared', async () => {
  const topic = await topicWith([span(0, 10)], [span(0, 10)]);
  const lonely = uniqueTopic('verify');
  await lab.createTopic('eu-west', lonely, { partitions: 2, replicationFactor: 1 });
  const { shared, absent } = await listPartitions(context(), [topic, lonely]);
  assert.deepEqual(shared, [{ topic, partition: 0 }]);
  assert.deepEqual(
    absent.map((outcome) =>
      outcome.kind === 'absent' ? [outcome.name.partition, outcome.side] : outcome.kind,
    ),
    [
      [0, 'target'],
      [1, 'target'],
    ],
  );
  const outcomes: VerifyOutcome[] = [];
  await verifyPartitions(context(), shared, (outcome) => outcomes.push(outcome));
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['compared'],
  );
});
