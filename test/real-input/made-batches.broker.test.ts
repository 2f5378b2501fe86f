// Made batches on real brokers: what a stock producer wrote in every codec to a topic with LogAppendTime is
// made, produced through the byte path, and seen by a stock consumer at the same offsets with the same
// times.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { sharedLab, uniqueTopic } from '../../lab/rig.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom, systemRandom } from '../../src/base/random.ts';
import { PartitionLog } from '../../src/data-plane/verifier/partition-log.ts';
import { RateLimit } from '../../src/data-plane/verifier/rate-limit.ts';
import { codecs, recordCountOf } from '../../src/kafka/batch/header.ts';
import { nullBatches } from '../../src/kafka/batch/null-batches.ts';
import { patchForProduce, stampOf } from '../../src/kafka/batch/patch.ts';
import { madePieces, needsMaking } from '../../src/kafka/batch/re-encode.ts';
import { openCluster } from '../fixtures/link-plan.ts';
import { TopicWriter } from '../fixtures/topic-writer.ts';
import { writeMadeRows } from './data-sets.ts';
import { consumeRows, produceRows } from './kafka-programs.ts';

const lab = await sharedLab();
const [sourceServers, targetServers] = [lab.bootstrapServers('eu-west'), lab.bootstrapServers('us-east')];
const source = openCluster({ region: 'eu-west', bootstrapServers: sourceServers }, 'made', silentLog);
const target = openCluster({ region: 'us-east', bootstrapServers: targetServers }, 'made', silentLog);
const writer = new TopicWriter(target);
const folder = await mkdtemp(path.join(tmpdir(), 'causeway-made-'));
after(async () => {
  writer.close();
  await Promise.all([source.close(), target.close(), rm(folder, { recursive: true })]);
});

/** Any number is a producer id, and one that a partition does not know begins where it likes. */
const stamp = stampOf(424_242n, 0);
const timestamp = 1_700_000_000_000n;

function logOf(cluster: typeof source, region: string, topic: string, to: bigint): PartitionLog {
  const limit = new RateLimit(systemClock, Number.POSITIVE_INFINITY);
  const { signal } = new AbortController();
  const place = { cluster, region, topic, partition: 0, from: 0n, to };
  return new PartitionLog({ ...place, clock: systemClock, random: systemRandom, limit, signal });
}

/** Appends under the stamp; returns the offset behind. */
async function append(topic: string, batch: Buffer, sequence: number): Promise<bigint> {
  patchForProduce(batch, 0, stamp, sequence);
  return writer.append(topic, 0, [batch]);
}

/** Null records up to `from`, then everything that the source has from there on, made. */
async function copyMade(topic: string, from: bigint): Promise<void> {
  let sequence = 0;
  for (const batch of nullBatches(0n, from, timestamp)) {
    await append(topic, batch, sequence);
    sequence += recordCountOf(batch, 0);
  }
  const bounds = logOf(source, 'eu-west', topic, 0n);
  const { stableEnd } = await bounds.bounds();
  bounds.close();
  const log = logOf(source, 'eu-west', topic, stableEnd);
  for (let next = await log.next(); next !== undefined; next = await log.next()) {
    assert.ok(needsMaking(next.bytes, 0, from), 'the topic has LogAppendTime');
    for (const piece of madePieces(next.bytes, 0, { from })) {
      assert.ok(piece.kind === 'batch', 'nothing is missing');
      const count = recordCountOf(piece.bytes, 0);
      assert.equal(await append(topic, piece.bytes, sequence), piece.to, 'appended at the source’s offset');
      sequence += count;
    }
  }
  log.close();
  assert.equal(BigInt(sequence), stableEnd);
}

async function linesOf(servers: string, prefix: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of consumeRows(servers, prefix, 1)) lines.push(line);
  return lines;
}

test('a consumer of the target sees what one of the source sees, behind null records', async () => {
  const prefix = uniqueTopic('made');
  // The rows are older than the usual retention.
  const kept = { 'retention.ms': '-1' };
  const config = { ...kept, 'message.timestamp.type': 'LogAppendTime' };
  for (const codec of codecs) {
    await lab.createTopic('eu-west', `${prefix}-${codec}`, { partitions: 1, config });
    await lab.createTopic('us-east', `${prefix}-${codec}`, { partitions: 1, config: kept });
  }
  const rows = await produceRows(sourceServers, prefix, 1, await writeMadeRows(folder, seededRandom(6)));
  const skipped = codecs.map((_, index) => 11 * index);
  for (const [index, codec] of codecs.entries()) {
    await copyMade(`${prefix}-${codec}`, BigInt(skipped[index] as number));
  }
  const [theirs, ours] = [await linesOf(sourceServers, prefix), await linesOf(targetServers, prefix)];
  assert.equal(theirs.length, rows * codecs.length);
  const wanted = theirs.map((line) => {
    const [topic, partition, offset, kind, ...rest] = line.split(' ');
    assert.equal(kind, 'LogAppendTime');
    const codec = codecs.findIndex((each) => topic?.endsWith(`-${each}`));
    const isPrefix = Number(offset) < (skipped[codec] ?? 0);
    const seen = isPrefix ? [String(timestamp), 'null', 'null', '[]'] : rest;
    return [topic, partition, offset, 'CreateTime', ...seen].join(' ');
  });
  for (const [index, line] of wanted.entries()) if (ours[index] !== line) assert.equal(ours[index], line);
  assert.equal(ours.length, wanted.length);
});

test('a prefix of three million offsets is written and stands there', async (t) => {
  const topic = uniqueTopic('null-prefix');
  await lab.createTopic('us-east', topic, { partitions: 1 });
  const to = 3_000_017n;
  const started = performance.now();
  let sequence = 5;
  let bytes = 0;
  for (const batch of nullBatches(0n, to, timestamp)) {
    await append(topic, batch, sequence);
    sequence += recordCountOf(batch, 0);
    bytes += batch.length;
  }
  t.diagnostic(`${to} offsets: ${Math.round(performance.now() - started)} ms, ${bytes} bytes`);
  const log = logOf(target, 'us-east', topic, to);
  assert.deepEqual(await log.bounds(), { start: 0n, stableEnd: to });
  let next = 0n;
  for (let batch = await log.next(); batch !== undefined; batch = await log.next()) {
    assert.equal(batch.baseOffset, next);
    next += BigInt(batch.recordCount);
  }
  log.close();
  assert.equal(next, to);
});
