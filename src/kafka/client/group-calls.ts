// The calls of a member of a classic group, on a connection to its coordinator.
import { CausewayError } from '../../base/errors.ts';
import { rightOfRequest } from '../acl/request-rights.ts';
import { type Account, lackText } from '../acl/right.ts';
import type { Connection } from './connection.ts';
import type { ClientLimits } from './limits.ts';
import { kafkaError, kafkaErrorName } from '../wire/error-codes.ts';
import { decodeFindCoordinatorResponse, encodeFindCoordinatorRequest } from '../wire/find-coordinator.ts';
import {
  decodeHeartbeatResponse,
  encodeHeartbeatRequest,
  type HeartbeatResponse,
} from '../wire/heartbeat.ts';
import {
  decodeJoinGroupResponse,
  encodeJoinGroupRequest,
  type JoinGroupRequest,
  type JoinGroupResponse,
} from '../wire/join-group.ts';
import {
  decodeLeaveGroupResponse,
  encodeLeaveGroupRequest,
  type LeaveGroupRequest,
  type LeaveGroupResponse,
} from '../wire/leave-group.ts';
import {
  decodeSyncGroupResponse,
  encodeSyncGroupRequest,
  type Membership,
  type SyncGroupRequest,
  type SyncGroupResponse,
} from '../wire/sync-group.ts';

/** One ordered pipeline to a coordinator. Every call rejects as those of a BrokerConnection do. */
export interface GroupConnection {
  readonly closed: boolean;
  /** Whom the cluster takes us for. */
  readonly account: Account;
  /** Answered when all members have joined, or when their time is over. */
  joinGroup(request: JoinGroupRequest): Promise<JoinGroupResponse>;
  /** Answered when the leader has handed over the assignment. */
  syncGroup(request: SyncGroupRequest): Promise<SyncGroupResponse>;
  heartbeat(request: Membership): Promise<HeartbeatResponse>;
  leaveGroup(request: LeaveGroupRequest): Promise<LeaveGroupResponse>;
  destroy(reason: string): void;
}

/** A cluster whose groups can be joined. */
export interface GroupCluster {
  /** Opens a connection to the broker that coordinates the group. Throws CW-3001, 3002, 3015, 3016. */
  connectCoordinator(groupId: string): Promise<GroupConnection>;
}

/** Which broker coordinates the group, as any broker knows. */
export async function askCoordinator(
  connection: Connection,
  groupId: string,
  limits: ClientLimits,
  account: Account,
): Promise<number> {
  const { errorCode, nodeId } = await connection.call({
    api: 'findCoordinator',
    waitMs: limits.requestWaitMs,
    encode: (writer, version) => encodeFindCoordinatorRequest(writer, version, { groupId }),
    decode: decodeFindCoordinatorResponse,
  });
  if (errorCode !== kafkaError.NONE) throw groupError(groupId, 'FindCoordinator', errorCode, account);
  return nodeId;
}

const sessionSettings =
  '; compare group.min.session.timeout.ms and group.max.session.timeout.ms of the brokers';

export function groupError(
  groupId: string,
  call: string,
  errorCode: number,
  account: Account | undefined,
): CausewayError {
  const said = `${kafkaErrorName(errorCode)} answered to ${call}`;
  if (errorCode !== kafkaError.GROUP_AUTHORIZATION_FAILED) {
    const settings = errorCode === kafkaError.INVALID_SESSION_TIMEOUT ? sessionSettings : '';
    return new CausewayError('CW-3015', `group ${groupId}: ${said}${settings}`, { groupId });
  }
  const { operation, resourceType } = rightOfRequest.JoinGroup;
  // To be told who coordinates takes Describe, which comes with it.
  return new CausewayError(
    'CW-3016',
    lackText({ operation, resourceType, resource: groupId }, account, said),
    {
      groupId,
    },
  );
}

export class KafkaGroupConnection implements GroupConnection {
  readonly #connection: Connection;
  readonly #limits: ClientLimits;
  readonly account: Account;

  constructor(connection: Connection, limits: ClientLimits, account: Account) {
    this.#connection = connection;
    this.#limits = limits;
    this.account = account;
  }

  get closed(): boolean {
    return this.#connection.closed;
  }

  joinGroup(request: JoinGroupRequest): Promise<JoinGroupResponse> {
    return this.#connection.call({
      api: 'joinGroup',
      waitMs: request.rebalanceTimeoutMs + this.#limits.answerMarginMs,
      encode: (writer, version) => encodeJoinGroupRequest(writer, version, request),
      decode: decodeJoinGroupResponse,
    });
  }

  syncGroup(request: SyncGroupRequest): Promise<SyncGroupResponse> {
    return this.#connection.call({
      api: 'syncGroup',
      // The coordinator lets the leader's assignment be waited for as long as a rebalance may take.
      waitMs: this.#limits.requestWaitMs + this.#limits.answerMarginMs,
      encode: (writer, version) => encodeSyncGroupRequest(writer, version, request),
      decode: decodeSyncGroupResponse,
    });
  }

  heartbeat(request: Membership): Promise<HeartbeatResponse> {
    return this.#connection.call({
      api: 'heartbeat',
      waitMs: this.#limits.requestWaitMs,
      encode: (writer, version) => encodeHeartbeatRequest(writer, version, request),
      decode: decodeHeartbeatResponse,
    });
  }

  leaveGroup(request: LeaveGroupRequest): Promise<LeaveGroupResponse> {
    return this.#connection.call({
      api: 'leaveGroup',
      waitMs: this.#limits.requestWaitMs,
      encode: (writer, version) => encodeLeaveGroupRequest(writer, version, request),
      decode: decodeLeaveGroupResponse,
    });
  }

  destroy(reason: string): void {
    this.#connection.destroy(reason);
  }
}
