// Causeway between two clusters that permit exactly the list: controller, worker and commands with a login
// each, and eyes that see everything.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { sourcePosition } from '../../src/base/shift-segments.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Log, LogFields } from '../../src/base/log.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { runCausewayCommand } from '../../src/cli/run-for-tests.ts';
import { defaultLimits } from '../../src/data-plane/worker/limits.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import { operationsThatImply } from '../../src/kafka/acl/right.ts';
import { recordsIn } from '../../src/ledger/changes.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import { type ObservedView, observedView } from '../../src/ledger/snapshot-view.ts';
import type { LedgerTopic } from '../../src/ledger/topic-names.ts';
import { type Role, roles } from '../../src/permissions/permission-list.ts';
import { type Permission, permissionsFor } from '../../src/permissions/topology-permissions.ts';
import { type RunningServer, startServer } from '../../src/server/serve.ts';
import { RegionAdmins } from '../../src/server/region-admins.ts';
import { RegionClusters } from '../../src/server/region-clusters.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { AclLab, type AclRule, passwordOf } from './acl-lab.ts';

export const source = 'eu-west';
export const target = 'us-east';
const secrets = { readEnv: () => undefined, readFile: () => '' };
const common = { secrets, clock: systemClock, random: systemRandom, version: '0.0.0' };
const { partition } = defaultLimits;
const lookMs = 200;
export const giveUpMs = 18_000;

export const principalOfRole = (role: Role): string => `User:${role}`;

export const ruleOf = ({ role, operation, resourceType, resource, pattern }: Permission): AclRule => ({
  principal: principalOfRole(role),
  operation,
  resourceType,
  resource: resourceType === 'cluster' ? 'kafka-cluster' : resource,
  pattern,
});

/** One process as its log tells of it. */
export class LoggedProcess {
  readonly lines: string[] = [];
  readonly log: Log;

  constructor() {
    const note = (fields: LogFields, message: string) => {
      this.lines.push(`${message} ${JSON.stringify(fields, (_, value) => plain(value))}`);
    };
    this.log = { debug: () => undefined, info: note, warn: note, error: note };
  }

  /** Resolves once a line from `from` on matches. */
  async says(pattern: RegExp, from = 0): Promise<void> {
    await waitUntil(
      `a log line like ${String(pattern)}`,
      () => this.lines.slice(from).some((line) => pattern.test(line)),
      {
        seen: () => this.lines.slice(from),
        giveUpMs,
      },
    );
  }
}

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** Rules take a moment to reach the broker. */
export async function rejects(work: () => Promise<unknown>, pattern: RegExp): Promise<void> {
  let seen = '';
  await waitUntil(
    String(pattern),
    () =>
      work().then(
        () => false,
        (error: Error & { code?: string }) => pattern.test((seen = `${error.code} ${error.message}`)),
      ),
    { seen: () => seen, giveUpMs },
  );
}

export class PermissionSite implements AsyncDisposable {
  readonly acls: AclLab;
  readonly folder: string;
  readonly processes: Readonly<Record<'controller' | 'worker', LoggedProcess>> = {
    controller: new LoggedProcess(),
    worker: new LoggedProcess(),
  };
  readonly #mirrors: string;
  readonly #servers = new Map<string, RunningServer>();
  readonly #clusters: RegionClusters[] = [];
  readonly #admins: Admin[] = [];
  readonly reader: LedgerReader;
  /** The target, as the super user. */
  readonly superCluster: KafkaCluster;
  #look: Promise<ObservedView> = Promise.resolve(observedView([]));
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  private constructor(acls: AclLab, mirrors: string) {
    this.acls = acls;
    this.#mirrors = mirrors;
    this.folder = mkdtempSync(join(tmpdir(), 'causeway-permissions-'));
    for (const role of roles) {
      // No secret in a file that is applied.
      const text = this.yaml(role).replaceAll(passwordOf(role), '${env:PASSWORD}');
      writeFileSync(join(this.folder, `${role}.yaml`), text);
    }
    const cluster = this.clustersOf(undefined).clusterOf(target);
    this.superCluster = cluster;
    this.reader = new LedgerReader({ cluster, region: target, ...common, log: silentLog });
  }

  /** `mirrors`: the mirror sets, as YAML; `others`: users besides Causeway's. */
  static async start(mirrors: string, others: readonly string[] = []): Promise<PermissionSite> {
    return new PermissionSite(await AclLab.start([...roles, ...others], [source, target]), mirrors);
  }

  /** As `role` logs in; the super user without one. */
  yaml(role: Role | undefined): string {
    const regions = [source, target].map((region) => {
      const plainServers = this.acls.lab.bootstrapServers(region);
      const servers = role === undefined ? plainServers : this.acls.serversOf(region);
      const login = role === undefined ? {} : this.acls.settingsOf(role);
      return `  ${region}: { kafka: ${JSON.stringify({ 'bootstrap.servers': servers, ...login })} }\n`;
    });
    return `regions:\n${regions.join('')}mirrors:\n${this.#mirrors}`;
  }

  topology(role: Role | undefined): Topology {
    const parsed = parseTopology({ text: this.yaml(role), file: 'causeway.yaml' });
    if ('topology' in parsed) return parsed.topology;
    throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  }

  clustersOf(role: Role | undefined): RegionClusters {
    const clusters = new RegionClusters({ ...common, log: silentLog, clientId: 'test' }, this.topology(role));
    this.#clusters.push(clusters);
    return clusters;
  }

  adminsOf(clusters: RegionClusters): RegionAdmins {
    return new RegionAdmins('test', clusters);
  }

  run(role: Role, ...args: string[]) {
    const env = { PASSWORD: passwordOf(role) };
    return runCausewayCommand([...args, '--config', `${role}.yaml`], { cwd: this.folder, env });
  }

  async serve(role: 'controller' | 'worker'): Promise<void> {
    const server = await startServer({
      ...common,
      region: target,
      name: role,
      roles: [role],
      local: this.topology(role),
      log: this.processes[role].log,
      httpPort: 0,
      reconcileMs: 300,
      workerLimits: { ...defaultLimits, partition: { ...partition, slowRetryDelayMs: 1_000 } },
    });
    this.#servers.set(role, server);
  }

  async stop(role: 'controller' | 'worker'): Promise<void> {
    await this.#servers.get(role)?.stop();
    this.#servers.delete(role);
  }

  /** What the list says of the topology, for one role. */
  permissions(role: Role): readonly Permission[] {
    return permissionsFor(this.topology(role), [role]).permissions;
  }

  /** The rule of the list, and those that stand for it in the eyes of Kafka's own authorizer. */
  rulesThatAllow(region: string, rule: AclRule): AclRule[] {
    const implying: readonly string[] = [rule.operation, ...operationsThatImply(rule.operation)];
    const listed = roles.flatMap((role) => this.permissions(role)).filter((each) => each.region === region);
    const given = listed.filter((each) => each.without === undefined);
    const rules = given.map(ruleOf).filter((each) => {
      const isSameResource = each.resourceType === rule.resourceType && each.resource === rule.resource;
      return each.principal === rule.principal && isSameResource && implying.includes(each.operation);
    });
    return [...new Map(rules.map((each) => [each.operation, each])).values()];
  }

  /** As it was at most `lookMs` ago: many ask. */
  async observed(): Promise<ObservedView> {
    if (systemClock.monotonicMs() - this.#lookedAtMs > lookMs) {
      this.#lookedAtMs = systemClock.monotonicMs();
      this.#look = this.reader
        .snapshot('causeway.observed')
        .then((snapshot) => observedView(recordsIn(snapshot)));
    }
    return this.#look;
  }

  /** The cause that the ledger has of a topic, from its controller or of its partition. */
  async causes(topic: string): Promise<string> {
    const { topics, mirrors } = await this.observed();
    const decided = topics.filter((each) => each.topic === topic).map(({ cause }) => cause);
    const parts = mirrors.filter((each) => each.topic === topic).flatMap(({ partitions }) => partitions);
    const found = [...decided, ...parts.map(({ cause }) => cause)].filter((cause) => cause !== undefined);
    return found.map(({ code, message }) => `${code} ${message}`).join('\n');
  }

  async isToldOf(topic: string, pattern: RegExp): Promise<void> {
    let seen = '';
    const look = async () => pattern.test((seen = await this.causes(topic)));
    await waitUntil(`${topic}: ${String(pattern)}`, look, { seen: () => seen, giveUpMs });
  }

  /**
   * Resolves once the topic's partitions are mirroring up to the source's end, by a report made from now on,
   * and nothing is said of it.
   */
  async isWell(topic: string): Promise<void> {
    const fromMs = systemClock.wallMs();
    let seen: unknown;
    await waitUntil(
      `${topic} is mirrored without a complaint`,
      async () => {
        const { topics, mirrors } = await this.observed();
        const decided = topics.find((each) => each.topic === topic);
        const report = mirrors.find((each) => each.topic === topic);
        const parts = report?.partitions ?? [];
        seen = { decided, parts };
        if (decided?.state !== 'mirrored' || decided.cause !== undefined || parts.length === 0) return false;
        if (report === undefined || report.observedAtMs < fromMs) return false;
        return parts.every((part) => {
          const next = sourcePosition(part);
          return part.state === 'mirroring' && next !== undefined && next === part.sourceEnd;
        });
      },
      { seen: () => seen, giveUpMs },
    );
  }

  /** What a person must be able to read: code, region, who, what, on what, and the command. */
  lack(code: string, region: string, { principal, operation, resourceType, resource }: AclRule): RegExp {
    const isPrefix = resourceType === 'transactional-id';
    const named = `${resourceType.replace('-', ' ')} ${resource}${isPrefix ? '\\*' : ' '}`;
    const servers = this.acls.serversOf(region);
    const command = `--bootstrap-server ${servers} --add --allow-principal ${principal}`;
    return new RegExp(
      `${code} ${region}.*${principal} lacks ${operation} on ${named}.*AUTHORIZATION_FAILED.*` +
        `kafka-acls.sh ${command} --operation ${operation} --${resourceType} ${resource}`,
      's',
    );
  }

  /** Everything as the super user. */
  admin(region: string): Admin {
    const bootstrapBrokers = this.acls.lab.bootstrapServers(region).split(',');
    const admin = new Admin({ clientId: 'test', bootstrapBrokers, retries: 0 });
    this.#admins.push(admin);
    return admin;
  }

  ledgerRule(role: Role, operation: AclRule['operation'], resource: LedgerTopic): AclRule {
    return {
      principal: principalOfRole(role),
      operation,
      resourceType: 'topic',
      resource,
      pattern: 'literal',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
    this.reader.close();
    await Promise.all(this.#admins.map((admin) => admin.close()));
    await Promise.all(this.#clusters.map((clusters) => clusters.close()));
    await this.acls[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
