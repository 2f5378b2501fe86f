// The regions of a causeway.yaml as a command reaches them: their clusters, and their ledgers at one moment.
// It works when no Causeway process is alive.
import { CausewayError, describeError } from '../../base/errors.ts';
import { systemRandom } from '../../base/random.ts';
import type { Security } from '../../kafka/security/security.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { RegionClusters } from '../../server/region-clusters.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { clientId, programVersion } from '../version.ts';
import type { PartitionsByRegion } from '../view/explain-topic.ts';
import type { Picture } from '../view/picture.ts';
import { commandLog } from './command-log.ts';
import { Ledgers } from './ledgers.ts';
import { type AppliedTopology, newestTopology } from './newest-topology.ts';
import { type ReadRegion, readRegion } from './region-reading.ts';
import { secretReaders } from './secret-readers.ts';
import { mustReadTopology, readTopologyAt, type TopologyFile } from './topology-file.ts';

/** A region that has not answered by then is shown as unreachable. */
const regionWaitMs = 10_000;
/** Shorter than those of a worker: a person waits. */
const limits = { connectWaitMs: 3_000, metadataWaitMs: 4_000, requestWaitMs: 8_000 };

export class Regions {
  readonly file: TopologyFile;
  readonly #invocation: Invocation;
  readonly #clusters: RegionClusters;
  readonly #ledgers: Ledgers;
  #names: ReadonlySet<string>;

  constructor(invocation: Invocation, file: TopologyFile) {
    this.file = file;
    this.#invocation = invocation;
    this.#names = new Set(file.topology.regions.keys());
    const { terminal } = invocation;
    const common = { clock: terminal.clock, random: systemRandom, log: commandLog(invocation) };
    const secrets = secretReaders(terminal);
    const parts = { ...common, clientId, version: programVersion(), secrets, limits };
    this.#clusters = new RegionClusters(parts, file.topology);
    const clusterOf = (region: string) => this.clusterOf(region);
    this.#ledgers = new Ledgers({ ...common, clusterOf, giveUpMs: regionWaitMs });
  }

  /** Regions of the file, and of the applied topology once it was looked at. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  clusterOf(region: string): KafkaCluster {
    return this.#clusters.clusterOf(region);
  }

  securityOf(region: string): Security {
    return this.#clusters.securityOf(region);
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

  /** What `plan` and `apply` must know of the regions of the file, and of those that it leaves out. */
  async readForApply(): Promise<ReadForApply> {
    const { regions } = this.file.topology;
    const wanted = await this.#readAll([...regions.keys()]);
    const { applied } = await newestTopology(wanted.map(({ picture }) => picture));
    if (applied === undefined) return { wanted, dropped: [], applied };
    this.#clusters.useApplied(applied.topology);
    const left = [...applied.topology.regions.keys()].filter((name) => !regions.has(name));
    return { wanted, dropped: await this.#readAll(left), applied };
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

  /** From now on ledgers are followed: each look after the first one reads only what is new. */
  follow(): void {
    this.#ledgers.follow();
  }

  async close(): Promise<void> {
    await this.#ledgers.close();
    await this.#clusters.close();
  }

  #readAll(names: readonly string[]): Promise<ReadRegion[]> {
    const { clock, signal } = this.#invocation.terminal;
    return Promise.all(
      names.map((name) =>
        readRegion({
          name,
          clusterOf: () => this.clusterOf(name),
          ledgerOf: () => this.#ledgers.of(name),
          clock,
          signal,
          deadlineMs: regionWaitMs,
        }),
      ),
    );
  }
}

export interface ReadForApply {
  readonly wanted: readonly ReadRegion[];
  /** Regions of the applied topology that the file does not name any more: they have to hear of it. */
  readonly dropped: readonly ReadRegion[];
  readonly applied: AppliedTopology | undefined;
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

function noRegion(picture: Picture): CausewayError {
  const lines = picture.regions.map(
    ({ name, error }) => `  ${name}: ${error?.code ?? ''} ${error?.message ?? ''}`,
  );
  return new CausewayError(
    'CW-6009',
    `none of ${picture.regions.length} regions answers:\n${lines.join('\n')}`,
  );
}
