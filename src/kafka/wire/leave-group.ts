// LeaveGroup, version 5 (KIP-800): a member goes, and its partitions need not wait for its time-out.
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export interface LeaveGroupRequest {
  readonly groupId: string;
  readonly members: readonly { readonly memberId: string; readonly reason: string | undefined }[];
}

export interface LeaveGroupResponse {
  /** Of the call, or of the first member that could not leave. */
  readonly errorCode: number;
}

export function encodeLeaveGroupRequest(w: WireWriter, _version: number, request: LeaveGroupRequest): void {
  w.compactString(request.groupId);
  w.compactArray(request.members, (each, { memberId, reason }) =>
    each.compactString(memberId).compactNullableString(undefined).compactNullableString(reason).noTags(),
  );
  w.noTags();
}

export function decodeLeaveGroupRequest(r: WireReader, _version: number): LeaveGroupRequest {
  const groupId = r.compactString();
  const members = r.compactArray(4, (each) => {
    const memberId = each.compactString();
    each.compactNullableString();
    const reason = each.compactNullableString();
    each.taggedFields();
    return { memberId, reason };
  });
  r.taggedFields();
  return { groupId, members };
}

export function encodeLeaveGroupResponse(w: WireWriter, _version: number, answer: LeaveGroupResponse): void {
  w.int32(0).int16(answer.errorCode).uvarint(1).noTags();
}

export function decodeLeaveGroupResponse(r: WireReader, _version: number): LeaveGroupResponse {
  r.throttle();
  const errorCode = r.int16();
  const members = r.compactArray(5, (each) => {
    each.compactString();
    each.compactNullableString();
    const memberError = each.int16();
    each.taggedFields();
    return memberError;
  });
  r.taggedFields();
  return { errorCode: errorCode === 0 ? (members.find((each) => each !== 0) ?? 0) : errorCode };
}
