// How large a simulated world is, and the names everything in it has.
import type { Fence } from '../../src/data-plane/mirror/fence.ts';
import type { StartPolicy } from '../../src/data-plane/mirror/first-offset.ts';
import type { EngineParts } from '../../src/data-plane/worker/engine.ts';
import type { WorkerLimits } from '../../src/data-plane/worker/limits.ts';
import type { ClusterSettings } from '../broker-model/model-types.ts';

export interface ClusterShape {
  readonly brokers: number;
  readonly replicas: number;
  readonly minInSync: number;
  readonly settings?: Partial<ClusterSettings>;
  readonly compacted?: boolean;
  /** Without the right to write markers holes are filled by way of the coordinator. */
  readonly permitsMarkers?: boolean;
}

export type Steering = Required<Pick<EngineParts, 'limitBytesPerSecond' | 'priorityOf'>>;

export interface TopicShape {
  readonly name: string;
  readonly partitions: number;
  readonly seed: number;
  /** Applications write transactions; so many producers for each partition. */
  readonly transactions?: number | undefined;
  /** Records have keys, so many of them, and cleaners are at both sides. */
  readonly keys?: number | undefined;
  /** With keys: the topic is compacted from some time on, when it has been mirrored for a while. */
  readonly becomesSoft?: boolean | undefined;
  /** How old records are when they are written. */
  readonly ageMs?: number;
}

export interface RouteShape {
  readonly seed: number;
  /** Their names. */
  readonly workers: readonly string[];
  /** Under which the workers write at first. */
  readonly fence: Fence;
  readonly limits?: Partial<WorkerLimits>;
  /** Limit and priorities of the link, as each engine is told them; none unless given. */
  readonly steering?: (engine: string) => Steering;
  /** Where copies begin. */
  readonly startPolicy?: StartPolicy;
  /** Copies are trimmed with their source. */
  readonly followsTrim?: boolean;
  readonly ledgerDelayMs?: number;
  /** Workers compare what they mirror while it is mirrored. */
  readonly verifies?: boolean;
  /** Whether a partition may stop for good; where not, a stop is a violation. */
  readonly mayStop?: boolean;
  /** With keys: the source also loses what is not mirrored yet, and the gap is filled. */
  readonly fillsGaps?: boolean;
}

/** A small world: one topic, one route. */
export interface WorldShape
  extends Omit<RouteShape, 'workers' | 'fence'>,
    Pick<TopicShape, 'partitions' | 'transactions' | 'keys' | 'becomesSoft'> {
  /** How many. */
  readonly workers: number;
  readonly source: ClusterShape;
  readonly target: ClusterShape;
  /** The target permits no markers: holes are filled by way of the coordinator. */
  readonly coordinated?: boolean;
}

export const topic = 'orders';
export const set = 'orders-set';
/** Under which the workers write, unless a test opens another generation. */
export const firstFence: Fence = { generation: 1, producerId: 4_711n, producerEpoch: 0 };

export const oneBroker: ClusterShape = { brokers: 1, replicas: 1, minInSync: 1 };
export const threeBrokers: ClusterShape = { brokers: 3, replicas: 3, minInSync: 2 };
