// The calls of a member of a classic group, on a connection to its coordinator.
import { type ClientLimits } from './limits.ts';
import type { Connection } from './connection.ts';
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
  /** Answered when all members have joined, or when their time is over. */
  joinGroup(request: JoinGroupRequest): Promise<JoinGroupResponse>;
  /** Answered when the leader has handed over the assignment. */
  syncGroup(request: SyncGroupRequest): Promise<SyncGroupResponse>;
  heartbeat(request: Membership): Promise<HeartbeatResponse>;
  leaveGroup(request: LeaveGroupRequest): Promise<LeaveGroupResponse>;
  destroy(reason: string): void;
}

export class KafkaGroupConnection implements GroupConnection {
  readonly #connection: Connection;
  readonly #limits: ClientLimits;

  constructor(connection: Connection, limits: ClientLimits) {
    this.#connection = connection;
    this.#limits = limits;
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
