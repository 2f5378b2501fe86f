// FindCoordinator, version 4 (KIP-699), for one transactional id or one group.
import type { FindCoordinatorResponse } from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

/** Exactly one of the two. */
export type FindCoordinatorRequest = { readonly transactionalId: string } | { readonly groupId: string };

/** Kafka's numbers for the kinds of coordinators. */
const groupKeyType = 0;
const transactionKeyType = 1;

export function encodeFindCoordinatorRequest(
  w: WireWriter,
  _version: number,
  request: FindCoordinatorRequest,
): void {
  const [keyType, key] =
    'groupId' in request ? [groupKeyType, request.groupId] : [transactionKeyType, request.transactionalId];
  w.int8(keyType).uvarint(2).compactString(key).noTags();
}

export function decodeFindCoordinatorRequest(r: WireReader, _version: number): FindCoordinatorRequest {
  const keyType = r.int8();
  const keys = r.compactArray(1, (each) => each.compactString());
  r.taggedFields();
  if (keys.length !== 1) r.fail(`${keys.length} keys where one is expected`);
  const key = keys[0] as string;
  return keyType === groupKeyType ? { groupId: key } : { transactionalId: key };
}

/** `key` as it was asked for. */
export function encodeFindCoordinatorResponse(
  w: WireWriter,
  _version: number,
  answer: FindCoordinatorResponse,
  key = '',
): void {
  w.int32(0).uvarint(2);
  w.compactString(key).int32(answer.nodeId).compactString(answer.host).int32(answer.port);
  w.int16(answer.errorCode).compactNullableString(undefined).noTags().noTags();
}

export function decodeFindCoordinatorResponse(r: WireReader, _version: number): FindCoordinatorResponse {
  r.throttle();
  const found = r.compactArray(14, (each) => {
    each.compactString();
    const nodeId = each.int32();
    const host = each.compactString();
    const port = each.int32();
    const errorCode = each.int16();
    each.compactNullableString();
    each.taggedFields();
    return { errorCode, nodeId, host, port };
  });
  r.taggedFields();
  const [first] = found;
  if (first === undefined || found.length > 1) return r.fail(`${found.length} coordinators instead of one`);
  return first;
}
