// Many small topics on one region, mirrored to another: the lab, its topics, the applied topology.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Admin } from '@platformatic/kafka';
import { type Lab, startLab } from '../../lab/lab.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { openCluster } from '../../test/fixtures/link-plan.ts';
import { TopicWriter } from '../../test/fixtures/topic-writer.ts';
import { silentLog } from '../../src/base/log.ts';
import { Child } from '../rig/child.ts';
import { ScaledServer } from './scaled-server.ts';

export interface WorldSize {
  readonly topics: number;
  readonly partitionsEach: number;
}

const command = fileURLToPath(new URL('../../bin/causeway', import.meta.url));
const [source, target] = ['eu-west', 'us-east'] as const;
/** One request creates so many topics. */
const topicsAtOnce = 100;
const writesAtOnce = 500;

/** Small files, since there are tens of thousands of them. */
const brokerSettings = {
  'log.index.size.max.bytes': '65536',
  'log.segment.bytes': '16777216',
  'log.retention.ms': '-1',
};

export class ScaleWorld implements AsyncDisposable {
  readonly lab: Lab;
  readonly topics: readonly string[];
  readonly size: WorldSize;
  readonly #folder = mkdtempSync(join(tmpdir(), 'causeway-benchmark-scale-'));
  readonly #servers: ScaledServer[] = [];

  private constructor(lab: Lab, size: WorldSize) {
    this.lab = lab;
    this.size = size;
    this.topics = Array.from({ length: size.topics }, (_, at) => `scale-${String(at).padStart(5, '0')}`);
    writeFileSync(this.#file('operator'), this.#yaml(lab.bootstrapServers(source)));
    writeFileSync(this.#file('server'), this.#yaml(lab.bootstrapServers(source, target)));
  }

  static async start(size: WorldSize): Promise<ScaleWorld> {
    const lab = await startLab({
      kind: 'benchmark',
      regions: [{ name: source }, { name: target }],
      heapMb: 1024,
      jvm: 'throughput',
      brokerSettings,
    });
    const world = new ScaleWorld(lab, size);
    try {
      await world.#createTopics();
      await world.writeEverywhere();
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  get partitions(): number {
    return this.size.topics * this.size.partitionsEach;
  }

  /** One batch of one record into every partition of the source. */
  async writeEverywhere(): Promise<void> {
    await this.withWriter(async (writer) => {
      const batch = encodeBatch([{ timestamp: 1n, key: undefined, value: Buffer.alloc(100, 'x') }]);
      const places = this.placesOf(this.topics);
      for (let from = 0; from < places.length; from += writesAtOnce) {
        const some = places.slice(from, from + writesAtOnce);
        await Promise.all(some.map(([topic, partition]) => writer.append(topic, partition, [batch])));
      }
    });
  }

  placesOf(topics: readonly string[]): (readonly [topic: string, partition: number])[] {
    const numbers = Array.from({ length: this.size.partitionsEach }, (_, partition) => partition);
    return topics.flatMap((topic) => numbers.map((partition) => [topic, partition] as const));
  }

  async withWriter(use: (writer: TopicWriter) => Promise<void>): Promise<void> {
    const end = { region: source, bootstrapServers: this.lab.bootstrapServers(source) };
    const cluster = openCluster(end, 'scale', silentLog);
    using writer = new TopicWriter(cluster);
    try {
      await use(writer);
    } finally {
      await cluster.close();
    }
  }

  async apply(): Promise<void> {
    const args = [command, 'apply', '--config', this.#file('operator'), '--yes'];
    const logFile = join(this.#folder, 'apply.log');
    await using child = new Child('causeway apply', process.execPath, args, { logFile });
    await child.finished();
  }

  startServer(name: string, role: string): ScaledServer {
    const server = new ScaledServer({
      name,
      role,
      region: target,
      file: this.#file('server'),
      logFile: join(this.#folder, `${name}.log`),
    });
    this.#servers.push(server);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
    await this.lab.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #createTopics(): Promise<void> {
    const bootstrapBrokers = this.lab.bootstrapServers(source).split(',');
    const admin = new Admin({ clientId: 'scale', bootstrapBrokers, timeout: 60_000 });
    try {
      for (let from = 0; from < this.topics.length; from += topicsAtOnce) {
        const topics = this.topics.slice(from, from + topicsAtOnce);
        await admin.createTopics({ topics, partitions: this.size.partitionsEach, replicas: 1 });
      }
    } finally {
      await admin.close();
    }
  }

  #file(who: 'operator' | 'server'): string {
    return join(this.#folder, `${who}.yaml`);
  }

  #yaml(sourceServers: string): string {
    const region = (name: string, servers: string) =>
      `  ${name}: { kafka: { bootstrap.servers: ${JSON.stringify(servers)} } }\n`;
    return (
      `regions:\n${region(source, sourceServers)}${region(target, this.lab.bootstrapServers(target))}` +
      `mirrors:\n  scale: { topics: ["scale-*"], home: ${source}, to: [${target}] }\n`
    );
  }
}
