// Whose settings and secrets a region is reached with.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import { parseTopology } from '../topology/parse-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { RegionClusters } from './region-clusters.ts';

const other = 'other: { kafka: { bootstrap.servers: "o:1" } }';

/** With a region besides, and a mirror set, since a topology must have them. */
function topologyOf(regions: string): Topology {
  const home = regions.slice(0, regions.indexOf(':'));
  const mirrors = `{ pay: { topics: [pay], home: ${home}, to: [other] } }`;
  const parsed = parseTopology({
    text: `regions: { ${regions}, ${other} }\nmirrors: ${mirrors}\n`,
    file: 'causeway.yaml',
  });
  assert.ok('topology' in parsed, JSON.stringify(parsed));
  return parsed.topology;
}

const plain = 'security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN';
const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required username=\\"u\\"';
const withPassword = (password: string) =>
  `${plain}, sasl.jaas.config: "${jaas} password=\\"${password}\\";"`;

/** A machine whose file is `local`, and whose every secret is `of this machine`; what was read is counted. */
function machine(local: string, applied: string) {
  let read = 0;
  const reading = () => {
    read += 1;
    return 'of this machine';
  };
  const clusters = new RegionClusters(
    {
      clientId: 'test',
      version: '0',
      secrets: { readEnv: reading, readFile: reading },
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
    },
    topologyOf(local),
  );
  clusters.useApplied(topologyOf(applied));
  return { clusters, reads: () => read };
}

const here = 'here: { kafka: { bootstrap.servers: "h:1" } }';

test('secrets of this machine go to the regions of its own file', () => {
  const local = `here: { kafka: { bootstrap.servers: "h:1", ${withPassword('${env:P}')} } }`;
  const { clusters } = machine(local, here);
  assert.match(clusters.settingsOf('here').get('sasl.jaas.config') ?? '', /password="of this machine"/);
});

test('a region that the ledger alone names gets no secret of this machine', () => {
  const bearing = (url: string) =>
    'security.protocol: SASL_PLAINTEXT, sasl.mechanism: OAUTHBEARER, ' +
    'sasl.jaas.config: "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;", ' +
    `sasl.oauthbearer.token.endpoint.url: "${url}"`;
  const wanted = [
    withPassword('${env:P}'),
    withPassword('${file:/etc/shadow}'),
    bearing('file:///etc/shadow'),
    bearing(' FILE:///etc/shadow'),
    bearing('fi\\tle:///etc/shadow'),
  ];
  for (const settings of wanted) {
    const { clusters, reads } = machine(here, `evil: { kafka: { bootstrap.servers: "e:1", ${settings} } }`);
    assert.throws(() => clusters.settingsOf('evil'), { code: 'CW-1030', message: /^evil is in the applied/ });
    assert.throws(() => clusters.clusterOf('evil'), { code: 'CW-1030' });
    assert.equal(reads(), 0);
  }
});

test('a region that the ledger alone names is reached where that needs nothing of this machine', () => {
  const { clusters } = machine(here, 'far: { kafka: { bootstrap.servers: "f:1" } }');
  assert.deepEqual(clusters.bootstrapServersOf('far'), ['f:1']);
  assert.throws(() => clusters.settingsOf('nowhere'), { code: 'CW-6006' });
});
