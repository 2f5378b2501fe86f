// What a replica is told and tells: its broker, appends, and the fetches of its followers.
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { EpochEnd } from './epoch-starts.ts';

/** What a replica needs from its broker. */
export interface ReplicaSite<R> {
  readonly brokerId: number;
  nowMs(): number;
  /** The broker's clock, by which it stamps batches. */
  wallMs(): number;
  /** Ids that were last used before it are forgotten when what is known of them is read again. */
  readonly reloadExpiredMs: bigint;
  readonly replicaLagMsMax: number;
  readonly advanceBelowMinimum: boolean;
  /** Whether a log start survives a kill, as it does once it was written down. */
  readonly keepsCheckpoints: boolean;
  /** How long a follower's fetch waits where there is nothing to tell; undefined for ever. */
  readonly followerWaitMs: number | undefined;
  later(label: string, delayMs: number, fire: () => void): unknown;
  /** What the controller says of another broker. */
  isAlive(brokerId: number): boolean;
  /** Asks the controller to change the replicas in sync. */
  alterInSync(replica: R, inSync: readonly number[]): void;
  /** Sends the next follower fetch to the leader. */
  followLeader(replica: R): void;
}

/** Result of an append attempt; with error NONE the batch stands at `baseOffset`, newly or as a repeat. */
export interface Appended {
  readonly errorCode: number;
  readonly baseOffset: bigint;
  /** The high watermark that shows the batch. */
  readonly required: bigint;
  /** A repeat is answered with its batch's timestamp as the append time, a new batch with -1 or its stamp. */
  readonly appendTimeMs: bigint;
}

/** What a leader answers to a follower's fetch. */
export type ReplicaFetchAnswer =
  | { readonly kind: 'error'; readonly errorCode: number }
  | { readonly kind: 'diverging'; readonly end: EpochEnd }
  /** The leader's log begins beyond the follower's end. */
  | { readonly kind: 'start over'; readonly logStart: bigint }
  | {
      readonly kind: 'records';
      readonly batches: readonly Buffer[];
      readonly highWatermark: bigint;
      readonly logStart: bigint;
    };

export interface FollowerFetch {
  readonly from: number;
  readonly leaderEpoch: number;
  readonly offset: bigint;
  readonly lastEpoch: number;
  readonly highWatermark: bigint;
  readonly logStart: bigint;
}

/** What a broker says to the leader epoch a client named; -1 names none. */
export function checkLeaderEpoch(named: number, known: number): number {
  if (named < 0 || named === known) return kafkaError.NONE;
  return named < known ? kafkaError.FENCED_LEADER_EPOCH : kafkaError.UNKNOWN_LEADER_EPOCH;
}
