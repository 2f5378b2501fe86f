// A rolling upgrade of both clusters, three brokers each, under traffic: broker by broker on the same data,
// then the features of the release. Run by `npm run compatibility`, once per pair of versions.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import { mustRun } from '../../lab/kafka-versions.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import type { RunningEngine } from '../fixtures/link-plan.ts';
import { SteadyLoad } from '../fixtures/steady-load.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { capabilitiesOf, raiseFeatures } from './cluster-features.ts';
import { upgradeEnvironment } from './rows.ts';

const from = mustRun(process.env[upgradeEnvironment.from] ?? '');
const to = mustRun(process.env[upgradeEnvironment.to] ?? '');
const regions = ['us-east', 'eu-west'] as const;
const brokers = [1, 2, 3];
const topic = 'upgraded';
const partitions = [0, 1, 2].map((partition) => ({ topic, partition }));

const lab = await startLab({
  regions: [
    { name: 'eu-west', brokers: brokers.length },
    { name: 'us-east', brokers: brokers.length },
  ],
  kafkaVersion: from,
  heapMb: 256,
});
after(() => lab.close());
const link = await TestLink.open(lab, 'rolling-upgrade');
after(() => link[Symbol.asyncDispose]());
await link.createTopic(topic, { partitions: partitions.length, replicationFactor: brokers.length });

/** All replicas of the topic are in sync, as an operator waits for between two brokers. */
const inSync = (cluster: KafkaCluster) =>
  waitUntil('all replicas to be in sync', async () => {
    const { topics } = await cluster.metadata([topic]);
    const found = topics[0]?.partitions ?? [];
    return found.length > 0 && found.every((each) => each.inSync.length === brokers.length);
  });

async function upgradeRegion(region: (typeof regions)[number]): Promise<void> {
  const cluster = region === 'eu-west' ? link.source : link.target;
  for (const broker of brokers) {
    await lab.changeVersion(region, to, broker);
    await inSync(cluster);
  }
}

async function mustBeEqual(load: SteadyLoad, running: RunningEngine): Promise<void> {
  await load.more(1_000);
  await load.stop();
  for (const each of partitions) await link.mustBeEqual(each);
  for (const { state } of running.engine.partitions) assert.equal(state.name, 'mirroring');
}

const levels = (region: string) =>
  capabilitiesOf(lab.bootstrapServers(region).split(',')[0] as string).then(({ finalized }) => finalized);

test(`brokers are taken from ${from} to ${to} one after the other: both sides stay equal`, async () => {
  const before = await Promise.all(regions.map(levels));
  await using load = new SteadyLoad(link.source, link.random, partitions);
  await using first = link.startEngine(partitions);
  await load.more(1_000);
  await upgradeRegion('us-east');
  // Another worker goes on in the same generation, by what brokers of the new version make of the old state.
  await first.stop();
  await using second = link.startEngine(partitions);
  await upgradeRegion('eu-west');
  await mustBeEqual(load, second);
  assert.equal(lab.kafkaVersion, to);
  assert.deepEqual(await Promise.all(regions.map(levels)), before, 'the features are as they were');
});

test(`the features are raised to those of ${to}: both sides stay equal`, async () => {
  await using load = new SteadyLoad(link.source, link.random, partitions);
  await using running = link.startEngine(partitions);
  await load.more(1_000);
  for (const region of regions) {
    const before = await levels(region);
    await raiseFeatures(lab.bootstrapServers(region).split(',')[0] as string);
    assert.ok(
      ((await levels(region)).get('metadata.version') ?? 0) > (before.get('metadata.version') ?? Infinity),
      `${region} has another metadata version than before`,
    );
    await load.more(500);
  }
  await mustBeEqual(load, running);
});
