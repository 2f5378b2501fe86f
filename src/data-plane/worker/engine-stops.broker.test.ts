// What the engine does not cover, or must not touch, stops its partition with a cause; the neighbours go on.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startLab } from '../../../lab/lab.ts';
import { uniqueTopic } from '../../../lab/rig.ts';
import { trimTo } from '../../../test/fixtures/odd-topics.ts';
import { madeRecords } from '../../../test/fixtures/made-records.ts';
import { blocked, TestLink } from '../../../test/fixtures/test-link.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { systemClock } from '../../base/clock.ts';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';
import { defaultLimits } from './limits.ts';

// An own lab: its cleaner looks often.
const cleaning = { 'log.cleaner.backoff.ms': '100', 'log.retention.check.interval.ms': '300' };
const lab = await startLab({
  regions: [{ name: 'eu-west', brokerSettings: cleaning }, { name: 'us-east' }],
});
after(() => lab.close());
const sourceServers = lab.bootstrapServers('eu-west');
// A source that seems shorter is asked twice; here the second time soon.
const limits = { partition: { ...defaultLimits.partition, suspectDelayMs: 200 } };
const link = await TestLink.open(lab, 'engine-stops', { limits });
after(() => link[Symbol.asyncDispose]());

/** Runs `topic` beside a topic that has nothing wrong, and returns the cause that blocks `topic`. */
async function causeOf(topic: string, ...codes: readonly string[]) {
  const neighbour = uniqueTopic('neighbour');
  await link.createTopic(neighbour);
  await link.produce(neighbour, 0, 500);
  const at = { topic: neighbour, partition: 0 };
  await using running = link.startEngine([{ topic, partition: 0 }, at]);
  const cause = await blocked(running.engine.find(topic, 0), ...codes);
  await link.produce(neighbour, 0, 500);
  assert.equal(await link.mustBeEqual(at), 1_000n);
  assert.equal(running.engine.find(neighbour, 0)?.state.name, 'mirroring');
  return cause;
}

const topicWith = async (prefix: string, records: number, config: Record<string, string> = {}) => {
  const topic = uniqueTopic(prefix);
  await link.createTopic(topic, { config });
  if (records > 0) await link.produce(topic, 0, records);
  return topic;
};
const madeBatch = (records: number) => encodeBatch(madeRecords(link.random, records));

test('a compacted source: CW-2011 names the hole, and nothing is written beyond it', async () => {
  const config = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01' };
  const topic = await topicWith('compacted', 0, config);
  const keyed = (value: string) =>
    encodeBatch([
      {
        timestamp: BigInt(Math.trunc(systemClock.wallMs())),
        key: Buffer.from('same'),
        value: Buffer.from(value),
      },
    ]);
  // The cleaner leaves the active segment alone: the writes go on until it has removed the first record.
  let written = 0;
  await waitUntil('the cleaner to remove a record', async () => {
    await link.writer.append(topic, 0, [keyed(`value ${written}`)]);
    written += 1;
    return (await firstBatchOffset(topic)) > 0n;
  });
  const cause = await causeOf(topic, 'CW-2011');
  assert.match(cause.message, /the source skips from offset 0 to \d+/);
  assert.equal(await link.endOf('target', topic, 0), 0n);
});

test('source retention that passed the position: CW-2007 names the exact range', async () => {
  const topic = await topicWith('passed', 200);
  const at = { topic, partition: 0 };
  const first = link.startEngine([at]);
  await link.caughtUp(at);
  await first.stop();
  await link.produce(topic, 0, 300);
  await trimTo(sourceServers, topic, 350n);
  const cause = await causeOf(topic, 'CW-2007');
  assert.match(cause.message, /lost 200\.\.349 \(150 records\)/);
});

test('a target that holds other records: CW-2005 names both sides, and nothing is written', async () => {
  const topic = await topicWith('other', 500);
  const held = await link.produceAtTarget(topic, 0, [madeBatch(40), madeBatch(60)]);
  const cause = await causeOf(topic, 'CW-2005');
  assert.match(cause.message, /not written by this mirror: us-east other-\w+-0 holds 40\.\.99 .* eu-west/);
  assert.equal(await link.endOf('target', topic, 0), held);
});

test('a target that is longer than its source: CW-2008 names both ends; it is asked twice', async () => {
  const topic = await topicWith('longer', 10);
  await link.produceAtTarget(topic, 0, [madeBatch(40)]);
  await using running = link.startEngine([{ topic, partition: 0 }]);
  const partition = running.engine.find(topic, 0);
  const cause = await blocked(partition, 'CW-2008');
  assert.match(cause.message, /the source ends at 10, the mirror at 40/);
  await waitUntil('it has stopped', () => partition?.state.name === 'stopped');
});

test('a foreign write while mirroring: CW-2005 names the range', async () => {
  const topic = await topicWith('foreign', 100);
  const at = { topic, partition: 0 };
  await using running = link.startEngine([at]);
  await link.caughtUp(at);
  await link.produceAtTarget(topic, 0, [madeBatch(7)]);
  await link.produce(topic, 0, 100);
  const cause = await blocked(running.engine.find(topic, 0), 'CW-2005');
  assert.match(cause.message, /100\.\.106/);
});

test('a topic that one side lacks waits with CW-2001 or CW-2002, and goes on once it is there', async () => {
  const [here, there] = [uniqueTopic('no-target'), uniqueTopic('no-source')];
  // Made records are older than the usual retention.
  const shape = { partitions: 1, config: { 'retention.ms': '-1' } };
  await lab.createTopic('eu-west', here, shape);
  await lab.createTopic('us-east', there, shape);
  await using running = link.startEngine([
    { topic: here, partition: 0 },
    { topic: there, partition: 0 },
  ]);
  await blocked(running.engine.find(here, 0), 'CW-2002');
  await blocked(running.engine.find(there, 0), 'CW-2001');
  await lab.createTopic('us-east', here, shape);
  await link.produce(here, 0, 10);
  assert.equal(await link.mustBeEqual({ topic: here, partition: 0 }), 10n);
});

async function firstBatchOffset(topic: string): Promise<bigint> {
  const found = (await link.source.metadata([topic])).topics[0];
  const connection = await link.source.connect(found?.partitions[0]?.leaderId ?? -1);
  const place = { partition: 0, currentLeaderEpoch: -1, fetchOffset: 0n, lastFetchedEpoch: -1 };
  const response = await connection.fetch({
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1,
    isolationLevel: 1,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ topicId: found?.topicId ?? '', partitions: [{ ...place, partitionMaxBytes: 1 }] }],
    forgotten: [],
  });
  const records = response.topics[0]?.partitions[0]?.records ?? Buffer.alloc(0);
  const first = records.length > 8 ? records.readBigInt64BE(0) : 0n;
  response.lease.release();
  connection.destroy('read');
  return first;
}
