// Deletes one topic by its id, through any broker: they pass it on to the controller.
import {
  decodeDeleteTopicResponse,
  type DeleteTopicResponse,
  encodeDeleteTopicRequest,
} from '../wire/delete-topics.ts';
import type { TopicId } from '../wire/messages.ts';
import type { Connection } from './connection.ts';
import type { ClientLimits } from './limits.ts';

/** A cluster whose topics can be deleted. */
export interface TopicCluster {
  /** The topic of that id and no other, whatever its name. Throws as `metadata` does. */
  deleteTopic(topicId: TopicId): Promise<DeleteTopicResponse>;
}

export function askDeletion(
  connection: Connection,
  topicId: TopicId,
  { requestWaitMs, answerMarginMs }: ClientLimits,
): Promise<DeleteTopicResponse> {
  const request = { topicId, timeoutMs: requestWaitMs };
  return connection.call({
    api: 'deleteTopics',
    waitMs: requestWaitMs + answerMarginMs,
    encode: (writer, version) => encodeDeleteTopicRequest(writer, version, request),
    decode: decodeDeleteTopicResponse,
  });
}
