// The lab: real Kafka clusters, one per region, on this machine, as a value that is disposed of when it is
// done with.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../src/base/errors.ts';
import { systemRandom } from '../src/base/random.ts';
import { ensureClassArchive } from './class-archive.ts';
import { dataFolderOf, labFoldersFolder } from './folders.ts';
import { Faults } from './faults.ts';
import { ensureKafkaJars, type KafkaJars } from './jars.ts';
import {
  checkRegions,
  heapMbByDefault,
  type LabOptions,
  type LabRegionOptions,
  regionsByDefault,
} from './lab-options.ts';
import { checkMachine } from './machine-checks.ts';
import { processStart } from './process-table.ts';
import { createTopic, deleteTopic, type TopicShape } from './region-admin.ts';
import { chooseRegionPorts, Region, type RegionPlan } from './region.ts';
import { jarsOfRegions } from './region-jars.ts';
import {
  clearLab,
  clearLeftovers,
  findRunningLab,
  labKind,
  type LabState,
  writeState,
} from './state-file.ts';
import { placeOfRegion } from './wan/cloud-distances.ts';
import { advertisedPorts, planCrossings, startWan } from './wan/lab-wan.ts';
import type { CrossingPlan } from './wan/wan-messages.ts';
import type { Wan } from './wan/wan.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

interface LabParts {
  readonly state: LabState;
  readonly regions: readonly Region[];
  readonly wan: Wan | undefined;
  readonly crossings: readonly CrossingPlan[];
  readonly watchdog: Watchdog;
}

export class Lab implements AsyncDisposable {
  readonly id: string;
  /** Logs and settings of the brokers; stays when the lab is gone, until newer labs push it out. */
  readonly folder: string;
  readonly startedAtMs: number;
  readonly regions: readonly Region[];
  readonly faults: Faults;
  readonly #wan: Wan | undefined;
  readonly #crossings: readonly CrossingPlan[];
  readonly #watchdog: Watchdog;
  #state: LabState;
  #closed: Promise<void> | undefined;

  /** Use `startLab`. */
  constructor({ state, regions, wan, crossings, watchdog }: LabParts) {
    this.id = state.id;
    this.folder = state.folder;
    this.startedAtMs = state.startedAtMs;
    this.regions = regions;
    this.#wan = wan;
    this.#crossings = crossings;
    this.#watchdog = watchdog;
    this.#state = state;
    this.faults = new Faults({
      region: (name) => this.region(name),
      wan: () => this.wan,
      hasWan: () => this.hasWan,
    });
  }

  /** The emulated WAN between the regions. Throws CW-5014 for a lab that was started without one. */
  get wan(): Wan {
    if (this.#wan) return this.#wan;
    throw new CausewayError(
      'CW-5014',
      'this lab has no emulated WAN: it has one region, or was started without',
    );
  }

  /** Of all brokers; several with commas between. */
  get kafkaVersion(): string {
    const versions = this.regions.flatMap(({ brokers }) => brokers.map((broker) => broker.kafkaVersion));
    return [...new Set(versions)].join(', ');
  }

  get hasWan(): boolean {
    return this.#wan !== undefined;
  }

  get logsFolder(): string {
    return this.folder;
  }

  /** Throws CW-5011. */
  region(name: string): Region {
    const found = this.regions.find((region) => region.name === name);
    if (found) return found;
    const names = this.regions.map((region) => region.name).join(', ');
    throw new CausewayError('CW-5011', `the lab has no region ${name}; it has ${names}`, { region: name });
  }

  /**
   * Addresses of a region, as a client inside of it sees them, or as one in the region `from` does: then
   * through the emulated WAN. Throws CW-5011.
   */
  bootstrapServers(name: string, from: string = name): string {
    const region = this.region(name);
    if (this.region(from) === region) return region.bootstrapServers;
    return this.#crossings
      .filter((crossing) => crossing.from === from && crossing.to === name)
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(',');
  }

  createTopic(region: string, topic: string, shape: TopicShape = {}): Promise<void> {
    return createTopic(this.bootstrapServers(region), topic, shape);
  }

  deleteTopic(region: string, topic: string): Promise<void> {
    return deleteTopic(this.bootstrapServers(region), topic);
  }

  /**
   * Stops brokers in order and starts them in another version on the same data, one after the other: all of
   * the region, or one. Throws CW-5001 to CW-5004, CW-5008, CW-5011 and CW-5014.
   */
  async changeVersion(region: string, version: string, broker?: number): Promise<void> {
    const jars = await ensureKafkaJars({ version });
    await ensureClassArchive(jars);
    await this.faults.restart(region, broker, jars);
  }

  /** Where the control socket belongs: it is deleted with the data. */
  get controlSocketPath(): string {
    return join(this.#state.dataFolders[0] as string, 'control');
  }

  /** Makes the lab known to commands by its control socket, once that listens. */
  announce(controlSocket: string): void {
    this.#state = { ...this.#state, controlSocket };
    writeState(this.#state);
  }

  /** Ends everything at once and deletes the data; logs stay. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const brokers = this.regions.flatMap((region) => region.brokers);
    await Promise.all([this.#wan?.close(), ...brokers.map((broker) => broker.kill())]);
    clearLab(this.#state);
    await this.#watchdog.release();
  }
}

/**
 * Starts a lab and resolves when all brokers are registered. What a killed lab left behind is cleared first.
 * Throws CW-5001 to CW-5008 CW-5014 and CW-5015; then nothing is left running.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const regionOptions = options.regions ?? regionsByDefault;
  checkRegions(regionOptions);
  clearLeftovers();
  if (options.kind === labKind) refuseSecondLab();
  await checkMachine(
    regionOptions.reduce((sum, region) => sum + (region.brokers ?? 1), 0),
    options.heapMb ?? heapMbByDefault,
  );
  const jars = await jarsOfRegions(regionOptions, options);
  options.signal?.throwIfAborted();

  const state = newState(options);
  await mkdir(state.folder, { recursive: true });
  writeState(state);
  if (state.kind === labKind) {
    try {
      refuseSecondLab(state.id);
    } catch (error) {
      clearLab(state);
      throw error;
    }
  }
  const watchdog = startWatchdog(state.id, state.dataFolders);
  try {
    const plans = regionOptions.map((region, index) =>
      planRegion(region, options, state, jars[index] as KafkaJars),
    );
    return new Lab({
      state,
      watchdog,
      ...(await startParts(state, plans, options)),
    });
  } catch (error) {
    clearLab(state);
    await watchdog.release();
    throw error;
  }
}

// Called again once the own state is written: of two that start at the same time, one goes on.
function refuseSecondLab(ownId?: string): void {
  const running = findRunningLab();
  if (running === undefined || running.id === ownId) return;
  throw new CausewayError(
    'CW-5009',
    `a lab is running already: process ${running.pid}, logs in ${running.folder}`,
    { pid: running.pid },
  );
}

function planRegion(
  region: LabRegionOptions,
  options: LabOptions,
  state: LabState,
  jars: KafkaJars,
): RegionPlan {
  const all = options.regions ?? regionsByDefault;
  return {
    labId: state.id,
    region: region.name,
    jars,
    folder: state.folder,
    heapMb: options.heapMb ?? heapMbByDefault,
    jvm: options.jvm ?? 'start',
    ...(options.javaFlags !== undefined && { javaFlags: options.javaFlags }),
    brokers: region.brokers ?? 1,
    location: placeOfRegion(region.name, region.location),
    dataFolder: region.dataFolder ?? (state.dataFolders[0] as string),
    remoteRegions: all.map(({ name }) => name).filter((name) => name !== region.name),
    settings: { ...options.brokerSettings, ...region.brokerSettings },
    protocols: new Map(Object.entries(region.listeners ?? {})),
  };
}

async function startParts(state: LabState, plans: readonly RegionPlan[], options: LabOptions) {
  const laidOut = await Promise.all(
    plans.map(async (plan) => ({ plan, ports: await chooseRegionPorts(plan) })),
  );
  const crossings = await planCrossings(laidOut, options.wan !== 'none');
  const withWan = options.wan !== 'none' && plans.length > 1;
  const wan = withWan ? await startWan(state.id, state.folder, plans, crossings, options) : undefined;
  try {
    const regions: Region[] = [];
    for (const { plan, ports } of laidOut) {
      regions.push(await Region.prepare(plan, ports, advertisedPorts(plan, crossings)));
    }
    const brokers = regions.reduce((sum, region) => sum + region.brokers.length, 0);
    options.onProgress?.(brokers === 1 ? 'starting one broker' : `starting ${brokers} brokers`);
    await Promise.race([Promise.all(regions.map((region) => region.start())), aborted(options.signal)]);
    return { regions, wan, crossings };
  } catch (error) {
    await wan?.close();
    throw error;
  }
}

/** Rejects when the signal aborts; never resolves. */
function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function newState(options: LabOptions): LabState {
  const kind = options.kind ?? 'test';
  // Short, since the path of the control socket holds it and may have about a hundred letters; sorts by time.
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, '');
  const id = `${time}-${kind}-${process.pid}-${systemRandom.int(10_000)}`;
  return {
    id,
    kind,
    pid: process.pid,
    processStart: processStart(process.pid),
    startedAtMs: Date.now(),
    folder: join(labFoldersFolder, id),
    dataFolders: [options.dataFolder === undefined ? dataFolderOf(id) : join(options.dataFolder, id)],
  };
}
