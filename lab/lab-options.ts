// What a lab is asked to be: regions, brokers, links, and what is the case where nothing is said.
import { CausewayError } from '../src/base/errors.ts';
import type { LinkChange, OnProgress, RegionOptions } from './lab-types.ts';
import type { WanChangeOptions } from './wan/wan.ts';

export interface LabRegionOptions extends RegionOptions {
  /** Where this region's brokers keep their data, as on a small tmpfs; not deleted with the lab. */
  readonly dataFolder?: string;
  /** Kafka's own broker settings, for this region only. */
  readonly brokerSettings?: Readonly<Record<string, string>>;
  /** Listeners beside the lab's own, which are plain: name → Kafka's security protocol. */
  readonly listeners?: Readonly<Record<string, string>>;
}

/** A link from the start; both directions unless `oneWay`. */
export interface LabLinkOptions extends LinkChange, WanChangeOptions {
  readonly from: string;
  readonly to: string;
}

export interface LabOptions {
  /** `eu-west` and `us-east` with one broker each, unless given. */
  readonly regions?: readonly LabRegionOptions[];
  /** `lab` for the one that commands talk to; `test` unless given. */
  readonly kind?: string;
  /**
   * For regions that name none. Without it CAUSEWAY_KAFKA_VERSION counts, then KAFKA_HOME, then the usual
   * version.
   */
  readonly kafkaVersion?: string;
  /** Per broker; 384 unless given. */
  readonly heapMb?: number;
  /** `start` unless given: quick to start. `throughput`: as Kafka's own scripts do, for measuring. */
  readonly jvm?: 'start' | 'throughput';
  /** More flags for the brokers' Java. */
  readonly javaFlags?: readonly string[];
  /** Kafka's own broker settings, for every region. */
  readonly brokerSettings?: Readonly<Record<string, string>>;
  /**
   * Folder for all brokers' data in place of one below the system's temporary folder; deleted with the lab.
   */
  readonly dataFolder?: string;
  /**
   * `plain` unless given: regions reach each other through the emulated WAN, without delay until one is set.
   * `distances`: with the round trips between the regions' locations. `none`: directly, and no link can be
   * set.
   */
  readonly wan?: 'plain' | 'distances' | 'none';
  /** Settings of links from the start, on top of `wan`. */
  readonly links?: readonly LabLinkOptions[];
  readonly onProgress?: OnProgress;
  /** Ends the start early, with nothing left running. */
  readonly signal?: AbortSignal;
}

export const heapMbByDefault = 384;
export const regionsByDefault: readonly LabRegionOptions[] = [{ name: 'eu-west' }, { name: 'us-east' }];

/** Throws CW-5014. */
export function checkRegions(regions: readonly LabRegionOptions[]): void {
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
