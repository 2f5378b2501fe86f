// One member of a classic Kafka group: joins, learns what it is to do, and joins again when the group changes.
// What the members do, and how it is shared among them, is others' business.
import { type Clock, restOn } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { kafkaError, kafkaErrorName } from '../wire/error-codes.ts';
import type { GroupMember, JoinGroupResponse } from '../wire/join-group.ts';
import type { Membership } from '../wire/sync-group.ts';
import type { GroupConnection } from './group-calls.ts';

export interface GroupParts {
  readonly groupId: string;
  readonly protocolType: string;
  /** Forms in which members speak of themselves and of what they do, the newest first. */
  readonly protocols: readonly string[];
  /** Opens a connection to the group's coordinator. */
  readonly connect: () => Promise<GroupConnection>;
  /** What this member says of itself, asked for at each joining. */
  readonly describe: (protocol: string) => Buffer;
  /** Asked of the leader: what each member is to do. */
  readonly share: (protocol: string, members: readonly GroupMember[]) => ReadonlyMap<string, Buffer>;
  readonly onAssigned: (protocol: string, assignment: Buffer) => void;
  /** The group is not to be had at the moment; what was assigned last stays so. */
  readonly onTrouble: (error: CausewayError) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: GroupLimits;
}

/** Milliseconds. */
export interface GroupLimits {
  /** A member that is silent for that long is dead. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How long members may take to join again. */
  readonly rebalanceTimeoutMs: number;
  readonly retryMs: number;
}

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
  /** Set while heartbeats are sent; ends them. */
  #changed: (() => void) | undefined;
  #isChanged = false;

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  /** What the leader shares out has changed: join again, so that it is asked. */
  joinAgain(): void {
    this.#isChanged = true;
    this.#changed?.();
  }

  /** Until `signal`; then the group is left. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, limits } = this.#parts;
    while (!signal.aborted) {
      await this.#takePart(signal);
      if (!signal.aborted) await restOn(clock, limits.retryMs, signal);
    }
  }

  async #takePart(signal: AbortSignal): Promise<void> {
    let connection: GroupConnection | undefined;
    try {
      connection = await this.#parts.connect();
      while (!signal.aborted) await this.#takeTurn(connection, signal);
      await this.#leave(connection);
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      this.#parts.onTrouble(error);
    } finally {
      connection?.destroy('the group is left, or asked for anew');
    }
  }

  /** One generation of the group, from joining to the next change. */
  async #takeTurn(connection: GroupConnection, signal: AbortSignal): Promise<void> {
    this.#isChanged = false;
    const joined = await this.#join(connection);
    if (joined === undefined) return;
    const { protocol = '', generationId } = joined;
    const assignment = await this.#sync(connection, joined, protocol);
    if (assignment === undefined) return;
    this.#parts.onAssigned(protocol, assignment);
    await this.#beat(
      connection,
      { groupId: this.#parts.groupId, generationId, memberId: this.#memberId },
      signal,
    );
  }

  async #join(connection: GroupConnection): Promise<JoinGroupResponse | undefined> {
    const { groupId, protocolType, protocols, describe, limits } = this.#parts;
    const answer = await connection.joinGroup({
      groupId,
      protocolType,
      sessionTimeoutMs: limits.sessionTimeoutMs,
      rebalanceTimeoutMs: limits.rebalanceTimeoutMs,
      memberId: this.#memberId,
      protocols: protocols.map((name) => ({ name, metadata: describe(name) })),
      reason: this.#isChanged ? 'what is shared out has changed' : undefined,
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

  async #beat(connection: GroupConnection, membership: Membership, signal: AbortSignal): Promise<void> {
    const { clock, limits } = this.#parts;
    while (!signal.aborted && !this.#isChanged) {
      const changed = new AbortController();
      this.#changed = () => changed.abort();
      await restOn(clock, limits.heartbeatMs, AbortSignal.any([signal, changed.signal]));
      this.#changed = undefined;
      if (signal.aborted || this.#isChanged) return;
      const { errorCode } = await connection.heartbeat(membership);
      if (!this.#goesOn(errorCode, 'Heartbeat')) return;
    }
  }

  async #leave(connection: GroupConnection): Promise<void> {
    if (this.#memberId === '') return;
    const { groupId, log } = this.#parts;
    const reason = 'orderly stop';
    const { errorCode } = await connection.leaveGroup({
      groupId,
      members: [{ memberId: this.#memberId, reason }],
    });
    if (errorCode !== kafkaError.NONE)
      log.debug({ error: kafkaErrorName(errorCode) }, 'the group was left late');
  }

  /** False: join again. Throws where this coordinator is of no use. */
  #goesOn(errorCode: number, call: string, givenId = ''): boolean {
    if (errorCode === kafkaError.NONE) return true;
    const { groupId } = this.#parts;
    if (errorCode === kafkaError.UNKNOWN_MEMBER_ID) this.#memberId = '';
    if (errorCode === kafkaError.MEMBER_ID_REQUIRED) this.#memberId = givenId;
    if (joinAgain.has(errorCode)) return false;
    const name = kafkaErrorName(errorCode);
    const code = errorCode === kafkaError.GROUP_AUTHORIZATION_FAILED ? 'CW-3010' : 'CW-3015';
    throw new CausewayError(code, `group ${groupId}: ${call} was answered with ${name}`, { groupId });
  }
}
