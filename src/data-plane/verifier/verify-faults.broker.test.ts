// The complete comparison with three replicas, in a lab of its own: a leader that dies, and a bit that flips
// on disk.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startLab } from '../../../lab/lab.ts';
import { verifyContext } from '../../../test/fixtures/verify-context.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { TopicWriter } from '../../../test/fixtures/topic-writer.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createKafkaCluster } from '../../kafka/client/real-cluster.ts';
import { encodeBatch } from './batch-for-tests.ts';
import { verifyPartition } from './verify-partition.ts';

const regions = ['eu-west', 'us-east'] as const;
const lab = await startLab({ regions: [{ name: 'eu-west' }, { name: 'us-east', brokers: 3 }] });
after(() => lab.close());

const clusters = regions.map((region) =>
  createKafkaCluster({
    bootstrapServers: lab.bootstrapServers(region).split(','),
    clientId: 'verify-test',
    clock: systemClock,
    log: silentLog,
  }),
);
after(() => Promise.all(clusters.map((cluster) => cluster.close())));
const [source, target] = clusters;
assert.ok(source !== undefined && target !== undefined);

const valueBytes = 10_000;
const recordsPerBatch = 20;
const batchOf = (first: number) =>
  encodeBatch(
    Array.from({ length: recordsPerBatch }, (_, index) => ({
      offset: BigInt(index),
      timestampMs: 1_700_000_000_000n,
      key: undefined,
      value: Buffer.alloc(valueBytes, `value ${first + index} `),
      headers: [],
    })),
  );

/** Equal logs of `batches` batches on both sides. */
async function topicOf(topic: string, batches: number): Promise<void> {
  // The records are old, and would go.
  const config = { 'retention.ms': '-1' };
  await lab.createTopic('eu-west', topic, { partitions: 1, replicationFactor: 1, config });
  await lab.createTopic('us-east', topic, {
    partitions: 1,
    replicationFactor: 3,
    config: { ...config, 'min.insync.replicas': '2' },
  });
  for (const cluster of clusters) {
    using writer = new TopicWriter(cluster);
    for (let index = 0; index < batches; index += 1) {
      await writer.append(topic, 0, [batchOf(index * recordsPerBatch)]);
    }
  }
}

async function leaderOf(topic: string): Promise<number> {
  return waitUntil(`${topic} has a leader`, async () => {
    const view = await target?.metadata([topic]);
    const leaderId = view?.topics[0]?.partitions[0]?.leaderId ?? -1;
    return leaderId >= 0 && leaderId;
  });
}

test('a leader that dies while it is read: the comparison goes on at the next one, completely', async () => {
  await topicOf('verify-leader', 120);
  let killed: Promise<void> | undefined;
  const leader = await leaderOf('verify-leader');
  const verdict = await verifyPartition(
    verifyContext(source, target, { bytesPerSecond: 20_000_000 }),
    'verify-leader',
    0,
    {
      onProgress: () => {
        killed ??= lab.faults.kill('us-east', leader);
      },
    },
  );
  await killed;
  assert.ok(killed !== undefined, 'the leader was killed in the middle');
  assert.deepEqual(verdict.comparison.differences.kept, []);
  assert.equal(verdict.comparison.records, BigInt(120 * recordsPerBatch));
  assert.notEqual(await leaderOf('verify-leader'), leader);
  await lab.faults.heal('us-east');
});

test('a bit that flips on the disk of the target’s leader is found, and nothing else', async () => {
  await topicOf('verify-flip', 30);
  const clean = await verifyPartition(verifyContext(source, target), 'verify-flip', 0);
  assert.deepEqual(clean.comparison.differences.kept, []);
  const flippedIn = 17;
  await flipByte(segmentOf('verify-flip', await leaderOf('verify-flip')), flippedIn);
  const { comparison } = await verifyPartition(verifyContext(source, target), 'verify-flip', 0);
  assert.deepEqual(
    comparison.differences.kept.map(({ kind, from, to, detail }) => [kind, from, to, detail]),
    [
      [
        'different',
        BigInt(flippedIn * recordsPerBatch),
        BigInt((flippedIn + 1) * recordsPerBatch),
        'at the target, the checksum is wrong',
      ],
    ],
  );
});

/** The first log segment of partition 0 on one broker’s disk. */
function segmentOf(topic: string, brokerId: number): string {
  const broker = lab.region('us-east').brokers.find(({ plan }) => plan.nodeId === brokerId);
  assert.ok(broker !== undefined);
  const file = readdirSync(broker.plan.dataFolder, { recursive: true, encoding: 'utf8' }).find((path) =>
    path.endsWith(join(`${topic}-0`, '00000000000000000000.log')),
  );
  assert.ok(file !== undefined, `no segment of ${topic} below ${broker.plan.dataFolder}`);
  return join(broker.plan.dataFolder, file);
}

/** One bit in the middle of a batch, behind the broker’s back. */
async function flipByte(path: string, batch: number): Promise<void> {
  const file = await open(path, 'r+');
  const batchBytes = batchOf(0).length;
  const at = await offsetOfBatch(file, batch, batchBytes);
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at + Math.floor(batchBytes / 2));
  byte[0] = (byte[0] as number) ^ 0x40;
  await file.write(byte, 0, 1, at + Math.floor(batchBytes / 2));
  await file.close();
}

/** Walks from batch to batch by their lengths. */
async function offsetOfBatch(
  file: Awaited<ReturnType<typeof open>>,
  wanted: number,
  bytesMax: number,
): Promise<number> {
  const head = Buffer.alloc(12);
  let at = 0;
  for (let batch = 0; batch < wanted; batch += 1) {
    await file.read(head, 0, 12, at);
    const length = head.readInt32BE(8) + 12;
    assert.ok(length > 0 && length <= 2 * bytesMax);
    at += length;
  }
  return at;
}
