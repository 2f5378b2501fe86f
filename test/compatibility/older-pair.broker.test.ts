// The whole program between the oldest version of Kafka that is supported and the usual one of the lab, in
// both directions at once; then the older cluster is upgraded under traffic.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { kafkaVersionByDefault, olderVersion } from '../../lab/kafka-versions.ts';
import { ownLab } from '../../lab/rig.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { ensureLedgerTopics } from '../../src/ledger/ensure-topics.ts';
import { LedgerWriter } from '../../src/ledger/writer.ts';
import { RegionAdmins } from '../../src/server/region-admins.ts';
import { RegionClusters } from '../../src/server/region-clusters.ts';
import { startServer } from '../../src/server/serve.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { SteadyLoad } from '../fixtures/steady-load.ts';
import { TestLink } from '../fixtures/test-link.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { capabilitiesOf, raiseFeatures } from './cluster-features.ts';

const skip = process.env['KAFKA_HOME'] ? 'KAFKA_HOME names one version of Kafka, and two are needed' : false;
const common = { clock: systemClock, random: systemRandom, log: silentLog, version: '0.0.0' };
const secrets = { readEnv: () => undefined, readFile: () => '' };
const [old, usual] = ['eu-west', 'us-east'] as const;
const partitionsOf = (topic: string) => [0, 1].map((partition) => ({ topic, partition }));
const anyTime = {
  'message.timestamp.before.max.ms': '9223372036854775806',
  'message.timestamp.after.max.ms': '9223372036854775806',
};

/** A lab of both versions with a Causeway process in each region that mirrors to the other one. */
async function openSite(t: TestContext) {
  const lab = await ownLab(t, {
    regions: [
      // Kafka 3.9 knows this setting, and refuses records that are older.
      {
        name: old,
        kafkaVersion: olderVersion,
        brokerSettings: { 'log.message.timestamp.difference.max.ms': '1000' },
      },
      { name: usual, kafkaVersion: kafkaVersionByDefault },
    ],
  });
  const region = (name: string) =>
    `  ${name}: { kafka: { bootstrap.servers: "${lab.bootstrapServers(name)}" } }\n`;
  const yaml = `regions:\n${region(old)}${region(usual)}mirrors:
  up: { topics: [up], home: ${old}, to: [${usual}] }
  down: { topics: [down], home: ${usual}, to: [${old}] }\n`;
  const parsed = parseTopology({ text: yaml, file: 'causeway.yaml' });
  if (!('topology' in parsed)) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  const { topology } = parsed;
  const clusters = new RegionClusters({ ...common, secrets, clientId: 'older-pair' }, topology);
  const admins = new RegionAdmins('older-pair', clusters);
  t.after(async () => {
    await admins.close();
    await clusters.close();
  });
  for (const name of [old, usual]) {
    const cluster = clusters.clusterOf(name);
    await ensureLedgerTopics({ ...common, region: name, cluster, admin: admins.adminOf(name) });
    const writer = new LedgerWriter({ ...common, region: name, cluster });
    const applied = { yaml, appliedAtMs: systemClock.wallMs(), actor: 'test', reason: 'test' };
    await writer.write('causeway.desired', [{ kind: 'topology', ...applied }]);
    await writer.close();
  }
  return { lab, topology, admins };
}

test(`${olderVersion} and ${kafkaVersionByDefault} mirror to each other`, {
  skip,
  timeout: 120_000,
}, async (t) => {
  const { lab, topology, admins } = await openSite(t);
  await using up = await TestLink.open(lab, 'compared-up');
  await using down = await TestLink.open(lab, 'compared-down', { sourceRegion: usual, targetRegion: old });
  const config = { 'retention.ms': '-1' };
  await lab.createTopic(old, 'up', {
    partitions: 2,
    config: { ...config, ...anyTime, 'segment.bytes': '100000' },
  });
  await lab.createTopic(usual, 'down', { partitions: 2, config });
  await using loadUp = new SteadyLoad(up.source, up.random, partitionsOf('up'));
  await using loadDown = new SteadyLoad(down.source, down.random, partitionsOf('down'));
  const servers = await Promise.all(
    [old, usual].map((name) =>
      startServer({
        ...common,
        secrets,
        region: name,
        name,
        roles: ['controller', 'worker'],
        local: topology,
        httpPort: 0,
        reconcileMs: 500,
      }),
    ),
  );
  t.after(() => Promise.all(servers.map((server) => server.stop())));
  const mirrored = (link: TestLink, topic: string) =>
    waitUntil(`records of ${topic} at the target`, async () =>
      (
        await Promise.all(partitionsOf(topic).map(({ partition }) => link.endOf('target', topic, partition)))
      ).every((end) => end > 0n),
    );

  await t.test('both directions mirror', async () => {
    await Promise.all([mirrored(up, 'up'), mirrored(down, 'down')]);
  });
  await t.test('small segments of an older version are as small as the newer one allows', async () => {
    const settings = (await admins.adminOf(usual).topicSettings(['up'])).get('up');
    assert.equal(settings?.get('segment.bytes'), '1048576');
  });
  await t.test('the older cluster is upgraded under traffic, and its features are raised', async () => {
    // With smaller ones a broker of Kafka 4.1 or newer does not start.
    await admins.adminOf(old).setTopicSettings('up', new Map([['segment.bytes', '1048576']]));
    await lab.changeVersion(old, kafkaVersionByDefault);
    await Promise.all([loadUp.more(300), loadDown.more(300)]);
    const server = lab.bootstrapServers(old);
    const before = (await capabilitiesOf(server)).finalized.get('metadata.version') ?? Infinity;
    await raiseFeatures(server);
    assert.ok(((await capabilitiesOf(server)).finalized.get('metadata.version') ?? 0) > before);
  });
  await t.test('both sides are equal, byte for byte', async () => {
    await Promise.all([loadUp.more(300), loadDown.more(300)]);
    await Promise.all([loadUp.stop(), loadDown.stop()]);
    for (const at of partitionsOf('up')) await up.mustBeEqual(at);
    for (const at of partitionsOf('down')) await down.mustBeEqual(at);
  });
  await t.test('the settings of a mirror made before the upgrade can still be changed', async () => {
    await admins.adminOf(usual).setTopicSettings('down', new Map([['retention.ms', '1234567890123']]));
    await waitUntil('retention followed', async () => {
      const settings = (await admins.adminOf(old).topicSettings(['down'])).get('down');
      return settings?.get('retention.ms') === '1234567890123';
    });
  });
});
