// How many partitions topics have at one side. They are asked for by name: a list of all topics passes over
// those that may not be seen.
import { CausewayError } from '../../base/errors.ts';
import { rightOfRequest } from '../../kafka/acl/request-rights.ts';
import { lackText } from '../../kafka/acl/right.ts';
import { kafkaError, kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import type { TopicView } from '../../kafka/wire/messages.ts';
import type { VerifySide } from './verify-context.ts';

/** Per topic its partitions, 0 where there is none of the name, or why that is unknown: CW-2017, CW-6013. */
export async function listTopics(
  side: VerifySide,
  topics: readonly string[],
): Promise<Map<string, number | CausewayError>> {
  if (topics.length === 0) return new Map();
  const view = await side.cluster.metadata(topics);
  return new Map(view.topics.map((topic) => [topic.name, partitionsOf(side, topic)]));
}

function partitionsOf(
  { cluster, region }: VerifySide,
  { name, errorCode, partitions }: TopicView,
): number | CausewayError {
  if (errorCode === kafkaError.NONE) return partitions.length;
  if (errorCode === kafkaError.UNKNOWN_TOPIC_OR_PARTITION) return 0;
  const answered = `${kafkaErrorName(errorCode)} answered to Metadata`;
  if (errorCode !== kafkaError.TOPIC_AUTHORIZATION_FAILED) {
    return new CausewayError('CW-6013', `${region}: ${name} cannot be looked up: ${answered}`);
  }
  const lack = lackText({ ...rightOfRequest.Metadata, resource: name }, cluster.account, answered);
  return new CausewayError('CW-2017', `${region}: ${lack}`, { region, topic: name });
}
