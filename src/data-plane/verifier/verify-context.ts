// What every comparison is given: both sides, time, randomness, and the wish to stop.
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { ReadLimit } from './rate-limit.ts';

export interface VerifySide {
  readonly cluster: KafkaCluster;
  readonly region: string;
  /** One limit for all partitions of a side. */
  readonly limit: ReadLimit;
}

export interface VerifyContext {
  readonly source: VerifySide;
  readonly target: VerifySide;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}
