// What is asked about single topics: their deletion by id, through any broker, since they pass it on to the
// controller; and by which id each broker knows a name.
import {
  decodeDeleteTopicResponse,
  type DeleteTopicResponse,
  encodeDeleteTopicRequest,
} from '../wire/delete-topics.ts';
import type { CausewayError } from '../../base/errors.ts';
import type { TopicId } from '../wire/messages.ts';
import type { Connection } from './connection.ts';
import type { ClientLimits } from './limits.ts';

/** A cluster whose topics can be deleted. */
export interface TopicCluster {
  /** The topic of that id and no other, whatever its name. Throws as `metadata` does. */
  deleteTopic(topicId: TopicId): Promise<DeleteTopicResponse>;
  /** Every broker's own answer: one that is cut off tells old things. Throws as `metadata` does. */
  askAllForTopicId(topic: string): Promise<readonly BrokersWord[]>;
}

/** By which id a broker knows a topic. */
export interface BrokersWord {
  readonly brokerId: number;
  /** undefined where it knows none of that name, or did not answer. */
  readonly topicId: TopicId | undefined;
  /** Why it did not answer. */
  readonly error: CausewayError | undefined;
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
