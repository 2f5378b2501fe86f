// FindCoordinator, version 4 (KIP-699), for one transactional id.
import type { FindCoordinatorResponse } from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export interface FindCoordinatorRequest {
  readonly transactionalId: string;
}

/** Kafka's number for coordinators of transactions. */
const transactionKeyType = 1;

export function encodeFindCoordinatorRequest(
  w: WireWriter,
  _version: number,
  request: FindCoordinatorRequest,
): void {
  w.int8(transactionKeyType).uvarint(2).compactString(request.transactionalId).noTags();
}

export function decodeFindCoordinatorRequest(r: WireReader, _version: number): FindCoordinatorRequest {
  r.int8();
  const keys = r.compactArray(1, (each) => each.compactString());
  r.taggedFields();
  if (keys.length !== 1) r.fail(`${keys.length} keys where one is expected`);
  return { transactionalId: keys[0] as string };
}

/** `transactionalId` as it was asked for. */
export function encodeFindCoordinatorResponse(
  w: WireWriter,
  _version: number,
  answer: FindCoordinatorResponse,
  transactionalId = '',
): void {
  w.int32(0).uvarint(2);
  w.compactString(transactionalId).int32(answer.nodeId).compactString(answer.host).int32(answer.port);
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
