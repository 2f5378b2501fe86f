// InitProducerId, version 4 (KIP-360): a producer id, or a higher epoch of one.
import type { InitProducerIdRequest, InitProducerIdResponse } from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export function encodeInitProducerIdRequest(
  w: WireWriter,
  _version: number,
  request: InitProducerIdRequest,
): void {
  w.compactNullableString(request.transactionalId).int32(request.transactionTimeoutMs);
  w.int64(request.producerId).int16(request.producerEpoch).noTags();
}

export function decodeInitProducerIdRequest(r: WireReader, _version: number): InitProducerIdRequest {
  const request = {
    transactionalId: r.compactNullableString(),
    transactionTimeoutMs: r.int32(),
    producerId: r.int64(),
    producerEpoch: r.int16(),
  };
  r.taggedFields();
  return request;
}

export function encodeInitProducerIdResponse(
  w: WireWriter,
  _version: number,
  answer: InitProducerIdResponse,
): void {
  w.int32(0).int16(answer.errorCode).int64(answer.producerId).int16(answer.producerEpoch).noTags();
}

export function decodeInitProducerIdResponse(r: WireReader, _version: number): InitProducerIdResponse {
  r.throttle();
  const answer = { errorCode: r.int16(), producerId: r.int64(), producerEpoch: r.int16() };
  r.taggedFields();
  return answer;
}
