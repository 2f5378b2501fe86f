// Two regions with the whole product between them, and what a trouble needs to take hold of: brokers that
// freeze, a link that is cut, records in numbers, and the command line as an operator uses it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Lab, startLab } from '../../lab/lab.ts';
import type { TopicShape } from '../../lab/region-admin.ts';
import { writeTopologies } from '../../lab/topology-files.ts';
import type { TopologyFiles } from '../../lab/lab-types.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { type Finished, runCausewayCommand } from '../../src/cli/run-for-tests.ts';
import { defaultLimits, type WorkerLimits } from '../../src/data-plane/worker/limits.ts';
import { type ClusterAdmin, openClusterAdmin } from '../../src/kafka/admin/cluster-admin.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import { recordsIn } from '../../src/ledger/changes.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import { observedView } from '../../src/ledger/snapshot-view.ts';
import { type Role, type RunningServer, startServer } from '../../src/server/serve.ts';
import { parseTopology } from '../../src/topology/parse-topology.ts';
import { openCluster } from '../fixtures/link-plan.ts';
import { TopicWriter } from '../fixtures/topic-writer.ts';
import { waitUntil } from '../fixtures/wait-until.ts';

export const sourceRegion = 'eu-west';
export const targetRegion = 'us-east';
export const mirrorSet = 'shop';
export type Region = typeof sourceRegion | typeof targetRegion;

/** A source that seems shorter is asked twice, here soon; the operator does not wait for slow tries. */
const { partition } = defaultLimits;
const workerLimits: WorkerLimits = {
  ...defaultLimits,
  partition: { ...partition, suspectDelayMs: 500, retryDelayMsMax: 1_000 },
};
/** A frozen broker is noticed after 3 s in place of 9, and logs are looked at often. */
const quick = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'log.retention.check.interval.ms': '300',
};

export interface WorldOptions {
  readonly brokers: Readonly<Record<Region, number>>;
  /** Of the target's brokers. */
  readonly targetSettings?: Readonly<Record<string, string>>;
  /** Topics `kept-*` are a set whose gaps are filled, and that is trimmed with its source. */
  readonly hasArchive?: boolean;
}

export class TroubleWorld implements AsyncDisposable {
  readonly lab: Lab;
  readonly source: KafkaCluster;
  readonly target: KafkaCluster;
  #files: TopologyFiles;
  readonly #reader: LedgerReader;
  readonly #clusters = new Map<string, KafkaCluster>();
  readonly #admins = new Map<Region, ClusterAdmin>();
  readonly #hasArchive: boolean;
  #isCut = false;
  readonly #servers = new Map<string, RunningServer>();
  /** Written to each source partition so far: no two records are the same. */
  #written = 0;

  private constructor(lab: Lab, files: TopologyFiles, hasArchive: boolean) {
    this.#hasArchive = hasArchive;
    this.lab = lab;
    this.#files = files;
    this.source = this.#open(sourceRegion, lab.bootstrapServers(sourceRegion));
    this.target = this.#open(targetRegion, lab.bootstrapServers(targetRegion));
    const parts = { clock: systemClock, random: systemRandom, log: silentLog };
    this.#reader = new LedgerReader({ cluster: this.target, region: targetRegion, ...parts });
  }

  static async start(options: WorldOptions): Promise<TroubleWorld> {
    const { brokers, targetSettings = {}, hasArchive = false } = options;
    const lab = await startLab({
      regions: [
        { name: sourceRegion, brokers: brokers[sourceRegion] },
        { name: targetRegion, brokers: brokers[targetRegion], brokerSettings: targetSettings },
      ],
      brokerSettings: quick,
    });
    return new TroubleWorld(lab, await writeTopologies(lab, setsOf([], hasArchive)), hasArchive);
  }

  /** At the source; records are kept for ever unless `config` says otherwise. */
  createTopic(topic: string, shape: TopicShape = {}, region: Region = sourceRegion): Promise<void> {
    const config = { 'retention.ms': '-1', ...shape.config };
    return this.lab.createTopic(region, topic, { partitions: 1, ...shape, config });
  }

  /** At the source, as batches of ten. `cluster`: asked for the leader, where a broker is frozen. */
  async produce(
    topic: string,
    records: number,
    { cluster = this.source, partition = 0 }: { cluster?: KafkaCluster; partition?: number } = {},
  ): Promise<void> {
    using writer = new TopicWriter(cluster);
    for (let left = records; left > 0; left -= 10) {
      await writer.append(topic, partition, [encodeBatch(this.#made(Math.min(10, left)))]);
    }
  }

  #made(count: number) {
    return Array.from({ length: count }, () => {
      this.#written += 1;
      const value = Buffer.from(`record ${this.#written}`);
      return { timestamp: 1_767_225_600_000n + BigInt(this.#written), key: Buffer.from('key'), value };
    });
  }

  adminOf(region: Region): ClusterAdmin {
    const kept = this.#admins.get(region);
    if (kept !== undefined) return kept;
    const bootstrapServers = this.lab.bootstrapServers(region).split(',');
    const admin = openClusterAdmin({ region, bootstrapServers, clientId: 'trouble' });
    this.#admins.set(region, admin);
    return admin;
  }

  /** Cuts the link, with resets, and waits until the topic's worker has noticed. Idempotent. */
  async cut(topic: string): Promise<void> {
    if (!this.#isCut) await this.lab.wan.set(sourceRegion, targetRegion, { cut: 'reset' });
    this.#isCut = true;
    await this.reported(topic, 'waiting');
  }

  async join(): Promise<void> {
    await this.lab.wan.set(sourceRegion, targetRegion, { cut: null });
    this.#isCut = false;
  }

  /** The cluster as one broker tells of it. */
  viaBroker(region: Region, broker: number): KafkaCluster {
    return this.#open(region, this.lab.region(region).brokers[broker - 1]?.address ?? '');
  }

  /** As `causeway serve` runs them. */
  async serve(name: string, roles: readonly Role[]): Promise<void> {
    const file = this.#files.byRegion[targetRegion] ?? '';
    const parsed = parseTopology({ text: readFileSync(file, 'utf8'), file });
    if (!('topology' in parsed)) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
    const server = await startServer({
      region: targetRegion,
      name,
      roles,
      local: parsed.topology,
      secrets: { readEnv: () => undefined, readFile: () => '' },
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      version: '0.0.0',
      httpPort: 0,
      reconcileMs: 500,
      workerLimits,
    });
    this.#servers.set(name, server);
  }

  async endServer(name: string): Promise<void> {
    await this.#servers.get(name)?.stop();
    this.#servers.delete(name);
  }

  causeway(...args: readonly string[]): Promise<Finished> {
    return runCausewayCommand(args, { cwd: dirname(this.#files.operator) });
  }

  async mustCauseway(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.causeway(...args);
    assert.equal(code, 0, `causeway ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Edits causeway.yaml. */
  async exclude(topics: readonly string[]): Promise<void> {
    this.#files = await writeTopologies(this.lab, setsOf(topics, this.#hasArchive));
  }

  /** What the workers have reported of partition 0 last. */
  async observed(topic: string) {
    const { mirrors } = observedView(recordsIn(await this.#reader.snapshot('causeway.observed')));
    const reports = mirrors.filter((mirror) => mirror.topic === topic);
    const newest = reports.sort((a, b) => b.observedAtMs - a.observedAtMs)[0];
    return newest?.partitions.find((each) => each.partition === 0);
  }

  /** Until partition 0 is reported in that state, with that code where one is given. */
  async reported(topic: string, state: string, code?: string): Promise<void> {
    let seen: unknown;
    const isSo = async () => {
      const found = await this.observed(topic);
      seen = found;
      return found?.state === state && (code === undefined || found.cause?.code === code);
    };
    await waitUntil(`${topic}-0 to be ${state} ${code ?? ''}`, isSo, { seen: () => seen, pollMs: 100 });
  }

  /** Both ends of partition 0 are the same and not empty, and it is mirroring. */
  async mirrored(topic: string): Promise<bigint> {
    const seen = { source: -1n, target: -1n };
    await waitUntil(
      `both ends of ${topic} to agree`,
      async () => {
        seen.source = await this.offset(this.source, topic);
        seen.target = await this.offset(this.target, topic);
        return seen.source === seen.target && seen.target > 0n;
      },
      { seen: () => seen, pollMs: 100 },
    );
    await this.reported(topic, 'mirroring');
    return seen.target;
  }

  /** The high watermark, or where the log starts. */
  async offset(
    cluster: KafkaCluster,
    topic: string,
    what: 'start' | 'end' = 'end',
    partition = 0,
  ): Promise<bigint> {
    const leaderId = await this.leader(cluster, topic, partition);
    const connection = await cluster.connect(leaderId);
    try {
      const partitions = [{ partition, currentLeaderEpoch: -1, timestamp: what === 'end' ? -1n : -2n }];
      const request = { replicaId: -1, isolationLevel: 0 as const, topics: [{ topic, partitions }] };
      const [answer] = await connection.listOffsets(request);
      if (answer?.errorCode !== 0) throw new Error(`${topic}-0: error ${answer?.errorCode}`);
      return answer.offset;
    } finally {
      connection.destroy('asked');
    }
  }

  /** -1: none. */
  async leader(cluster: KafkaCluster, topic: string, partition = 0): Promise<number> {
    return (await this.#partition(cluster, topic, partition))?.leaderId ?? -1;
  }

  async #partition(cluster: KafkaCluster, topic: string, partition = 0) {
    const view = await cluster.metadata([topic]);
    const partitions = view.topics.find(({ name }) => name === topic)?.partitions;
    return partitions?.find((each) => each.partition === partition);
  }

  /** Until partition 0 ends there. */
  async ends(cluster: KafkaCluster, topic: string, end: bigint): Promise<void> {
    const seen = { end: -1n };
    const isSo = async () => (seen.end = await this.offset(cluster, topic)) === end;
    await waitUntil(`${topic}-0 to end at ${end}`, isSo, { seen: () => seen, pollMs: 50 });
  }

  async begins(cluster: KafkaCluster, topic: string, start: bigint): Promise<void> {
    const seen = { start: -1n };
    const isSo = async () => (seen.start = await this.offset(cluster, topic, 'start')) === start;
    await waitUntil(`${topic}-0 to begin at ${start}`, isSo, { seen: () => seen, pollMs: 50 });
  }

  /** What the leader of the target's partition 0 remembers of producers. */
  async producers(topic: string) {
    const connection = await this.target.connect(await this.leader(this.target, topic));
    try {
      const [found] = await connection.describeProducers({ topics: [{ topic, partitions: [0] }] });
      if (found?.errorCode !== 0) throw new Error(`${topic}-0: error ${found?.errorCode}`);
      return found.producers;
    } finally {
      connection.destroy('asked');
    }
  }

  /**
   * Until partition 0 does without a broker that answers no more, and its cluster does, too: what it had
   * asked for before has been answered by then. On a busy machine it may have been out of sync long before,
   * and would find what is written next when it wakes up. `cluster`: asked for that, where the broker cannot
   * answer.
   */
  async outOfSync(cluster: KafkaCluster, topic: string, broker: number): Promise<void> {
    await waitUntil(`broker ${broker} to be given up`, async () => {
      const { brokers } = await cluster.metadata([topic]);
      const found = await this.#partition(cluster, topic);
      const isKnown = brokers.some(({ nodeId }) => nodeId === broker);
      return !isKnown && found !== undefined && !found.inSync.includes(broker);
    });
  }

  /** Until so many replicas of partition 0 are in sync. */
  async inSync(cluster: KafkaCluster, topic: string, replicas: number): Promise<void> {
    await waitUntil(`${replicas} replicas of ${topic} in sync`, async () => {
      return (await this.#partition(cluster, topic))?.inSync.length === replicas;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
    this.#reader.close();
    await Promise.all([...this.#admins.values()].map((admin) => admin.close()));
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.close()));
    await this.lab.close();
  }

  #open(region: Region, bootstrapServers: string): KafkaCluster {
    const kept = this.#clusters.get(bootstrapServers);
    if (kept !== undefined) return kept;
    const cluster = openCluster({ region, bootstrapServers }, 'trouble', silentLog);
    this.#clusters.set(bootstrapServers, cluster);
    return cluster;
  }
}

const setsOf = (exclude: readonly string[], hasArchive: boolean) => ({
  [mirrorSet]: { topics: ['*'], exclude: ['kept-*', ...exclude], home: sourceRegion, to: [targetRegion] },
  ...(hasArchive && {
    archive: {
      topics: ['kept-*'],
      home: sourceRegion,
      to: [targetRegion],
      'on.gap': 'fill',
      trim: 'follow',
    },
  }),
});
