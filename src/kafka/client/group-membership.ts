// One member of a classic Kafka group: joins, learns what it is to do, and joins again when the group
// changes. What the members do, and how it is shared among them, is others’ business.
import { Backoff } from '../../base/backoff.ts';
import { type Clock, restOn } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { kafkaError, kafkaErrorName } from '../wire/error-codes.ts';
import type { GroupMember, JoinGroupResponse } from '../wire/join-group.ts';
import type { Membership } from '../wire/sync-group.ts';
import { type GroupConnection, groupError } from './group-calls.ts';

export interface GroupParts {
  readonly groupId: string;
  readonly protocolType: string;
  /** Forms in which members speak of themselves and of what they do, the newest first. */
  readonly protocols: readonly string[];
  /** Opens a connection to the group’s coordinator. */
  readonly connect: () => Promise<GroupConnection>;
  /** What this member says of itself, asked for at each joining. */
  readonly describe: (protocol: string) => Buffer;
  /** Asked of the leader: what each member is to do. */
  readonly share: (protocol: string, members: readonly GroupMember[]) => ReadonlyMap<string, Buffer>;
  /** Throws CW-3005 where it makes no sense: the group is looked for anew. */
  readonly onAssigned: (protocol: string, assignment: Buffer) => void;
  /** The group takes this member for one of its own: what was assigned last holds. */
  readonly onHeard: () => void;
  /** The group is not to be had at the moment; what was assigned last stays so. */
  readonly onTrouble: (error: CausewayError) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits: GroupLimits;
}

/** Milliseconds. */
export interface GroupLimits {
  /** A member that is silent for that long is dead. */
  readonly sessionTimeoutMs: number;
  /** The same where the coordinator does not take that. */
  readonly sessionTimeoutMsLong: number;
  readonly heartbeatMs: number;
  /** How long members may take to join again. */
  readonly rebalanceTimeoutMs: number;
  /** Between two joinings that nobody but this member asks for, and before the group is looked for again. */
  readonly retryMs: number;
}

/** Before a joining that was refused is asked for once more: less than a rebalance may take. */
const again = { delayMsMin: 100, delayMsMax: 2_000 };
/** How long an orderly stop waits for the group to answer. */
const leaveMsMax = 2_000;

/** Errors after which the member joins again, at the same coordinator. */
const joinAgain: ReadonlySet<number> = new Set([
  kafkaError.REBALANCE_IN_PROGRESS,
  kafkaError.ILLEGAL_GENERATION,
  kafkaError.UNKNOWN_MEMBER_ID,
  kafkaError.MEMBER_ID_REQUIRED,
]);

export class GroupMembership {
  readonly #parts: GroupParts;
  #memberId = '';
  #connection: GroupConnection | undefined;
  #sessionTimeoutMs: number;
  readonly #again: Backoff;
  /** What the coordinator has answered instead of a share since the last one. */
  refusal: string | undefined;
  /** What the leader shares out has changed since this member joined last. */
  #isChanged = false;
  #onChanged: () => void = () => undefined;
  /** Ends the wait for a connection without one. */
  #giveUpConnecting: () => void = () => undefined;

  constructor(parts: GroupParts) {
    this.#parts = parts;
    this.#sessionTimeoutMs = parts.limits.sessionTimeoutMs;
    this.#again = new Backoff(again, parts.random);
  }

  /** What the leader shares out has changed: join again, so that it is asked. */
  joinAgain(): void {
    this.#isChanged = true;
    this.#onChanged();
  }

  /** Until `signal`; then the group is left. Rejects only for defects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, limits } = this.#parts;
    const stop = () => {
      this.#onChanged();
      this.#giveUpConnecting();
      // A joining may be answered late: whoever stops does not wait for it.
      this.#connection?.destroy('this member stops');
    };
    signal.addEventListener('abort', stop, { once: true });
    while (!signal.aborted) {
      await this.#takePart(signal);
      await restOn(clock, limits.retryMs, signal);
    }
    const left = new AbortController();
    const leaving = this.#leave().finally(() => left.abort());
    await Promise.race([leaving, restOn(clock, leaveMsMax, left.signal)]);
  }

  async #takePart(signal: AbortSignal): Promise<void> {
    try {
      const connection = await this.#connect(signal);
      this.#connection = connection;
      while (connection !== undefined && !signal.aborted) {
        const isAssigned = await this.#takeTurn(connection, signal);
        if (!isAssigned) await restOn(this.#parts.clock, this.#again.nextDelayMs(), signal);
      }
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      if (!signal.aborted) this.#parts.onTrouble(error);
    } finally {
      this.#connection?.destroy('the group is left, or looked for anew');
      this.#connection = undefined;
    }
  }

  /** Whoever stops does not wait for it: a connection that is there later is ended. */
  #connect(signal: AbortSignal): Promise<GroupConnection | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<GroupConnection | undefined>();
    this.#giveUpConnecting = () => resolve(undefined);
    this.#parts.connect().then((connection) => {
      if (signal.aborted) connection.destroy('this member stops');
      else resolve(connection);
    }, reject);
    return promise;
  }

  /** One generation of the group, from joining to the next change. False: it was over before it began. */
  async #takeTurn(connection: GroupConnection, signal: AbortSignal): Promise<boolean> {
    const joined = await this.#join(connection);
    if (joined === undefined) return false;
    const { protocol = '', generationId } = joined;
    const assignment = await this.#sync(connection, joined, protocol);
    if (assignment === undefined || signal.aborted) return false;
    this.#parts.onAssigned(protocol, assignment);
    this.#again.reset();
    this.refusal = undefined;
    const { groupId, clock, limits } = this.#parts;
    const nextJoinMs = clock.monotonicMs() + limits.retryMs;
    await this.#beat(connection, { groupId, generationId, memberId: this.#memberId }, signal);
    // Many topics may come one after the other: they are shared out together.
    if (this.#isChanged) await restOn(clock, Math.max(0, nextJoinMs - clock.monotonicMs()), signal);
    return true;
  }

  async #join(connection: GroupConnection): Promise<JoinGroupResponse | undefined> {
    const { groupId, protocolType, protocols, describe, limits } = this.#parts;
    const reason = this.#isChanged ? 'what is shared out has changed' : undefined;
    this.#isChanged = false;
    const answer = await connection.joinGroup({
      groupId,
      protocolType,
      sessionTimeoutMs: this.#sessionTimeoutMs,
      rebalanceTimeoutMs: limits.rebalanceTimeoutMs,
      memberId: this.#memberId,
      protocols: protocols.map((name) => ({ name, metadata: describe(name) })),
      reason,
    });
    if (!this.#goesOn(answer.errorCode, 'JoinGroup', answer.memberId)) return undefined;
    this.#memberId = answer.memberId;
    return answer;
  }

  async #sync(
    connection: GroupConnection,
    joined: JoinGroupResponse,
    protocol: string,
  ): Promise<Buffer | undefined> {
    const { groupId, protocolType, share } = this.#parts;
    const { generationId, memberId, leader, members } = joined;
    const shared = leader === memberId ? share(protocol, members) : new Map<string, Buffer>();
    const assignments = [...shared].map(([id, assignment]) => ({ memberId: id, assignment }));
    const answer = await connection.syncGroup({
      groupId,
      generationId,
      memberId,
      protocolType,
      protocol,
      assignments,
    });
    return this.#goesOn(answer.errorCode, 'SyncGroup') ? answer.assignment : undefined;
  }

  /** Until the group, or what is shared out, changes. */
  async #beat(connection: GroupConnection, membership: Membership, signal: AbortSignal): Promise<void> {
    const { clock, limits } = this.#parts;
    while (!signal.aborted && !this.#isChanged) {
      const changed = new AbortController();
      this.#onChanged = () => changed.abort();
      await restOn(clock, limits.heartbeatMs, changed.signal);
      if (signal.aborted || this.#isChanged) return;
      const { errorCode } = await connection.heartbeat(membership);
      if (!this.#goesOn(errorCode, 'Heartbeat')) return;
      this.#parts.onHeard();
    }
  }

  /** On a connection of its own: the other one may have waited for an answer. */
  async #leave(): Promise<void> {
    if (this.#memberId === '') return;
    const { groupId, log, connect } = this.#parts;
    let connection: GroupConnection | undefined;
    try {
      connection = await connect();
      const members = [{ memberId: this.#memberId, reason: 'orderly stop' }];
      const { errorCode } = await connection.leaveGroup({ groupId, members });
      if (errorCode !== kafkaError.NONE)
        throw groupError(groupId, 'LeaveGroup', errorCode, connection.account);
    } catch (error) {
      // The group notices by itself, only later.
      log.debug({ error: describeError(error) }, 'the group was not left in order');
    } finally {
      connection?.destroy('the group is left');
    }
  }

  /** False: join again. Throws where this coordinator is of no use. */
  #goesOn(errorCode: number, call: string, givenId = ''): boolean {
    if (errorCode === kafkaError.NONE) return true;
    if (errorCode === kafkaError.UNKNOWN_MEMBER_ID) this.#memberId = '';
    if (errorCode === kafkaError.MEMBER_ID_REQUIRED) this.#memberId = givenId;
    this.refusal = `${kafkaErrorName(errorCode)} answered to ${call}`;
    if (joinAgain.has(errorCode)) return false;
    if (errorCode === kafkaError.INVALID_SESSION_TIMEOUT && this.#takesOtherSession()) return false;
    throw groupError(this.#parts.groupId, call, errorCode, this.#connection?.account);
  }

  /** True once: after that the first one is tried again, since the brokers' settings may have changed. */
  #takesOtherSession(): boolean {
    const { sessionTimeoutMs, sessionTimeoutMsLong } = this.#parts.limits;
    const isFirst = this.#sessionTimeoutMs === sessionTimeoutMs;
    this.#sessionTimeoutMs = isFirst ? sessionTimeoutMsLong : sessionTimeoutMs;
    return isFirst;
  }
}
