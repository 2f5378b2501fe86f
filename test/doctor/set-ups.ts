// Broken set-ups for the doctor, each with the cause that it has to name. Shared by the test and the page of
// the documentation.
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import {
  CertificateAuthority,
  type CertificateWish,
  type IssuedCertificate,
  issueSelfSigned,
} from '../../lab/authority.ts';
import { listenerFrom } from '../../lab/broker-properties.ts';
import { freePorts } from '../../lab/ports.ts';
import type { TopicShape } from '../../lab/region-admin.ts';
import { generationsTopic, desiredTopic, observedTopic } from '../../src/ledger/topic-names.ts';
import { produce } from '../../src/cli/site-for-tests.ts';
import { appendTransaction, trimTo } from '../fixtures/odd-topics.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import type { SecuredLab, Way } from '../security/secured-lab.ts';

/** Where a region is reached, and how; plainly unless said. */
export interface Ends {
  readonly servers: string;
  readonly settings: Readonly<Record<string, string>>;
}

export interface SetUp {
  /** A heading of the page. */
  readonly title: string;
  /** The first problem, and the only one; undefined where nothing is broken. */
  readonly cause: RegExp | undefined;
  /** The only warning, where one is due. */
  readonly warned?: RegExp;
  readonly source?: (world: World) => Ends | Promise<Ends>;
  readonly target?: (world: World) => Ends;
  /** One mirror set, as YAML in one line. */
  readonly set?: string;
  readonly timeout?: string;
  /** Breaks what is to be broken; the result mends it. */
  readonly before?: (world: World) => Promise<() => Promise<void>>;
}

export interface World {
  readonly secured: SecuredLab;
  /** Closed at the end of the test. */
  readonly servers: Server[];
}

const source = 'eu-west';
const target = 'us-east';
export const defaultSet = '{ topics: [orders], home: eu-west, to: [us-east] }';

/** The settings of the way, some changed, perhaps at another listener. */
function ends(
  { secured }: World,
  way: Way,
  changes: Readonly<Record<string, string>> = {},
  listener: Way['listener'] = way.listener,
  region: string = source,
): Ends {
  return {
    servers: secured.serversOf(region, { ...way, listener }),
    settings: { ...way.settings, ...changes },
  };
}

async function listening(world: World, server: Server): Promise<string> {
  world.servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A TLS port that shows such a certificate, with the authority's behind it where one is given. */
async function showingIssued(world: World, issued: IssuedCertificate, behind = ''): Promise<Ends> {
  const cert = issued.certificate + behind;
  const { key } = issued;
  const server = createTlsServer({ cert, key }, (socket) => socket.on('error', () => socket.destroy()));
  return { servers: await listening(world, server), settings: world.secured.tls.settings };
}

/** One that is signed by the authority that is trusted. */
const showing = (world: World, wish: CertificateWish): Promise<Ends> =>
  showingIssued(world, world.secured.authority.issue(wish));

const daysFromNow = (days: number): Date => new Date(Date.now() + days * 86_400_000);
const forUs = { commonName: 'broker', hosts: ['127.0.0.1'] };

/** A topic at the target or the source, for one set-up. */
const withTopic =
  (region: string, topic: string, shape: TopicShape) =>
  async ({ secured }: World) => {
    await secured.lab.createTopic(region, topic, shape);
    return () => secured.lab.deleteTopic(region, topic);
  };

/** A topic at the source with a transaction in it. */
export const withTransaction = (topic: string) => async (world: World) => {
  const mend = await withTopic(source, topic, {})(world);
  await appendTransaction(world.secured.lab.bootstrapServers(source), topic, 3);
  return mend;
};

export const setUps: readonly SetUp[] = [
  {
    title: 'Nothing is wrong',
    cause: undefined,
    source: (world) => ends(world, world.secured.login('SCRAM-SHA-512', true)),
  },
  {
    title: 'A host name that does not exist',
    cause: /eu-west kafka\.\.example\.com:9092, DNS: the name kafka\.\.example\.com cannot be resolved/,
    source: () => ({ servers: 'kafka..example.com:9092', settings: {} }),
  },
  {
    title: 'A closed port',
    cause: /eu-west 127\.0\.0\.1:\d+, TCP: nothing listens \(connection refused\)/,
    source: async () => ({ servers: `127.0.0.1:${(await freePorts(1))[0]}`, settings: {} }),
  },
  {
    title: 'A plain port where TLS is expected',
    cause: /TLS: .*(?:the port may be a plain one|does not speak TLS)/,
    source: (world) => ({
      ...ends(world, world.secured.tls),
      servers: world.secured.lab.bootstrapServers(source),
    }),
  },
  {
    title: 'A TLS port where none is expected',
    cause: /protocol: .*this port speaks TLS/,
    source: (world) => ends(world, world.secured.plain, {}, 'TLS'),
  },
  {
    title: 'An authority that is not trusted',
    cause: /TLS: the authority of the broker’s certificate is not in ssl\.truststore/,
    source: (world) => {
      const path = join(world.secured.folder, 'other.pem');
      writeFileSync(path, new CertificateAuthority('another authority').certificate);
      return ends(world, world.secured.tls, { 'ssl.truststore.location': path });
    },
  },
  {
    title: 'A certificate that has expired',
    cause: /TLS: the broker’s certificate expired on \S+, 5 days ago/,
    source: (world) => showing(world, { ...forUs, validFrom: daysFromNow(-30), validTo: daysFromNow(-5.5) }),
  },
  {
    title: 'A certificate that is not valid yet',
    cause: /TLS: the broker’s certificate is not valid yet: only from \S+, 2 days ahead/,
    source: (world) => showing(world, { ...forUs, validFrom: daysFromNow(2.5) }),
  },
  {
    title: 'An authority in between that has expired',
    cause: /TLS: the certificate of the authority behind the broker’s \(CN=between\) expired on \S+, 5 days/,
    source: (world) => {
      const validity = { validFrom: daysFromNow(-30), validTo: daysFromNow(-5.5) };
      const between = new CertificateAuthority('between', validity, world.secured.authority);
      return showingIssued(world, between.issue(forUs), between.certificate);
    },
  },
  {
    title: 'A certificate that is self-signed',
    cause: /TLS: the broker’s certificate is self-signed and not in ssl\.truststore/,
    source: (world) => showingIssued(world, issueSelfSigned(forUs)),
  },
  {
    title: 'A certificate for another host',
    cause: /TLS: the broker’s certificate is for another host: it names DNS:kafka\.example\.com/,
    source: (world) => showing(world, { commonName: 'broker', hosts: ['kafka.example.com'] }),
  },
  {
    title: 'A wrong password',
    cause: /login: .*login by SCRAM-SHA-512 was refused/,
    source: (world) => {
      const way = world.secured.login('SCRAM-SHA-512', true);
      const jaas = way.settings['sasl.jaas.config']?.replace('alice-secret', 'wrong-secret') ?? '';
      return ends(world, way, { 'sasl.jaas.config': jaas });
    },
  },
  {
    title: 'A password in the file itself',
    cause: undefined,
    warned: /file: password of sasl\.jaas\.config is a secret in the file/,
    source: (world) => {
      const way = world.secured.login('SCRAM-SHA-512', true);
      // The same password in other letters, since the test takes it out of the file.
      const jaas = way.settings['sasl.jaas.config']?.replace('alice-secret', 'alice\\-secret') ?? '';
      return ends(world, way, { 'sasl.jaas.config': jaas });
    },
  },
  {
    title: 'A mechanism that the listener does not have',
    cause: /login: .*SCRAM-SHA-256 is not offered; this listener has .*SCRAM-SHA-512/,
    source: (world) => ends(world, world.secured.login('SCRAM-SHA-256', true)),
  },
  {
    title: 'A login where the listener has none',
    cause: /login: .*this listener has no login/,
    source: (world) => ends(world, world.secured.login('PLAIN', true), {}, 'TLS'),
  },
  {
    title: 'A token endpoint that hangs',
    cause: /eu-west, token: no token from http:\S+: no answer within/,
    timeout: '5s',
    source: (world) => ends(world, world.secured.login('OAUTHBEARER', true)),
    before: ({ secured: { issuer } }) => {
      issuer.behaviour = () => undefined;
      return Promise.resolve(() => {
        issuer.behaviour = undefined;
        return Promise.resolve();
      });
    },
  },
  {
    title: 'An advertised address that cannot be reached from here',
    cause: /eu-west broker 1 at \S+, (?:TCP|protocol): .*127\.0\.0\.1:\d+/,
    source: ({ secured: { lab } }) => ({
      servers: lab.region(source).serversOf(listenerFrom(target)),
      settings: {},
    }),
    before: async ({ secured: { lab } }) => {
      await lab.wan.cut(target, source, 'reset');
      return () => lab.wan.heal(target, source);
    },
  },
  {
    title: 'Two regions that are one cluster',
    cause: /us-east, cluster: eu-west and us-east are the same Kafka cluster/,
    source: ({ secured: { lab } }) => ({
      servers: lab.region(target).serversOf(listenerFrom(source)),
      settings: {},
    }),
  },
  {
    title: 'A permission that is missing',
    cause: /eu-west, permissions: Read is not permitted on topic returns/,
    set: '{ topics: [returns], home: eu-west, to: [us-east] }',
    source: (world) => ends(world, world.secured.login('PLAIN', true)),
    before: async ({ secured: { lab } }) => {
      await lab.createTopic(source, 'returns');
      await permitOnly(lab.bootstrapServers(source), 'returns', ['Describe', 'DescribeConfigs']);
      return () => lab.deleteTopic(source, 'returns');
    },
  },
  {
    title: 'A control topic that forgets',
    cause: /us-east, control topics: causeway\.generations has retention\.ms 86400000, and must have -1/,
    before: async ({ secured: { lab } }) => {
      const kept = { 'cleanup.policy': 'compact' };
      const forgetful = { 'retention.ms': '86400000' };
      const configs = { [desiredTopic]: kept, [observedTopic]: kept, [generationsTopic]: forgetful };
      for (const [topic, config] of Object.entries(configs)) await lab.createTopic(target, topic, { config });
      return async () => {
        for (const topic of Object.keys(configs)) await lab.deleteTopic(target, topic);
      };
    },
  },
  {
    title: 'A compacted topic whose tombstones go soon',
    cause: undefined,
    warned:
      /source topics: topic balances has cleanup\.policy compact and delete\.retention\.ms below one hour/,
    set: '{ topics: [balances], home: eu-west, to: [us-east] }',
    before: withTopic(source, 'balances', {
      config: { 'cleanup.policy': 'compact', 'delete.retention.ms': '60000' },
    }),
  },
  {
    title: 'Transactions, and no right on the target’s cluster',
    cause: undefined,
    warned: /transactions: payments: written in transactions .*; us-east lets us fill holes only one by one/,
    set: '{ topics: [payments], home: eu-west, to: [us-east] }',
    target: (world) => {
      const way = world.secured.login('PLAIN', true);
      return ends(world, way, {}, way.listener, target);
    },
    before: async (world) => {
      const mend = await withTransaction('payments')(world);
      const servers = world.secured.lab.bootstrapServers(target);
      await permit(servers, { ...cluster, principal: 'User:admin' }, ['Describe']);
      return async () => {
        await forgetAcls(servers, cluster);
        await mend();
      };
    },
  },
  {
    title: 'A topic of which retention has taken more than may be filled',
    cause: undefined,
    warned: /shop eu-west → us-east, retention: clicks: the copy will not have the offsets of the source/,
    set: '{ topics: [clicks], home: eu-west, to: [us-east], prefix.max: 4 }',
    before: async (world) => {
      const mend = await withTopic(source, 'clicks', {})(world);
      const { lab } = world.secured;
      await produce(lab, source, 'clicks', 0, 10);
      await trimTo(lab.bootstrapServers(source), 'clicks', 5n);
      return mend;
    },
  },
  {
    title: 'More replicas in sync demanded than there are',
    cause:
      /shop in us-east, target topics: topic orders has min\.insync\.replicas 3 and replication factor 1/,
    set: '{ topics: [orders], home: eu-west, to: [us-east], target: { min.insync.replicas: 3 } }',
  },
  {
    title: 'A port at which something else listens',
    cause: /protocol: what listens there is no Kafka broker: it speaks HTTP/,
    source: async (world) => {
      const server = createHttpServer((_, response) => response.end('hello'));
      return { servers: await listening(world, server), settings: {} };
    },
  },
  {
    title: 'One bootstrap server of two hangs',
    cause: undefined,
    warned: /eu-west 127\.0\.0\.1:\d+, protocol: not ready within 4500 ms/,
    timeout: '5s',
    source: async (world) => {
      const silent = await listening(world, createTcpServer());
      return { servers: `${silent},${world.secured.lab.bootstrapServers(source)}`, settings: {} };
    },
  },
  {
    title: 'A quota under which nothing can be followed',
    cause: undefined,
    warned: /eu-west, quotas: a quota lets us fetch 1 KB per second and broker \(client-id causeway-w1\)/,
    before: async ({ secured: { lab } }) => {
      const servers = lab.bootstrapServers(source);
      await setQuota(servers, 1_000);
      return () => setQuota(servers, undefined);
    },
  },
  {
    title: 'No right on the cluster as a whole',
    cause: undefined,
    source: (world) => ends(world, world.secured.login('PLAIN', true)),
    before: async ({ secured: { lab } }) => {
      const servers = lab.bootstrapServers(source);
      await permit(servers, { ...cluster, principal: 'User:admin' }, ['Describe']);
      return () => forgetAcls(servers, cluster);
    },
  },
];

/** For fetching, on one process of ours; undefined takes it away. */
async function setQuota(servers: string, bytesPerSecond: number | undefined): Promise<void> {
  const admin = new Admin({ clientId: 'doctor-test', bootstrapBrokers: servers.split(','), retries: 0 });
  const entities = [{ entityType: 'client-id' as const, entityName: 'causeway-w1' }];
  const key = 'consumer_byte_rate' as const;
  const op =
    bytesPerSecond === undefined
      ? { key, remove: true as const }
      : { key, value: bytesPerSecond, remove: false as const };
  try {
    await admin.alterClientQuotas({ entries: [{ entities, ops: [op] }] });
    const components = [{ entityType: 'client-id' as const, matchType: 0 as const, match: 'causeway-w1' }];
    const wanted = bytesPerSecond === undefined ? 0 : 1;
    await waitUntil(
      'the broker knows the quota',
      async () => (await admin.describeClientQuotas({ components, strict: true })).length === wanted,
    );
  } finally {
    await admin.close();
  }
}

const operations = { Describe: 8, DescribeConfigs: 10 } as const;

interface Resource {
  readonly resourceType: 2 | 4;
  readonly resourceName: string;
}
const cluster: Resource = { resourceType: 4, resourceName: 'kafka-cluster' };

/** ACLs for alice on one topic; where there is one, nothing else is permitted. */
export const permitOnly = (servers: string, topic: string, permitted: readonly (keyof typeof operations)[]) =>
  permit(servers, { resourceType: 2, resourceName: topic, principal: 'User:alice' }, permitted);

async function permit(
  servers: string,
  whom: Resource & { readonly principal: string },
  permitted: readonly (keyof typeof operations)[],
): Promise<void> {
  const admin = new Admin({ clientId: 'doctor-test', bootstrapBrokers: servers.split(','), retries: 0 });
  try {
    const creations = permitted.map((name) => ({
      ...whom,
      resourcePatternType: 3 as const,
      host: '*',
      operation: operations[name],
      permissionType: 3 as const,
    }));
    await admin.createAcls({ creations });
    await waitUntil(
      'the broker knows the ACLs',
      async () => (await admin.describeAcls(aclsOf(whom))).length > 0,
    );
  } finally {
    await admin.close();
  }
}

/** All of one resource. */
const aclsOf = ({ resourceType, resourceName }: Resource) => ({
  filter: {
    resourceType,
    resourceName,
    resourcePatternType: 3 as const,
    principal: null,
    host: null,
    operation: 1 as const,
    permissionType: 1 as const,
  },
});

async function forgetAcls(servers: string, resource: Resource): Promise<void> {
  const admin = new Admin({ clientId: 'doctor-test', bootstrapBrokers: servers.split(','), retries: 0 });
  try {
    await admin.deleteAcls({ filters: [aclsOf(resource).filter] });
    await waitUntil(
      'the ACLs are gone',
      async () => (await admin.describeAcls(aclsOf(resource))).length === 0,
    );
  } finally {
    await admin.close();
  }
}
