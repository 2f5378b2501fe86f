// JoinGroup, version 9 (KIP-814): one member asks to take part; the leader learns of all members.
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface JoinGroupRequest {
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Empty at first: the coordinator gives one (KIP-394). */
  readonly memberId: string;
  readonly protocolType: string;
  /** The preferred one first. */
  readonly protocols: readonly GroupProtocol[];
  /** For the coordinator's log (KIP-800). */
  readonly reason: string | undefined;
}

export interface GroupMember {
  readonly memberId: string;
  readonly metadata: Buffer;
}

export interface JoinGroupResponse {
  readonly errorCode: number;
  readonly generationId: number;
  /** Chosen among those that all members have; undefined with an error. */
  readonly protocol: string | undefined;
  readonly leader: string;
  /** The leader is not asked for an assignment: nothing has changed (KIP-814). */
  readonly skipAssignment: boolean;
  readonly memberId: string;
  /** Empty for everyone but the leader. */
  readonly members: readonly GroupMember[];
}

export function encodeJoinGroupRequest(w: WireWriter, _version: number, request: JoinGroupRequest): void {
  w.compactString(request.groupId).int32(request.sessionTimeoutMs).int32(request.rebalanceTimeoutMs);
  // No static membership (KIP-345).
  w.compactString(request.memberId).compactNullableString(undefined).compactString(request.protocolType);
  w.compactArray(request.protocols, (each, { name, metadata }) =>
    each.compactString(name).compactBytes(metadata).noTags(),
  );
  w.compactNullableString(request.reason).noTags();
}

export function decodeJoinGroupRequest(r: WireReader, _version: number): JoinGroupRequest {
  const groupId = r.compactString();
  const sessionTimeoutMs = r.int32();
  const rebalanceTimeoutMs = r.int32();
  const memberId = r.compactString();
  r.compactNullableString();
  const protocolType = r.compactString();
  const protocols = r.compactArray(3, (each) => {
    const protocol = { name: each.compactString(), metadata: Buffer.from(each.compactNullableBytes()) };
    each.taggedFields();
    return protocol;
  });
  const reason = r.compactNullableString();
  r.taggedFields();
  return { groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId, protocolType, protocols, reason };
}

/** `protocolType` as it was joined with. */
export function encodeJoinGroupResponse(
  w: WireWriter,
  _version: number,
  answer: JoinGroupResponse,
  protocolType = 'causeway',
): void {
  w.int32(0).int16(answer.errorCode).int32(answer.generationId);
  w.compactNullableString(protocolType).compactNullableString(answer.protocol);
  w.compactString(answer.leader).boolean(answer.skipAssignment).compactString(answer.memberId);
  w.compactArray(answer.members, (each, { memberId, metadata }) =>
    each.compactString(memberId).compactNullableString(undefined).compactBytes(metadata).noTags(),
  );
  w.noTags();
}

export function decodeJoinGroupResponse(r: WireReader, _version: number): JoinGroupResponse {
  r.throttle();
  const errorCode = r.int16();
  const generationId = r.int32();
  r.compactNullableString();
  const protocol = r.compactNullableString();
  const leader = r.compactString();
  const skipAssignment = r.boolean();
  const memberId = r.compactString();
  // Kept for as long as the leader shares out: one copy of all, views of each.
  const kept = r.copyOfRest();
  const members = kept.compactArray(4, (each) => {
    const id = each.compactString();
    each.compactNullableString();
    const metadata = each.compactNullableBytes();
    each.taggedFields();
    return { memberId: id, metadata };
  });
  kept.taggedFields();
  kept.finish();
  return { errorCode, generationId, protocol, leader, skipAssignment, memberId, members };
}
