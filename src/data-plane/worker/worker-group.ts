// The workers of a region as one classic Kafka group on its own cluster: who runs which mirror partition, and
// what a worker does while the group is not to be had.
import type { Clock, Timer } from '../../base/clock.ts';
import type { CausewayError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
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
  sessionTimeoutMsLong: 45_000,
  heartbeatMs: 1_000,
  rebalanceTimeoutMs: 3_000,
  retryMs: 1_000,
};

/**
 * A worker that has not heard of the group for so long runs everything, whatever it had before: of those that
 * ran the rest, nobody can tell it whether they live. Overlap is harmless, standing still is not.
 */
const silenceMsMax = 30_000;
/** It is counted in steps: who stood still has not looked for the group all that time. */
const silenceStepMs = 5_000;
/** The leader has so long to notice by itself that there is more or less to share. */
const tellMs = 5_000;

export interface WorkerGroupParts {
  readonly region: string;
  readonly cluster: GroupCluster;
  readonly clock: Clock;
  readonly random: Random;
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
  #silence: Timer | undefined;
  #telling: Timer | undefined;
  state: GroupState = 'looking';
  /** Why this worker is no member, as far as it is known. */
  trouble: string | undefined;
  /** Shares that have come. */
  rebalances = 0;
  /** The form in which the last one came. */
  protocol: string | undefined;

  constructor(parts: WorkerGroupParts) {
    const { region, cluster, clock, random, log, runs } = parts;
    const { protocols = shareProtocols, limits = groupLimits } = parts;
    this.#parts = parts;
    this.#share = new Share({
      region,
      runs,
      onChange: () => this.#changed(),
      askAgain: () => this.#membership.joinAgain(),
      log,
    });
    this.#membership = new GroupMembership({
      groupId: workersGroup,
      protocolType,
      protocols,
      connect: () => cluster.connectCoordinator(workersGroup),
      describe: () => this.#share.describe(),
      share: (_, members) => this.#share.shareOut(members),
      onAssigned: (protocol, assignment) => {
        this.protocol = protocol;
        this.#share.assigned(assignment);
      },
      onHeard: () => this.#heard(),
      onTrouble: (error) => this.#troubled(error),
      clock,
      random,
      log,
      limits,
    });
  }

  /** Whether this worker is to run the partition. */
  has(name: string): boolean {
    return this.state === 'alone' || this.#share.has(name);
  }

  /** Whether the last share names the partition, also while this worker is alone; all where none has come. */
  isInShare(name: string): boolean {
    return !this.#share.isKnown || this.#share.has(name);
  }

  /** All partitions that the region's workers are to run together. */
  wanted(names: readonly string[]): void {
    this.#share.wanted(names);
    if (this.#share.isTold || this.#telling !== undefined) return;
    this.#telling = this.#parts.clock.schedule(tellMs, () => {
      this.#telling = undefined;
      // The leader cannot share out what only others have read of.
      if (!this.#share.isTold) this.#membership.joinAgain();
    });
  }

  /** Until `signal`; then the group is left. */
  async run(signal: AbortSignal): Promise<void> {
    this.#listen();
    await this.#membership.run(signal).finally(() => {
      this.#silence?.cancel();
      this.#telling?.cancel();
    });
  }

  #changed(): void {
    this.rebalances += 1;
    this.#isMember();
    this.#parts.onChange();
  }

  #heard(): void {
    const wasAlone = this.state === 'alone';
    this.#isMember();
    if (wasAlone) this.#parts.onChange();
  }

  #isMember(): void {
    const { region, log } = this.#parts;
    if (this.state !== 'member') log.info({ region }, `a member of ${workersGroup}`);
    this.state = 'member';
    this.trouble = undefined;
    this.#listen();
  }

  #listen(leftMs = silenceMsMax): void {
    this.#silence?.cancel();
    if (leftMs <= 0) return this.#unheard();
    this.#silence = this.#parts.clock.schedule(silenceStepMs, () => this.#listen(leftMs - silenceStepMs));
  }

  #unheard(): void {
    const seconds = silenceMsMax / 1_000;
    const last = this.#membership.refusal ?? 'nothing was answered';
    const text = `group ${workersGroup}: no share for ${seconds} s; last: ${last}`;
    this.#tell('alone', this.trouble ?? `CW-3015 ${this.#parts.region}: ${text}`);
  }

  #troubled(error: CausewayError): void {
    const isRefused = error.code === 'CW-3016';
    const state = isRefused || this.state === 'alone' ? 'alone' : 'looking';
    this.#tell(state, `${error.code} ${this.#parts.region}: ${error.message}`);
  }

  #tell(state: 'looking' | 'alone', trouble: string): void {
    const { region, log, onChange } = this.#parts;
    const isAlone = state === 'alone' && this.state !== 'alone';
    if (isAlone || trouble !== this.trouble) log.warn({ region, error: trouble }, said[state]);
    this.trouble = trouble;
    this.state = state;
    if (isAlone) onChange();
  }
}

const said = {
  looking: 'out of the workers’ group: what was assigned last is run, and the group looked for',
  alone: 'no share of the workers’ group is to be had: every partition is run here',
};
