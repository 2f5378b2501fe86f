// The controller of a region on real brokers: what appears, changes and disappears at the source, and who
// drifts at the target.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ownLab } from '../../lab/rig.ts';
import { TopicWriter } from '../../test/fixtures/topic-writer.ts';
import { waitUntil } from '../../test/fixtures/wait-until.ts';
import { systemClock } from '../base/clock.ts';
import { CausewayError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import { encodeBatch } from '../kafka/batch/encode-batch.ts';
import { recordsIn } from '../ledger/changes.ts';
import { ensureLedgerTopics } from '../ledger/ensure-topics.ts';
import { foldGenerations } from '../ledger/generations.ts';
import { LedgerReader } from '../ledger/reader.ts';
import type { ObservedPartition, ObservedTopic } from '../ledger/records.ts';
import { observedView } from '../ledger/snapshot-view.ts';
import { LedgerWriter } from '../ledger/writer.ts';
import { parseTopology } from '../topology/parse-topology.ts';
import { RegionAdmins } from './region-admins.ts';
import { RegionClusters } from './region-clusters.ts';
import { type Role, type RunningServer, startServer } from './serve.ts';

const secrets = { readEnv: () => undefined, readFile: () => '' };
const parts = { secrets, clock: systemClock, random: systemRandom, log: silentLog, version: '0.0.0' };

const payments = 'payments: { topics: ["pay*"], home: eu-west, to: [us-east] }';

class Site {
  readonly lab: Awaited<ReturnType<typeof ownLab>>;
  readonly clusters: RegionClusters;
  readonly admins: RegionAdmins;
  readonly reader: LedgerReader;
  readonly writer: LedgerWriter;
  readonly #head: string;

  constructor(lab: Awaited<ReturnType<typeof ownLab>>) {
    this.lab = lab;
    const region = (name: string) =>
      `  ${name}: { kafka: { bootstrap.servers: "${lab.bootstrapServers(name)}" } }\n`;
    this.#head = `regions:\n${region('eu-west')}${region('us-east')}`;
    this.clusters = new RegionClusters({ ...parts, clientId: 'test' }, this.topology());
    this.admins = new RegionAdmins('test', this.clusters);
    const ledger = { cluster: this.clusters.clusterOf('us-east'), region: 'us-east', ...parts };
    this.reader = new LedgerReader(ledger);
    this.writer = new LedgerWriter(ledger);
  }

  text(sets: string): string {
    return `${this.#head}mirrors: {${sets}}\n`;
  }

  topology(sets = payments) {
    const parsed = parseTopology({ text: this.text(sets), file: 'causeway.yaml' });
    if ('topology' in parsed) return parsed.topology;
    throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  }

  async apply(sets: string): Promise<void> {
    const yaml = this.text(sets);
    await this.writer.write('causeway.desired', [
      { kind: 'topology', yaml, appliedAtMs: systemClock.wallMs(), actor: 'test', reason: 'test' },
    ]);
  }

  ensureLedger() {
    const cluster = this.clusters.clusterOf('us-east');
    return ensureLedgerTopics({
      region: 'us-east',
      cluster,
      admin: this.admins.adminOf('us-east'),
      clock: systemClock,
    });
  }

  serve(name: string, roles: readonly Role[] = ['controller']): Promise<RunningServer> {
    const local = this.topology();
    return startServer({
      ...parts,
      region: 'us-east',
      name,
      roles,
      local,
      httpPort: 0,
      reconcileMs: 500,
    });
  }

  /** Into partition 0 at the source. */
  async produce(topic: string, records: number): Promise<void> {
    const record = { timestamp: 1n, key: undefined, value: Buffer.from('x') };
    using writer = new TopicWriter(this.clusters.clusterOf('eu-west'));
    await writer.append(topic, 0, [encodeBatch(Array.from({ length: records }, () => record))]);
  }

  /** Until partition 0 at the target ends there. */
  async ends(topic: string, wanted: bigint): Promise<void> {
    const cluster = this.clusters.clusterOf('us-east');
    await waitUntil(`${topic} to end at ${wanted}`, async () => (await endOf(cluster, topic)) === wanted);
  }

  async decided(topic: string): Promise<ObservedTopic | undefined> {
    const { topics } = observedView(recordsIn(await this.reader.snapshot('causeway.observed')));
    return topics.find((each) => each.topic === topic);
  }

  settings(topic: string) {
    const admin = this.admins.adminOf('us-east');
    return admin.topicSettings([topic]).then((all) => all.get(topic) ?? new Map<string, string>());
  }

  async close(): Promise<void> {
    this.reader.close();
    await this.writer.close();
    await this.admins.close();
    await this.clusters.close();
  }
}

/** High watermark of partition 0. */
async function endOf(cluster: KafkaCluster, topic: string): Promise<bigint | undefined> {
  const [found] = (await cluster.metadata([topic])).topics;
  const connection = await cluster.connect(found?.partitions[0]?.leaderId ?? -1);
  const partitions = [{ partition: 0, currentLeaderEpoch: -1, timestamp: -1n }];
  const request = { replicaId: -1, isolationLevel: 0, topics: [{ topic, partitions }] } as const;
  const [listed] = await connection.listOffsets(request).finally(() => connection.destroy('asked'));
  return listed?.errorCode === 0 ? listed.offset : undefined;
}

async function openSite(t: TestContext): Promise<Site> {
  const site = new Site(await ownLab(t));
  t.after(() => site.close());
  return site;
}

test('a controller keeps the topics of a target as the source has them', { timeout: 120_000 }, async (t) => {
  const site = await openSite(t);
  const { lab } = site;
  await lab.createTopic('eu-west', 'pay.a', { partitions: 2, config: { 'retention.ms': '1234567' } });
  await lab.createTopic('us-east', 'pay.foreign', { partitions: 3 });
  await lab.createTopic('eu-west', 'pay.foreign', { partitions: 2 });
  await site.ensureLedger();
  await site.apply(payments);
  const servers = await Promise.all([site.serve('one'), site.serve('two')]);
  t.after(() => Promise.all(servers.map((server) => server.stop())));

  await t.test('a topic is created with the settings of the source, and given to the workers', async () => {
    const decided = await waitUntil('pay.a mirrored', async () => {
      const seen = await site.decided('pay.a');
      return seen?.state === 'mirrored' && seen;
    });
    assert.equal(decided.partitions, 2);
    const settings = await site.settings('pay.a');
    assert.equal(settings.get('retention.ms'), '1234567');
    assert.equal(settings.get('compression.type'), 'producer');
    assert.equal(settings.get('message.timestamp.after.max.ms'), '9223372036854775806');
  });
  await t.test('two controllers at once leave one fence', async () => {
    const generations = foldGenerations(recordsIn(await site.reader.snapshot('causeway.generations')));
    const ofSet = generations.get('payments');
    assert.equal(ofSet?.live?.generation, 1);
    assert.deepEqual([...(ofSet?.opened.keys() ?? [])], [1]);
  });
  await t.test('a topic with more partitions than the source is refused and left alone', async () => {
    const refused = await waitUntil('pay.foreign refused', () => site.decided('pay.foreign'));
    assert.equal(refused.state, 'refused');
    assert.equal(refused.cause?.code, 'CW-2027');
    assert.equal((await site.settings('pay.foreign')).get('compression.type'), 'producer');
    assert.notEqual((await site.settings('pay.foreign')).get('max.message.bytes'), '2147483647');
  });
  await t.test('partitions that the source gains are added and mirrored', async () => {
    await site.admins.adminOf('eu-west').raisePartitions('pay.a', 4);
    await waitUntil('four partitions', async () => (await site.decided('pay.a'))?.partitions === 4);
  });
  await t.test('a setting that drifted is set back', async () => {
    const admin = site.admins.adminOf('us-east');
    await admin.setTopicSettings('pay.a', new Map([['retention.ms', '1']]));
    await waitUntil(
      'retention set back',
      async () => (await site.settings('pay.a')).get('retention.ms') === '1234567',
    );
  });
  await t.test('a setting that changed at the source follows', async () => {
    const admin = site.admins.adminOf('eu-west');
    await admin.setTopicSettings('pay.a', new Map([['retention.ms', '7654321']]));
    await waitUntil(
      'retention followed',
      async () => (await site.settings('pay.a')).get('retention.ms') === '7654321',
    );
  });
  await t.test('what a worker reported that is long gone is taken back', () => takenBack(site));
  await t.test('a topic that appears is mirrored, and one that leaves the set is left', async () => {
    await lab.createTopic('eu-west', 'pay.late', { partitions: 1 });
    await waitUntil('pay.late mirrored', async () => (await site.decided('pay.late'))?.state === 'mirrored');
    await site.apply('payments: { topics: ["pay*"], exclude: ["pay.late"], home: eu-west, to: [us-east] }');
    await waitUntil('pay.late left', async () => (await site.decided('pay.late'))?.state === 'gone');
    assert.equal((await site.settings('pay.late')).get('compression.type'), 'producer', 'it still exists');
  });
});

async function takenBack(site: Site): Promise<void> {
  const nowMs = systemClock.wallMs();
  const partition: ObservedPartition = {
    partition: 0,
    state: 'mirroring',
    cause: undefined,
    position: 7n,
    sourceEnd: 7n,
    sourceStable: 7n,
    sourceStart: 0n,
    sourceSeenAtMs: nowMs,
    oldestMissingMs: undefined,
    bytes: 0n,
    records: 0n,
    batches: 0n,
    tail: 'equal',
  };
  const report = (worker: string, observedAtMs: number) =>
    ({
      kind: 'mirror',
      set: 'payments',
      topic: 'pay.a',
      source: 'eu-west',
      target: 'us-east',
      worker,
      observedAtMs,
      partitions: [partition],
    }) as const;
  await site.writer.write('causeway.observed', [report('gone', nowMs - 7_200_000), report('new', nowMs)]);
  const workers = async () => {
    const { mirrors } = observedView(recordsIn(await site.reader.snapshot('causeway.observed')));
    return mirrors.map(({ worker }) => worker).join();
  };
  await waitUntil('the old one to be gone', async () => (await workers()) === 'new', { seen: workers });
}

test('a topic that is created anew is copied anew or left alone, as the set says', async (t) => {
  const site = await openSite(t);
  const { lab } = site;
  for (const topic of ['pay.a', 'log.a']) await lab.createTopic('eu-west', topic, { partitions: 1 });
  await site.ensureLedger();
  const policies = (recreate: string, keep: string) =>
    `payments: { topics: ["pay*"], home: eu-west, to: [us-east], on.recreate: ${recreate} }, ` +
    `logs: { topics: ["log*"], home: eu-west, to: [us-east], on.recreate: ${keep} }`;
  await site.apply(policies('recreate', 'keep'));
  const server = await site.serve('one', ['controller', 'worker']);
  t.after(() => server.stop());
  const mirrored = (topic: string) =>
    waitUntil(`${topic} mirrored`, async () => {
      const seen = await site.decided(topic);
      return seen?.state === 'mirrored' && seen;
    });
  const before = [await mirrored('pay.a'), await mirrored('log.a')];
  for (const topic of ['pay.a', 'log.a']) await site.produce(topic, 3);
  for (const topic of ['pay.a', 'log.a']) await site.ends(topic, 3n);
  for (const topic of ['pay.a', 'log.a']) {
    await lab.deleteTopic('eu-west', topic);
    await lab.createTopic('eu-west', topic, { partitions: 1 });
    await site.produce(topic, 1);
  }
  await site.ends('pay.a', 1n);
  const after = await mirrored('pay.a');
  assert.notEqual(after.targetTopicId, before[0]?.targetTopicId);
  await waitUntil('log.a left alone', async () => (await site.decided('log.a'))?.cause?.code === 'CW-2030');
  await site.ends('log.a', 3n);
  assert.equal((await site.decided('log.a'))?.targetTopicId, before[1]?.targetTopicId);
});

test('control topics that would forget are refused', { timeout: 60_000 }, async (t) => {
  const site = await openSite(t);
  assert.deepEqual(await site.ensureLedger(), [
    'causeway.desired',
    'causeway.observed',
    'causeway.generations',
  ]);
  assert.deepEqual(await site.ensureLedger(), [], 'the second call finds them');
  const admin = site.admins.adminOf('us-east');
  await admin.setTopicSettings('causeway.generations', new Map([['retention.ms', '1000']]));
  await assert.rejects(
    site.ensureLedger(),
    (error) =>
      error instanceof CausewayError && error.code === 'CW-4005' && /retention\.ms 1000/.test(error.message),
  );
  await admin.setTopicSettings('causeway.generations', new Map([['retention.ms', '-1']]));
  await admin.setTopicSettings('causeway.desired', new Map([['cleanup.policy', 'delete']]));
  await assert.rejects(
    site.ensureLedger(),
    (error) => error instanceof CausewayError && error.code === 'CW-4009',
  );
});

test('a server stops soon although its ledger does not answer', { timeout: 60_000 }, async (t) => {
  const site = await openSite(t);
  await site.ensureLedger();
  await site.apply(payments);
  const server = await site.serve('one');
  await waitUntil('readiness', async () => (await fetch(`${server.url}/readyz`)).status === 200);
  site.lab.faults.pause('us-east');
  await server.stop();
  await assert.rejects(fetch(`${server.url}/healthz`), 'nothing of it is left');
});
