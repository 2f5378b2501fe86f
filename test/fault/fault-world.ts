// What a fault run breaks: a lab of two regions, topics under load, a controller, and workers that share the
// partitions.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Lab, startLab } from '../../lab/lab.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Random } from '../../src/base/random.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import { openCluster, type TopicPartition } from '../fixtures/link-plan.ts';
import { type LoadOptions, SteadyLoad } from '../fixtures/steady-load.ts';
import { TransactionLoad, type TransactionLoadOptions } from '../fixtures/transaction-load.ts';
import { mustCauseway, ServeProcess } from './causeway-command.ts';
import { OwnerWatch } from './owner-watch.ts';

export const sourceRegion = 'eu-west';
export const targetRegion = 'us-east';
export const mirrorSet = 'everything';

export interface WorldOptions {
  readonly random: Random;
  readonly sourceBrokers: number;
  readonly workers: number;
  readonly topics: number;
  readonly partitions: number;
  readonly load: LoadOptions;
  /** Into the same partitions. */
  readonly transactions: TransactionLoadOptions;
  readonly brokerSettings?: Readonly<Record<string, string>>;
  readonly onProgress: (text: string) => void;
}

export class FaultWorld implements AsyncDisposable {
  readonly lab: Lab;
  readonly source: KafkaCluster;
  readonly target: KafkaCluster;
  readonly partitions: readonly TopicPartition[];
  readonly load: SteadyLoad;
  readonly transactions: TransactionLoad;
  /** For the command line, which looks from a terminal. */
  readonly operatorFile: string;
  readonly #files: Readonly<Record<string, string>>;
  readonly #processes = new Set<ServeProcess>();
  #started = 0;
  controller: ServeProcess;
  /** One after the other has each of these places. */
  readonly workers: ServeProcess[];
  readonly owners: OwnerWatch;

  private constructor(lab: Lab, options: WorldOptions, files: Readonly<Record<string, string>>) {
    this.lab = lab;
    this.#files = files;
    this.operatorFile = files['operator'] as string;
    this.partitions = partitionsOf(options);
    const end = (region: string) => ({ region, bootstrapServers: lab.bootstrapServers(region) });
    this.source = openCluster(end(sourceRegion), 'fault-run', silentLog);
    this.target = openCluster(end(targetRegion), 'fault-run', silentLog);
    this.load = new SteadyLoad(this.source, options.random, this.partitions, options.load);
    const servers = lab.bootstrapServers(sourceRegion);
    this.transactions = new TransactionLoad(servers, options.random, this.partitions, options.transactions);
    this.controller = this.startProcess('controller');
    this.workers = Array.from({ length: options.workers }, () => this.startProcess('worker'));
    this.owners = new OwnerWatch(this.target, this.partitions, options.workers);
  }

  /** Resolves when every mirror set is mirroring under load. Disposes of everything if it cannot. */
  static async start(options: WorldOptions): Promise<FaultWorld> {
    options.onProgress(`starting ${options.sourceBrokers + 3} brokers`);
    const lab = await startLab({
      regions: [
        { name: sourceRegion, brokers: options.sourceBrokers },
        { name: targetRegion, brokers: 3 },
      ],
      links: [{ from: sourceRegion, to: targetRegion, rttMs: 10 }],
      ...(options.brokerSettings !== undefined && { brokerSettings: options.brokerSettings }),
    });
    try {
      const topics = [...new Set(partitionsOf(options).map(({ topic }) => topic))];
      for (const topic of topics) {
        await lab.createTopic(sourceRegion, topic, {
          partitions: options.partitions,
          config: { 'retention.ms': '-1' },
        });
      }
      const world = new FaultWorld(lab, options, await writeFiles(lab));
      try {
        options.onProgress('applying the topology');
        const config = ['--config', world.operatorFile];
        await mustCauseway('apply', ...config, '--yes', '--wait', '--timeout', '2m');
        await world.owners.start();
        return world;
      } catch (error) {
        await world[Symbol.asyncDispose]();
        throw error;
      }
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  startProcess(role: 'controller' | 'worker'): ServeProcess {
    this.#started += 1;
    const name = `${role}-${this.#started}`;
    const made = new ServeProcess({
      region: targetRegion,
      name,
      role,
      topologyFile: this.#files[targetRegion] as string,
      logFile: join(this.lab.folder, `${name}.log`),
    });
    this.#processes.add(made);
    return made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.load[Symbol.asyncDispose]();
    await this.transactions[Symbol.asyncDispose]();
    await this.owners[Symbol.asyncDispose]();
    await Promise.all([...this.#processes].map((each) => each.kill()));
    await Promise.all([this.source.close(), this.target.close()]);
    await this.lab.close();
  }
}

const partitionsOf = ({ topics, partitions }: WorldOptions): TopicPartition[] =>
  Array.from({ length: topics * partitions }, (_, index) => ({
    topic: `faulty-${1 + Math.floor(index / partitions)}`,
    partition: index % partitions,
  }));

/** One file per place: the source's address depends on where one looks from. */
async function writeFiles(lab: Lab): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const place of ['operator', sourceRegion, targetRegion]) {
    const kafkaOf = (name: string) => ({
      kafka: { 'bootstrap.servers': lab.bootstrapServers(name, place === 'operator' ? name : place) },
    });
    const regions = { [sourceRegion]: kafkaOf(sourceRegion), [targetRegion]: kafkaOf(targetRegion) };
    const mirrors = { [mirrorSet]: { topics: ['faulty-*'], home: sourceRegion, to: [targetRegion] } };
    files[place] = join(lab.folder, `fault-run-${place}.yaml`);
    await writeFile(files[place], stringify({ regions, mirrors }));
  }
  return files;
}
