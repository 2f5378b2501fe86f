// The regions of a causeway.yaml as a command reaches them: their clusters, and their ledgers at one moment.
// It works when no Causeway process is alive.
import { CausewayError, describeError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { DesiredTopology } from '../../ledger/records.ts';
import { RegionClusters } from '../../server/region-clusters.ts';
import type { Topology } from '../../topology/topology.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { clientId, programVersion } from '../version.ts';
import type { PartitionsByRegion } from '../view/explain-topic.ts';
import type { Picture, RegionPicture } from '../view/picture.ts';
import { commandLog } from './command-log.ts';
import { type ReadRegion, readRegion } from './region-reading.ts';
import { secretReaders } from './secret-readers.ts';
import { checkTopology, mustReadTopology, readTopologyAt, type TopologyFile } from './topology-file.ts';

/** A region that has not answered by then is shown as unreachable. */
const regionWaitMs = 10_000;
/** Shorter than those of a worker: a person waits. */
const limits = { connectWaitMs: 3_000, metadataWaitMs: 4_000, requestWaitMs: 8_000 };

export class Regions {
  readonly file: TopologyFile;
  readonly #invocation: Invocation;
  readonly #clusters: RegionClusters;
  #names: ReadonlySet<string>;

  constructor(invocation: Invocation, file: TopologyFile) {
    this.file = file;
    this.#invocation = invocation;
    this.#names = new Set(file.topology.regions.keys());
    const { terminal } = invocation;
    const parts = {
      clientId,
      version: programVersion(),
      secrets: secretReaders(terminal),
      clock: terminal.clock,
      log: commandLog(invocation),
      limits,
    };
    this.#clusters = new RegionClusters(parts, file.topology);
  }

  /** Regions of the file, and of the applied topology once it was looked at. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  clusterOf(region: string): KafkaCluster {
    return this.#clusters.clusterOf(region);
  }

  bootstrapServersOf(region: string): string[] {
    return this.#clusters.bootstrapServersOf(region);
  }

  /** Every region now. Throws CW-6009 where none answers. */
  async look(): Promise<Picture> {
    const picture = await this.lookAtWhatAnswers();
    if (picture.regions.some((region) => region.error === undefined)) return picture;
    throw noRegion(picture);
  }

  /** Every region now, also where none answers. */
  async lookAtWhatAnswers(): Promise<Picture> {
    const read = await this.#readAll(this.names);
    const first = await newestTopology(read.map(({ picture }) => picture));
    if (first.applied !== undefined) {
      this.#clusters.useApplied(first.applied.topology);
      const more = [...first.applied.topology.regions.keys()].filter((name) => !this.#names.has(name));
      this.#names = new Set([...this.#names, ...more]);
      read.push(...(await this.#readAll(more)));
    }
    const { applied, regions } = await newestTopology(read.map(({ picture }) => picture));
    return { nowMs: this.#invocation.terminal.clock.wallMs(), applied, regions };
  }

  /** What `apply` must know of each region of the file before it writes. */
  readForApply(): Promise<readonly ReadRegion[]> {
    return this.#readAll([...this.file.topology.regions.keys()]);
  }

  /**
   * How many partitions a topic has in each region; null where there is no such topic, undefined: nobody
   * answers.
   */
  async partitionsOf(topic: string): Promise<PartitionsByRegion> {
    const ask = async (name: string): Promise<readonly [string, number | null | undefined]> => {
      try {
        const view = await this.clusterOf(name).metadata([topic]);
        const found = view.topics.find((each) => each.name === topic);
        if (found === undefined || found.errorCode === kafkaError.UNKNOWN_TOPIC_OR_PARTITION)
          return [name, null];
        return [name, found.errorCode === kafkaError.NONE ? found.partitions.length : undefined];
      } catch (thrown) {
        if (!(thrown instanceof CausewayError)) throw thrown;
        commandLog(this.#invocation).debug({ region: name, error: describeError(thrown) }, 'cannot be asked');
        return [name, undefined];
      }
    };
    return new Map(await Promise.all(this.names.map(ask)));
  }

  close(): Promise<void> {
    return this.#clusters.close();
  }

  #readAll(names: readonly string[]): Promise<ReadRegion[]> {
    const { clock, signal } = this.#invocation.terminal;
    return Promise.all(
      names.map((name) =>
        readRegion({
          name,
          clusterOf: () => this.clusterOf(name),
          clock,
          signal,
          random: systemRandom,
          log: commandLog(this.#invocation),
          deadlineMs: regionWaitMs,
        }),
      ),
    );
  }
}

/** Opens the regions of the topology at `path`, or of the one that the command line means. */
export async function openRegions(invocation: Invocation, path?: string): Promise<Regions> {
  const file = path === undefined ? await mustReadTopology(invocation) : await readTopologyAt(path);
  return new Regions(invocation, file);
}

/** Runs `use` with the regions that the command line means, and closes them. */
export async function withRegions(
  invocation: Invocation,
  use: (regions: Regions) => Promise<ExitCode>,
): Promise<ExitCode> {
  const regions = await openRegions(invocation);
  try {
    return await use(regions);
  } finally {
    await regions.close();
  }
}

interface Newest {
  readonly applied: { readonly topology: Topology; readonly record: DesiredTopology } | undefined;
  /** With warnings where a region holds something else than the newest. */
  readonly regions: RegionPicture[];
}

/**
 * The topology that was applied last. A region that holds an older one, or one that cannot be read, says so.
 */
export async function newestTopology(pictures: readonly RegionPicture[]): Promise<Newest> {
  let applied: Newest['applied'];
  const unreadable = new Map<string, string>();
  for (const { name, desired } of pictures) {
    if (desired === undefined || desired.appliedAtMs <= (applied?.record.appliedAtMs ?? -1)) continue;
    try {
      const { topology } = await checkTopology(desired.yaml, `the applied topology in ${name}`);
      applied = { topology, record: desired };
    } catch (thrown) {
      if (!(thrown instanceof CausewayError)) throw thrown;
      unreadable.set(name, describeError(thrown));
    }
  }
  const regions = pictures.map((region) => {
    const warning = unreadable.get(region.name) ?? behindWarning(region, applied?.record);
    return warning === undefined ? region : { ...region, warnings: [...region.warnings, warning] };
  });
  return { applied, regions };
}

function behindWarning(region: RegionPicture, newest: DesiredTopology | undefined): string | undefined {
  if (newest === undefined || region.error !== undefined) return undefined;
  if (region.desired?.appliedAtMs === newest.appliedAtMs) return undefined;
  const held = region.desired === undefined ? 'no topology' : 'an older topology than another region';
  return `it holds ${held}; \`causeway apply\` brings all to the same`;
}

function noRegion(picture: Picture): CausewayError {
  const lines = picture.regions.map(
    ({ name, error }) => `  ${name}: ${error?.code ?? ''} ${error?.message ?? ''}`,
  );
  return new CausewayError(
    'CW-6009',
    `none of ${picture.regions.length} regions answers:\n${lines.join('\n')}`,
  );
}
