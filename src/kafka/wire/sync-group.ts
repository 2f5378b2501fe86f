// SyncGroup, version 5 (KIP-559): the leader hands over everybody's assignment, each member gets its own.
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

/** A member of one generation of a group. */
export interface Membership {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
}

export interface SyncGroupRequest extends Membership {
  readonly protocolType: string;
  readonly protocol: string;
  /** Of the leader; empty for everyone else. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[];
}

export interface SyncGroupResponse {
  readonly errorCode: number;
  readonly assignment: Buffer;
}

export function encodeSyncGroupRequest(w: WireWriter, _version: number, request: SyncGroupRequest): void {
  w.compactString(request.groupId).int32(request.generationId).compactString(request.memberId);
  w.compactNullableString(undefined).compactNullableString(request.protocolType);
  w.compactNullableString(request.protocol);
  w.compactArray(request.assignments, (each, { memberId, assignment }) =>
    each.compactString(memberId).compactBytes(assignment).noTags(),
  );
  w.noTags();
}

export function decodeSyncGroupRequest(r: WireReader, _version: number): SyncGroupRequest {
  const groupId = r.compactString();
  const generationId = r.int32();
  const memberId = r.compactString();
  r.compactNullableString();
  const protocolType = r.compactNullableString() ?? '';
  const protocol = r.compactNullableString() ?? '';
  const assignments = r.compactArray(3, (each) => {
    const one = { memberId: each.compactString(), assignment: Buffer.from(each.compactNullableBytes()) };
    each.taggedFields();
    return one;
  });
  r.taggedFields();
  return { groupId, generationId, memberId, protocolType, protocol, assignments };
}

export function encodeSyncGroupResponse(w: WireWriter, _version: number, answer: SyncGroupResponse): void {
  w.int32(0).int16(answer.errorCode).compactNullableString(undefined).compactNullableString(undefined);
  w.compactBytes(answer.assignment).noTags();
}

export function decodeSyncGroupResponse(r: WireReader, _version: number): SyncGroupResponse {
  r.throttle();
  const errorCode = r.int16();
  r.compactNullableString();
  r.compactNullableString();
  const assignment = Buffer.from(r.compactNullableBytes());
  r.taggedFields();
  return { errorCode, assignment };
}
