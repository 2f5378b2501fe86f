// The clusters of a topology, opened on first use with this machine's own connection settings and secrets.
import type { Clock } from '../base/clock.ts';
import { CausewayError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { BufferPool } from '../kafka/client/buffer-pool.ts';
import { type ClientLimits, defaultClientLimits } from '../kafka/client/limits.ts';
import { createKafkaCluster, type WholeCluster } from '../kafka/client/real-cluster.ts';
import { createSecurity, type Security } from '../kafka/security/security.ts';
import { readSecurity } from '../kafka/security/security-settings.ts';
import { hasPlaceholder, resolveSettings, type SecretReaders } from '../topology/secrets.ts';
import type { KafkaSettings, Topology } from '../topology/topology.ts';

export interface ClusterParts {
  readonly clientId: string;
  readonly version: string;
  readonly secrets: SecretReaders;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits?: Partial<ClientLimits>;
}

/**
 * One KafkaCluster per region. Connection settings are local knowledge: the same region may have another
 * address from here than from where the topology was applied, and secrets never travel.
 */
export class RegionClusters {
  readonly #parts: ClusterParts;
  readonly #local: Topology;
  #applied: Topology | undefined;
  readonly #open = new Map<string, WholeCluster>();
  readonly #pools = new Map<string, BufferPool>();
  readonly #security = new Map<string, Security>();

  constructor(parts: ClusterParts, local: Topology) {
    this.#parts = parts;
    this.#local = local;
  }

  /** Regions that the local file does not name are reached as the applied topology says, without secrets. */
  useApplied(topology: Topology): void {
    this.#applied = topology;
  }

  /**
   * Kafka's settings of a region, secrets resolved. Throws CW-6006 for a region that nobody has named,
   * CW-1018, and CW-1030.
   */
  settingsOf(region: string): KafkaSettings {
    const local = this.#local.regions.get(region);
    if (local !== undefined) return resolveSettings(local.kafka, this.#parts.secrets);
    const applied = this.#applied?.regions.get(region);
    if (applied !== undefined) return withoutSecretsOfHere(region, applied.kafka);
    const known = [...this.#local.regions.keys()].join(', ');
    const text = `there is no region "${region}" in the topology; it has ${known}`;
    throw new CausewayError('CW-6006', text, { region });
  }

  bootstrapServersOf(region: string): string[] {
    const text = this.settingsOf(region).get('bootstrap.servers') ?? '';
    return text.split(',').map((part) => part.trim());
  }

  /** One per region, so that all its connections share tokens and certificates. Throws CW-1028. */
  securityOf(region: string): Security {
    const kept = this.#security.get(region);
    if (kept !== undefined) return kept;
    const { security, problems } = readSecurity(this.settingsOf(region));
    if (problems.length > 0) {
      const said = problems.map(({ message, hint }) => `${message} (${hint})`).join('; ');
      throw new CausewayError('CW-1028', `the connection settings of region ${region}: ${said}`, { region });
    }
    const made = createSecurity(security, this.#parts);
    this.#security.set(region, made);
    return made;
  }

  clusterOf(region: string): WholeCluster {
    const kept = this.#open.get(region);
    if (kept !== undefined) return kept;
    const { clientId, version, clock, log, limits } = this.#parts;
    const pool = new BufferPool(limits?.poolBytesMax ?? defaultClientLimits.poolBytesMax);
    const cluster = createKafkaCluster({
      bootstrapServers: this.bootstrapServersOf(region),
      security: this.securityOf(region),
      clientId,
      clock,
      log,
      pool,
      softwareVersion: version,
      ...(limits !== undefined && { limits }),
    });
    this.#open.set(region, cluster);
    this.#pools.set(region, pool);
    return cluster;
  }

  /** Memory of the read buffers of each region, in use and kept for the next answer. */
  poolBytes(): { readonly region: string; readonly bytes: number }[] {
    return [...this.#pools].map(([region, { bytesInUse, bytesFree }]) => {
      return { region, bytes: bytesInUse + bytesFree };
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((cluster) => cluster.close()));
    this.#open.clear();
  }
}

/**
 * Settings from the ledger as they are. They may have been written by somebody who may write one region's
 * ledger and no more: what this machine keeps secret must not be sent to where they point.
 */
function withoutSecretsOfHere(region: string, settings: KafkaSettings): KafkaSettings {
  for (const [name, value] of settings) {
    if (!hasPlaceholder(value) && !isFileUrl(value)) continue;
    const text = `${region} is in the applied topology alone, and its ${name} would be read on this machine`;
    throw new CausewayError('CW-1030', text, { region, setting: name });
  }
  return settings;
}

/** As whoever reads the setting takes it: in any case of letters, and with blanks around it. */
const isFileUrl = (value: string): boolean => URL.canParse(value) && new URL(value).protocol === 'file:';
