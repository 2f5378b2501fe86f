// A lab as commands know it: brokers, distances, example topics, traffic, topology files, and the control
// socket through which other processes speak to it.
import { join } from 'node:path';
import { CausewayError } from '../src/base/errors.ts';
import type { LabRequest } from './control-messages.ts';
import { type ControlServer, startControlServer } from './control-server.ts';
import { exampleLoad, exampleTopics, otherTopicPartitions } from './example-topics.ts';
import { type Lab, startLab } from './lab.ts';
import type { LabStatus, LoadOptions, StartOptions, TopologyFiles } from './lab-types.ts';
import { LoadGenerator } from './load/load-generator.ts';
import { completeLoad } from './load/load-settings.ts';
import { createTopic, topicNames } from './region-admin.ts';
import type { Region } from './region.ts';
import { labKind } from './state-file.ts';
import { writeTopologies } from './topology-files.ts';

/** Throws what `startLab` does, and CW-5009 when a lab is running already. */
export async function holdLab(options: StartOptions = {}): Promise<RunningLab> {
  const { onProgress, regions, signal } = options;
  const lab = await startLab({
    kind: labKind,
    wan: 'distances',
    ...(regions !== undefined && { regions }),
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
  });
  const held = new RunningLab(lab);
  try {
    onProgress?.('creating the example topics');
    await held.prepare();
    if (options.load !== false) await held.startLoad();
    return held;
  } catch (error) {
    await held[Symbol.asyncDispose]();
    throw error;
  }
}

class RunningLab implements AsyncDisposable {
  readonly downRequested: Promise<void>;
  readonly #lab: Lab;
  readonly #loads = new Map<string, LoadGenerator>();
  #server: ControlServer | undefined;
  #topologies: TopologyFiles | undefined;
  #requestDown: () => void = () => undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.downRequested = new Promise((resolve) => {
      this.#requestDown = resolve;
    });
  }

  async prepare(): Promise<void> {
    const home = this.#homeRegion;
    await this.#mustHaveTopics(
      home,
      exampleTopics.map(({ name }) => name),
    );
    this.#topologies = await writeTopologies(this.#lab);
    const socket = this.#lab.controlSocketPath;
    this.#server = await startControlServer(socket, (request) => this.#answer(request));
    this.#lab.announce(socket);
  }

  async status(): Promise<LabStatus> {
    const lab = this.#lab;
    return {
      id: lab.id,
      pid: process.pid,
      startedAtMs: lab.startedAtMs,
      kafkaVersion: lab.kafkaVersion,
      folder: lab.folder,
      regions: lab.regions.map((region) =>
        regionStatus(region, lab.hasWan && lab.wan.isIsolated(region.name)),
      ),
      links: lab.hasWan ? await lab.wan.status() : [],
      load: [...this.#loads.values()].map((load) => load.status),
      topologies: this.#topologies,
    };
  }

  /** One generator per region: a new one takes the place of the one before. Throws CW-5011 and CW-5014. */
  async startLoad(options?: LoadOptions): Promise<LabStatus> {
    const example = exampleLoad(options?.region ?? this.#homeRegion.name);
    const asked = options === undefined ? example : options;
    const settings = completeLoad(asked.topics.length === 0 ? { ...asked, topics: example.topics } : asked);
    const region = this.#lab.region(settings.region);
    await this.#mustHaveTopics(region, settings.topics);
    await this.#loads.get(region.name)?.stop();
    this.#loads.set(
      region.name,
      new LoadGenerator({
        labId: this.#lab.id,
        logFile: join(this.#lab.folder, `load-${region.name}.log`),
        settings,
        bootstrapServers: region.bootstrapServers,
      }),
    );
    return this.status();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.close();
    await Promise.all([...this.#loads.values()].map((load) => load.stop()));
    await this.#lab.close();
  }

  get #homeRegion(): Region {
    return this.#lab.regions[0] as Region;
  }

  async #answer(request: LabRequest): Promise<LabStatus> {
    switch (request.command) {
      case 'status':
        break;
      case 'wan-set':
        await this.#lab.wan.set(request.from, request.to, request.change, { oneWay: request.oneWay });
        break;
      case 'fault':
        await this.#lab.faults.inject(request.kind, request.region, request.broker);
        break;
      case 'load-start':
        return this.startLoad(request.options);
      case 'load-stop':
        await Promise.all([...this.#loads.values()].map((load) => load.stop()));
        break;
      case 'create-topic':
        await this.#lab.createTopic(request.region, request.topic, request);
        break;
      case 'down':
        this.#requestDown();
        break;
      default:
        throw new CausewayError(
          'CW-5012',
          `the running lab is of another version: it has no ${JSON.stringify(request)}`,
        );
    }
    return this.status();
  }

  async #mustHaveTopics(region: Region, topics: readonly string[]): Promise<void> {
    const there = new Set(await topicNames(region.bootstrapServers));
    for (const topic of topics.filter((name) => !there.has(name))) {
      const partitions = exampleTopics.find(({ name }) => name === topic)?.partitions ?? otherTopicPartitions;
      await createTopic(region.bootstrapServers, topic, { partitions });
    }
  }
}

const regionStatus = (region: Region, isolated: boolean) => ({
  name: region.name,
  location: region.plan.location,
  isolated,
  bootstrapServers: region.bootstrapServers,
  brokers: region.brokers.map(({ plan, state, pid, address, logFile, kafkaVersion }) => ({
    number: plan.nodeId,
    state,
    pid,
    address,
    logFile,
    kafkaVersion,
  })),
});
