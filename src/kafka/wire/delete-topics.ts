// DeleteTopics, version 6 (KIP-516), of one topic by its id: another topic of the same name stays.
import type { TopicId } from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export interface DeleteTopicRequest {
  readonly topicId: TopicId;
  readonly timeoutMs: number;
}

export interface DeleteTopicResponse {
  readonly errorCode: number;
  /** In the broker’s words. */
  readonly errorMessage: string | undefined;
}

export function encodeDeleteTopicRequest(w: WireWriter, _version: number, request: DeleteTopicRequest): void {
  w.uvarint(2).compactNullableString(undefined).uuid(request.topicId).noTags();
  w.int32(request.timeoutMs).noTags();
}

export function decodeDeleteTopicRequest(r: WireReader, _version: number): DeleteTopicRequest {
  const ids = r.compactArray(18, (each) => {
    each.compactNullableString();
    const topicId = each.uuid();
    each.taggedFields();
    return topicId;
  });
  const timeoutMs = r.int32();
  r.taggedFields();
  const [topicId] = ids;
  if (topicId === undefined || ids.length > 1) return r.fail(`${ids.length} topics where one is expected`);
  return { topicId, timeoutMs };
}

export function encodeDeleteTopicResponse(
  w: WireWriter,
  _version: number,
  answer: DeleteTopicResponse,
): void {
  w.int32(0).uvarint(2).compactNullableString(undefined).uuid('0'.repeat(32)).int16(answer.errorCode);
  w.compactNullableString(answer.errorMessage).noTags().noTags();
}

export function decodeDeleteTopicResponse(r: WireReader, _version: number): DeleteTopicResponse {
  r.throttle();
  const answers = r.compactArray(20, (each) => {
    each.compactNullableString();
    each.uuid();
    const errorCode = each.int16();
    const errorMessage = each.compactNullableString();
    each.taggedFields();
    return { errorCode, errorMessage };
  });
  r.taggedFields();
  const [answer] = answers;
  if (answer === undefined || answers.length > 1) return r.fail(`${answers.length} answers instead of one`);
  return answer;
}
