// EndTxn, version 4 (KIP-98): commits or aborts. Version 5 would raise the producer's epoch with each
// transaction (KIP-890).
import type { EndTxnRequest, EndTxnResponse } from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export function encodeEndTxnRequest(w: WireWriter, _version: number, request: EndTxnRequest): void {
  w.compactString(request.transactionalId).int64(request.producerId).int16(request.producerEpoch);
  w.boolean(request.committed).noTags();
}

export function decodeEndTxnRequest(r: WireReader, _version: number): EndTxnRequest {
  const request = {
    transactionalId: r.compactString(),
    producerId: r.int64(),
    producerEpoch: r.int16(),
    committed: r.boolean(),
  };
  r.taggedFields();
  return request;
}

export function encodeEndTxnResponse(w: WireWriter, _version: number, answer: EndTxnResponse): void {
  w.int32(0).int16(answer.errorCode).noTags();
}

export function decodeEndTxnResponse(r: WireReader, _version: number): EndTxnResponse {
  r.throttle();
  const answer = { errorCode: r.int16() };
  r.taggedFields();
  return answer;
}
