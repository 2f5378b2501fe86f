// The workers of a region as one classic Kafka group on its own cluster: who runs which mirror partition, and
// what a worker does while the group is not to be had.
import type { Clock } from '../../base/clock.ts';
import type { CausewayError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { GroupCluster } from '../../kafka/client/group-calls.ts';
import { type GroupLimits, GroupMembership } from '../../kafka/client/group-membership.ts';
import { workersGroup } from '../../ledger/topic-names.ts';
import { Share } from './share.ts';

const protocolType = 'causeway';
/** The form of what members say, as the name of a group protocol; the newest first. */
export const shareProtocols = ['causeway-1'] as const;

/**
 * A dead worker's partitions are elsewhere after the session's time and the time for joining; one more of the
 * latter where the worker that shares them out dies, too.
 */
export const groupLimits: GroupLimits = {
  sessionTimeoutMs: 10_000,
  heartbeatMs: 1_000,
  rebalanceTimeoutMs: 3_000,
  retryMs: 1_000,
};

/** A worker that has had no share for so long runs everything: overlap is harmless, standing still is not. */
const shareMsMax = 30_000;

export interface WorkerGroupParts {
  readonly region: string;
  readonly cluster: GroupCluster;
  readonly clock: Clock;
  readonly log: Log;
  /** Names of the partitions that run now. */
  readonly runs: () => Iterable<string>;
  /** Another share has come. */
  readonly onChange: () => void;
  /** As members of another version would have them. */
  readonly protocols?: readonly string[];
  readonly limits?: GroupLimits;
}

/**
 * - looking: not in the group at the moment; what the last share named is run, if there was one
 * - member: the group has given a share
 * - alone: there is no share to be had, so everything is run
 */
export type GroupState = 'looking' | 'member' | 'alone';

export class WorkerGroup {
  readonly #parts: WorkerGroupParts;
  readonly #share: Share;
  readonly #membership: GroupMembership;
  #sinceMs = 0;
  state: GroupState = 'looking';
  /** Why this worker is no member, as far as it is known. */
  trouble: string | undefined;
  /** Shares that have come. */
  rebalances = 0;

  constructor(parts: WorkerGroupParts) {
    const { region, cluster, clock, log, runs, protocols = shareProtocols, limits = groupLimits } = parts;
    this.#parts = parts;
    const askAgain = () => this.#membership.joinAgain();
    this.#share = new Share({ region, runs, onChange: () => this.#changed(), askAgain, log });
    this.#membership = new GroupMembership({
      groupId: workersGroup,
      protocolType,
      protocols,
      connect: () => cluster.connectCoordinator(workersGroup),
      describe: () => this.#share.describe(),
      share: (_, members) => this.#share.shareOut(members),
      onAssigned: (_, assignment) => this.#share.assigned(assignment),
      onTrouble: (error) => this.#troubled(error),
      clock,
      log,
      limits,
    });
  }

  /** Whether this worker is to run the partition. */
  has(name: string): boolean {
    return this.state === 'alone' || this.#share.has(name);
  }

  /** All partitions that the region's workers are to run together. */
  wanted(names: readonly string[]): void {
    this.#share.wanted(names);
  }

  /** Until `signal`; then the group is left. */
  run(signal: AbortSignal): Promise<void> {
    this.#sinceMs = this.#parts.clock.monotonicMs();
    return this.#membership.run(signal);
  }

  #changed(): void {
    const { region, log, onChange } = this.#parts;
    this.rebalances += 1;
    if (this.state !== 'member') log.info({ region }, `a member of ${workersGroup}`);
    this.state = 'member';
    this.trouble = undefined;
    onChange();
  }

  #troubled(error: CausewayError): void {
    const { region, clock, log, onChange } = this.#parts;
    const isRefused = error.code === 'CW-3016';
    const isLate = !this.#share.isKnown && clock.monotonicMs() - this.#sinceMs >= shareMsMax;
    const state = isRefused || isLate || this.state === 'alone' ? 'alone' : 'looking';
    const text = `${error.code} ${region}: ${error.message}`;
    if (text !== this.trouble) log.warn({ region, error: text }, said[state]);
    this.trouble = text;
    if (state === this.state) return;
    this.state = state;
    if (state === 'alone') onChange();
  }
}

const said = {
  looking: 'out of the workers’ group: what was assigned last is run, and the group looked for',
  alone: 'no share of the workers’ group is to be had: every partition is run here',
};
