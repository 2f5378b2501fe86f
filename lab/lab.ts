// The lab: real Kafka clusters, one per region, on this machine, as a value that is disposed of when it is done with.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CausewayError } from '../src/base/errors.ts';
import { systemRandom } from '../src/base/random.ts';
import { ensureClassArchive } from './class-archive.ts';
import { dataFolderOf, labFoldersFolder } from './folders.ts';
import { Faults } from './faults.ts';
import { ensureKafkaJars } from './jars.ts';
import type { OnProgress, RegionOptions } from './lab-types.ts';
import { checkMachine } from './machine-checks.ts';
import { processStart } from './process-table.ts';
import { createTopic, deleteTopic, type TopicShape } from './region-admin.ts';
import { chooseRegionPorts, Region, type RegionPlan } from './region.ts';
import { clearLab, clearLeftovers, type LabState, writeState } from './state-file.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

export interface LabRegionOptions extends RegionOptions {
  /** Where this region's brokers keep their data, as on a small tmpfs; not deleted with the lab. */
  readonly dataFolder?: string;
  /** Kafka's own broker settings, for this region only. */
  readonly brokerSettings?: Readonly<Record<string, string>>;
}

export interface LabOptions {
  /** `eu-west` and `us-east` with one broker each, unless given. */
  readonly regions?: readonly LabRegionOptions[];
  /** `lab` for the one that commands talk to; `test` unless given. */
  readonly kind?: string;
  readonly kafkaVersion?: string;
  /** Per broker; 384 unless given. */
  readonly heapMb?: number;
  /** `start` unless given: quick to start. `throughput`: Java's full compiler, for measuring. */
  readonly jvm?: 'start' | 'throughput';
  /** Kafka's own broker settings, for every region. */
  readonly brokerSettings?: Readonly<Record<string, string>>;
  /** Folder for all brokers' data in place of one below the system's temporary folder; deleted with the lab. */
  readonly dataFolder?: string;
  readonly onProgress?: OnProgress;
}

const heapMbByDefault = 384;
export const regionsByDefault: readonly LabRegionOptions[] = [{ name: 'eu-west' }, { name: 'us-east' }];

export class Lab implements AsyncDisposable {
  readonly id: string;
  readonly kafkaVersion: string;
  /** Logs and settings of the brokers; stays when the lab is gone, until newer labs push it out. */
  readonly folder: string;
  readonly startedAtMs: number;
  readonly regions: readonly Region[];
  readonly faults: Faults;
  readonly #watchdog: Watchdog;
  #state: LabState;
  #closed: Promise<void> | undefined;

  /** Use `startLab`. */
  constructor(state: LabState, kafkaVersion: string, regions: readonly Region[], watchdog: Watchdog) {
    this.id = state.id;
    this.kafkaVersion = kafkaVersion;
    this.folder = state.folder;
    this.startedAtMs = state.startedAtMs;
    this.regions = regions;
    this.#watchdog = watchdog;
    this.#state = state;
    this.faults = new Faults((name) => this.region(name));
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

  /** Addresses of a region, as a client inside of it sees them, or as one in the region `from` does. */
  bootstrapServers(name: string, _from: string = name): string {
    return this.region(name).bootstrapServers;
  }

  createTopic(region: string, topic: string, shape: TopicShape = {}): Promise<void> {
    return createTopic(this.bootstrapServers(region), topic, shape);
  }

  deleteTopic(region: string, topic: string): Promise<void> {
    return deleteTopic(this.bootstrapServers(region), topic);
  }

  /** Makes the lab known to commands by its control socket. */
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
    await Promise.all(brokers.map((broker) => broker.kill()));
    clearLab(this.#state);
    await this.#watchdog.release();
  }
}

/**
 * Starts a lab and resolves when all brokers are registered. What a killed lab left behind is cleared first.
 * Throws CW-5001 to CW-5008 and CW-5014; then nothing is left running.
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const regionOptions = options.regions ?? regionsByDefault;
  checkRegions(regionOptions);
  const heapMb = options.heapMb ?? heapMbByDefault;
  clearLeftovers();
  await checkMachine(
    regionOptions.reduce((sum, region) => sum + (region.brokers ?? 1), 0),
    heapMb,
  );
  const jars = await ensureKafkaJars({
    ...(options.kafkaVersion === undefined ? {} : { version: options.kafkaVersion }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  await ensureClassArchive(jars, options.onProgress);

  const state = newState(options);
  await mkdir(state.folder, { recursive: true });
  writeState(state);
  const watchdog = startWatchdog(state.id, state.dataFolders);
  try {
    const plans = regionOptions.map(
      (region): RegionPlan => ({
        labId: state.id,
        region: region.name,
        jars,
        folder: state.folder,
        heapMb,
        jvm: options.jvm ?? 'start',
        brokers: region.brokers ?? 1,
        location: region.location,
        dataFolder: region.dataFolder ?? (state.dataFolders[0] as string),
        remoteRegions: regionOptions.map(({ name }) => name).filter((name) => name !== region.name),
        settings: { ...options.brokerSettings, ...region.brokerSettings },
      }),
    );
    const regions = await startRegions(plans, options.onProgress);
    return new Lab(state, jars.version, regions, watchdog);
  } catch (error) {
    clearLab(state);
    await watchdog.release();
    throw error;
  }
}

async function startRegions(plans: readonly RegionPlan[], onProgress?: OnProgress): Promise<Region[]> {
  const regions: Region[] = [];
  for (const plan of plans) regions.push(await Region.prepare(plan, await chooseRegionPorts(plan), []));
  const brokers = regions.reduce((sum, region) => sum + region.brokers.length, 0);
  onProgress?.(`starting ${brokers} brokers`);
  await Promise.all(regions.map((region) => region.start()));
  return regions;
}

function newState(options: LabOptions): LabState {
  const kind = options.kind ?? 'test';
  const id = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${kind}-${process.pid}-${systemRandom.int(1_000_000)}`;
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

function checkRegions(regions: readonly LabRegionOptions[]): void {
  const refuse = (message: string): never => {
    throw new CausewayError('CW-5014', message);
  };
  const names = regions.map((region) => region.name);
  if (names.length === 0) refuse('a lab has at least one region');
  for (const name of names) {
    if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
      refuse(`${JSON.stringify(name)} is no region name: small letters, digits and -, at most 63`);
    }
  }
  if (new Set(names).size !== names.length) refuse(`a region is given twice: ${names.join(', ')}`);
  for (const { name, brokers = 1 } of regions) {
    if (!Number.isInteger(brokers) || brokers < 1 || brokers > 9) {
      refuse(`region ${name}: ${brokers} brokers; 1 to 9 are possible`);
    }
  }
}
