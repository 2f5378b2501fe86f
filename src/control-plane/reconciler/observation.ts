// What a controller knows when it plans: the clusters as they answered, and what the ledger holds.
import type { GenerationsOfSet } from '../../ledger/generations.ts';
import type { DesiredPause, ObservedTopic } from '../../ledger/records.ts';
import type { Topology } from '../../topology/topology.ts';
import type { LogBounds } from './log-bounds.ts';

/** Why something cannot be said of a topic. */
export interface Denial {
  readonly code: string;
  readonly message: string;
}

/** One topic as its cluster shows it. */
export interface TopicLook {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: number;
  /** The smallest of its partitions. */
  readonly replicationFactor: number;
  /** Effective values; undefined where they were not asked for. */
  readonly settings: ReadonlyMap<string, string> | undefined;
  /** Set where the settings were asked for and may not be read. */
  readonly denial?: Denial | undefined;
  /** Whether any offset was ever written; undefined where that was not asked for. */
  readonly hasRecords: boolean | undefined;
  /** On disk, one replica of each partition; undefined where unknown. */
  readonly bytes: bigint | undefined;
  /** Of each partition; absent where they were not asked for. */
  readonly bounds?: readonly LogBounds[] | undefined;
}

export interface ClusterLook {
  readonly region: string;
  readonly clusterId: string;
  readonly brokers: number;
  readonly rttMs: number;
  readonly topics: ReadonlyMap<string, TopicLook>;
  /** Topics that should be there and may not be seen: Kafka passes over them, unless asked by name. */
  readonly hidden?: ReadonlyMap<string, Denial>;
}

/** A cluster that did not answer. */
export interface Unseen {
  readonly region: string;
  readonly error: { readonly code: string; readonly message: string };
}

export interface Observation {
  /** The target: what is planned happens there. */
  readonly region: string;
  readonly topology: Topology;
  /** The target and every source of its sets. */
  readonly clusters: ReadonlyMap<string, ClusterLook | Unseen>;
  readonly generations: ReadonlyMap<string, GenerationsOfSet>;
  readonly pauses: readonly DesiredPause[];
  /** What was decided about each topic before, from the ledger of the target region. */
  readonly decided: readonly ObservedTopic[];
}

export const isSeen = (look: ClusterLook | Unseen | undefined): look is ClusterLook =>
  look !== undefined && 'topics' in look;
