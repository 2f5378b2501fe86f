// Heartbeat, version 4: a member is still there.
import type { WireReader } from './reader.ts';
import type { Membership } from './sync-group.ts';
import type { WireWriter } from './writer.ts';

export interface HeartbeatResponse {
  readonly errorCode: number;
}

export function encodeHeartbeatRequest(w: WireWriter, _version: number, request: Membership): void {
  w.compactString(request.groupId).int32(request.generationId).compactString(request.memberId);
  w.compactNullableString(undefined).noTags();
}

export function decodeHeartbeatRequest(r: WireReader, _version: number): Membership {
  const groupId = r.compactString();
  const generationId = r.int32();
  const memberId = r.compactString();
  r.compactNullableString();
  r.taggedFields();
  return { groupId, generationId, memberId };
}

export function encodeHeartbeatResponse(w: WireWriter, _version: number, answer: HeartbeatResponse): void {
  w.int32(0).int16(answer.errorCode).noTags();
}

export function decodeHeartbeatResponse(r: WireReader, _version: number): HeartbeatResponse {
  r.throttle();
  const errorCode = r.int16();
  r.taggedFields();
  return { errorCode };
}
