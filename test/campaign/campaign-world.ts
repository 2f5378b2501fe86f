// What the campaign breaks: two regions with three brokers each, a link between them, topics under load by
// several clients, the product between them, and readers of the copies.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Lab } from '../../lab/lab.ts';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { type ClusterAdmin, openClusterAdmin } from '../../src/kafka/admin/cluster-admin.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import { mustCauseway } from '../fault/causeway-command.ts';
import { openCluster } from '../fixtures/link-plan.ts';
import { AclLab } from '../permissions/acl-lab.ts';
import { BrokerDisk } from './broker-disk.ts';
import { Coverage, isState } from './coverage.ts';
import { Loads } from './loads/loads.ts';
import { ProductProcesses } from './product-processes.ts';
import { StopWatch } from './stop-watch.ts';
import { lostTopics, type Region, sourceRegion, steadyTopics, targetRegion } from './topic-roles.ts';
import { ordinaryRights, ordinaryUser, writeTopologies } from './topology-files.ts';
import type { WireEvent } from './wire/wire-orders.ts';

/** Of the link while nothing slows it down. */
export const calmRttMs = 4;
/** The broker of the target whose disk can be broken. */
export const diskBroker = 3;

/** A dead or frozen broker is noticed sooner than in 9 s, and logs are looked at often. */
const brokerSettings = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'replica.lag.time.max.ms': '8000',
  'log.retention.check.interval.ms': '500',
  'log.cleaner.backoff.ms': '500',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
};

export interface WorldOptions {
  readonly seed: number;
  readonly workers: number;
  readonly say: (text: string) => void;
  readonly signal?: AbortSignal;
}

export class CampaignWorld implements AsyncDisposable {
  readonly acls: AclLab;
  readonly disk: BrokerDisk;
  readonly source: KafkaCluster;
  readonly target: KafkaCluster;
  /** Through the emulated WAN, as the product sees the source. */
  readonly sourceFromAfar: KafkaCluster;
  readonly processes: ProductProcesses;
  readonly stops: StopWatch;
  readonly coverage = new Coverage();
  /** By the number of an order: how often it was carried out. */
  readonly hits = new Map<number, number>();
  readonly points = new Map<string, number>();
  readonly #admins: Readonly<Record<Region, ClusterAdmin>>;
  readonly #files: ReturnType<typeof writeTopologies>;
  readonly #guardOwner = new Map<string, string>();
  #loads: Loads | undefined;

  private constructor(acls: AclLab, disk: BrokerDisk, files: ReturnType<typeof writeTopologies>) {
    this.acls = acls;
    this.disk = disk;
    this.#files = files;
    const { lab } = acls;
    const open = (region: Region, from: Region = region) =>
      openCluster({ region, bootstrapServers: lab.bootstrapServers(region, from) }, 'campaign', silentLog);
    this.source = open(sourceRegion);
    this.target = open(targetRegion);
    this.sourceFromAfar = open(sourceRegion, targetRegion);
    const admin = (region: Region) =>
      openClusterAdmin({ region, bootstrapServers: this.servers(region).split(','), clientId: 'campaign' });
    this.#admins = { [sourceRegion]: admin(sourceRegion), [targetRegion]: admin(targetRegion) };
    this.processes = new ProductProcesses({
      folder: lab.folder,
      topologyFile: (isOrdinary) => files[isOrdinary ? 'ordinary worker' : 'worker'],
      onEvent: (event) => this.#take(event),
    });
    this.stops = new StopWatch(this.target);
  }

  /** Resolves when every copy is mirroring under load. Disposes of everything if it cannot. */
  static async start(options: WorldOptions): Promise<CampaignWorld> {
    const { say, signal } = options;
    say('starting six brokers');
    const disk = new BrokerDisk(`${targetRegion}-${diskBroker}`);
    if (disk.impossible !== undefined) say(disk.impossible);
    try {
      const acls = await AclLab.start(
        [ordinaryUser],
        [
          { name: sourceRegion, brokers: 3 },
          {
            name: targetRegion,
            brokers: 3,
            dataFolder: disk.folder,
            // A frozen follower stays in sync for longer than a worker waits for an acknowledgement.
            brokerSettings: { 'broker.session.timeout.ms': '7000' },
          },
        ],
        brokerSettings,
        {
          wan: 'plain',
          links: [{ from: sourceRegion, to: targetRegion, rttMs: calmRttMs }],
          ...(signal !== undefined && { signal }),
        },
      );
      const world = new CampaignWorld(acls, disk, writeTopologies(acls));
      try {
        await world.#begin(options);
        return world;
      } catch (error) {
        await world[Symbol.asyncDispose]();
        throw error;
      }
    } catch (error) {
      disk[Symbol.dispose]();
      throw error;
    }
  }

  get lab(): Lab {
    return this.acls.lab;
  }

  /** For the command line. */
  get operatorFile(): string {
    return this.#files.operator;
  }

  get loads(): Loads {
    if (this.#loads === undefined) throw new Error('there is no load yet');
    return this.#loads;
  }

  servers(region: Region): string {
    return this.lab.bootstrapServers(region);
  }

  adminOf(region: Region): ClusterAdmin {
    return this.#admins[region];
  }

  clusterOf(region: Region): KafkaCluster {
    return region === sourceRegion ? this.source : this.target;
  }

  async #begin({ seed, workers, say }: WorldOptions): Promise<void> {
    const topics = Object.entries({ ...steadyTopics, ...lostTopics });
    await Promise.all(topics.map(([topic, shape]) => this.lab.createTopic(sourceRegion, topic, shape)));
    await this.acls.give(targetRegion, ordinaryRights());
    this.processes.start('controller');
    for (let at = 0; at < workers; at += 1) this.processes.start(`worker ${at}`);
    say('applying the topology');
    await mustCauseway('apply', '--config', this.operatorFile, '--yes', '--wait', '--timeout', '2m');
    const folder = path.join(this.lab.folder, 'clients');
    mkdirSync(folder, { recursive: true });
    this.stops.start();
    const clusters = { source: this.servers(sourceRegion), target: this.servers(targetRegion) };
    this.#loads = await Loads.start({
      ...clusters,
      cluster: this.source,
      random: seededRandom(seed),
      seed,
      folder,
    });
    if (this.#loads.without !== undefined) say(`without librdkafka: ${this.#loads.without}`);
    await this.stops.everybodyMirrors([...topics].map(([topic]) => topic));
  }

  #take(event: WireEvent): void {
    if (event.is === 'state' && isState(event.state)) this.coverage.count(event.state);
    if (event.is === 'hit') {
      this.hits.set(event.id, (this.hits.get(event.id) ?? 0) + 1);
      if (event.action === 'kill') this.points.set(event.point, (this.points.get(event.point) ?? 0) + 1);
    }
    if (event.is !== 'guard') return;
    const former = this.#guardOwner.get(event.guard);
    this.#guardOwner.set(event.guard, event.process);
    if (former !== undefined && former !== event.process)
      this.coverage.count('guard taken over from another worker');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#loads?.[Symbol.asyncDispose]();
    await this.stops[Symbol.asyncDispose]();
    await this.processes[Symbol.asyncDispose]();
    await Promise.all([this.source.close(), this.target.close(), this.sourceFromAfar.close()]);
    await Promise.all(Object.values(this.#admins).map((admin) => admin.close()));
    await this.acls[Symbol.asyncDispose]();
    this.disk[Symbol.dispose]();
  }
}
