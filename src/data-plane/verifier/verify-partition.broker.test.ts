// The complete comparison against real brokers: equal, one differing record, missing tail, extra records,
// other batches, another log start, a lost partition.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';
import { sharedLab, uniqueTopic } from '../../../lab/rig.ts';
import { TopicWriter } from '../../../test/fixtures/topic-writer.ts';
import { verifyContext } from '../../../test/fixtures/verify-context.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { createKafkaCluster } from '../../kafka/client/real-cluster.ts';
import { encodeBatch, type TestCodec, type TestRecord } from './batch-for-tests.ts';
import { RateLimit } from './rate-limit.ts';
import { verifyPartition } from './verify-partition.ts';
import { isDifferent, listPartitions, verifyPartitions, type VerifyOutcome } from './verify-topics.ts';

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

const context = () => verifyContext(clusterOf('eu-west'), clusterOf('us-east'));

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
  codec?: TestCodec,
): Promise<void> {
  // A leader that has just been elected may not know it yet: the writer asks again.
  using writer = new TopicWriter(clusterOf(region));
  for (const batch of batches) {
    const first = batch[0]?.offset ?? 0n;
    const records = encodeBatch(
      batch.map((each) => ({ ...each, offset: each.offset - first })),
      codec,
    );
    assert.equal(await writer.append(topic, 0, [records]), first + BigInt(batch.length));
  }
}

async function topicWith(
  source: readonly (readonly TestRecord[])[],
  target: readonly (readonly TestRecord[])[],
  codec?: TestCodec,
): Promise<string> {
  const topic = uniqueTopic('verify');
  await Promise.all(
    ['eu-west', 'us-east'].map((region) =>
      // The records are old, and the brokers look for what is too old half a minute after their start.
      lab.createTopic(region, topic, { partitions: 1, config: { 'retention.ms': '-1' } }),
    ),
  );
  await write('eu-west', topic, source);
  await write('us-east', topic, target, codec);
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
  const { shared, others } = await listPartitions(context(), [topic, lonely]);
  assert.deepEqual(shared, [{ topic, partition: 0 }]);
  assert.deepEqual(
    others.map((outcome) =>
      outcome.kind === 'absent' ? [outcome.name.partition, outcome.side] : outcome.kind,
    ),
    [
      [0, 'target'],
      [1, 'target'],
    ],
  );
  const outcomes: VerifyOutcome[] = [];
  await verifyPartitions(context(), shared, { onOutcome: (outcome) => outcomes.push(outcome) });
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['compared'],
  );
  assert.deepEqual([...others, ...outcomes].map(isDifferent), [true, true, false]);
});

test('different partition counts: shared partitions are compared, the others are told by side', async () => {
  const topic = uniqueTopic('verify');
  await lab.createTopic('eu-west', topic, { partitions: 2, replicationFactor: 1 });
  await lab.createTopic('us-east', topic, { partitions: 3, replicationFactor: 1 });
  const { shared, others } = await listPartitions(context(), [topic]);
  assert.deepEqual(
    shared.map(({ partition }) => partition),
    [0, 1],
  );
  assert.deepEqual(others, [{ kind: 'absent', name: { topic, partition: 2 }, side: 'source' }]);
});

test('a topic that neither side has is told for both', async () => {
  const topic = uniqueTopic('verify');
  const { shared, others } = await listPartitions(context(), [topic]);
  assert.deepEqual(shared, []);
  assert.deepEqual(others, [{ kind: 'absent', name: { topic, partition: undefined }, side: 'both' }]);
});

test('missing and extra records in the middle of the target', async () => {
  // The source's offsets 10 to 20 are elsewhere: their batch stands at the end of the target.
  const source = [span(0, 10), span(10, 20), span(20, 30)];
  const moved = (batch: readonly TestRecord[], by: number) =>
    batch.map((each) => ({ ...each, offset: each.offset + BigInt(by) }));
  const target = [span(0, 10), moved(span(20, 30), -10), moved(span(10, 20), 10)];
  assert.deepEqual((await ranges(await topicWith(source, target))).ranges, ['different 10..30']);
});

const codecs: readonly (readonly [string, TestCodec])[] = [
  ['gzip', { codec: 1, compress: (body) => gzipSync(body) }],
  ['snappy', { codec: 2, compress: (body) => compressionsAlgorithms.snappy.compressSync(body) }],
  ['lz4', { codec: 3, compress: (body) => compressionsAlgorithms.lz4.compressSync(body) }],
  ['zstd', { codec: 4, compress: (body) => zstdCompressSync(body) }],
];
for (const [name, codec] of codecs) {
  test(`${name} at the target, nothing at the source: equal, and one change is found`, async () => {
    const source = [span(0, 40), span(40, 80)];
    assert.deepEqual((await ranges(await topicWith(source, [span(0, 50), span(50, 80)], codec))).ranges, []);
    const changed = [span(0, 50), span(50, 80).with(3, record(53, 'other'))];
    assert.deepEqual((await ranges(await topicWith(source, changed, codec))).ranges, ['different 53..54']);
  });
}

test('a topic that is written while it is verified does not differ', async () => {
  const topic = await topicWith([span(0, 100)], [span(0, 100)]);
  let writing = true;
  let written = 100;
  const mirror = (async () => {
    while (writing) {
      const next = span(written, written + 50);
      await write('eu-west', topic, [next]);
      await write('us-east', topic, [next.slice(0, 20), next.slice(20)]);
      written += 50;
    }
  })();
  let compared = 0n;
  try {
    for (let round = 0; round < 15; round += 1) {
      const { verdict, ranges: found } = await ranges(topic);
      assert.deepEqual(found, []);
      assert.ok(verdict.comparison.records >= compared, 'each round sees at least what the one before saw');
      compared = verdict.comparison.records;
    }
  } finally {
    writing = false;
    await mirror;
  }
  assert.ok(compared > 100n, 'it was written meanwhile');
});

test('a limit on the rate makes it wait for what was read before, and changes no result', async () => {
  const source = Array.from({ length: 40 }, (_, index) => span(index * 100, index * 100 + 100));
  const topic = await topicWith(source, source);
  const waitedMs: number[] = [];
  const clock = {
    ...systemClock,
    monotonicMs: () => 0,
    sleep: (delayMs: number) => {
      waitedMs.push(delayMs);
      return Promise.resolve();
    },
  };
  const plain = context();
  const limited = {
    ...plain,
    source: { ...plain.source, limit: new RateLimit(clock, 1_000) },
    target: { ...plain.target, limit: new RateLimit(clock, 1_000) },
  };
  const { comparison } = await verifyPartition(limited, topic, 0);
  assert.equal(comparison.records, 4_000n);
  assert.equal(comparison.differences.kept.length, 0);
  const verdict = await verifyPartition(limited, topic, 0);
  // The second run waits for the first: both sides have read at least the log's bytes at 1000 per second.
  assert.ok(Math.max(...waitedMs) >= Number(comparison.bytes));
  assert.equal(verdict.comparison.records, 4_000n);
});

test('an abort ends the comparison', async () => {
  const topic = await topicWith([span(0, 10)], [span(0, 10)]);
  const controller = new AbortController();
  controller.abort(new Error('not wanted'));
  await assert.rejects(
    verifyPartition(
      { ...context(), signal: controller.signal, source: { ...context().source, cluster: gone() } },
      topic,
      0,
    ),
    /not wanted/,
  );
});

/** A cluster that nobody can reach. */
function gone(): KafkaCluster {
  return createKafkaCluster({
    bootstrapServers: ['127.0.0.1:1'],
    clientId: 'verify-test',
    clock: systemClock,
    log: silentLog,
  });
}
