// Before a copy is deleted because its source topic was created anew: what the source's brokers say of it.
import { CausewayError } from '../../base/errors.ts';
import type { BrokersWord, TopicCluster } from '../../kafka/client/topic-calls.ts';
import type { DeleteTopic } from './actions.ts';

/** `region`: where the copy is. Throws CW-2031, and what `askAllForTopicId` throws. */
export async function confirmSource(
  region: string,
  cluster: TopicCluster,
  { topic, source }: DeleteTopic,
): Promise<void> {
  const words = await cluster.askAllForTopicId(topic);
  const { agreeing, answered } = countWords(words, source.topicId);
  if (agreeing === answered && agreeing * 2 > words.length) return;
  const text =
    `${region}: ${agreeing} of ${words.length} brokers of ${source.region} know ${topic} as it was created ` +
    `anew (${answered} answered); its copy is not deleted`;
  throw new CausewayError('CW-2031', text, { region, topic });
}

function countWords(words: readonly BrokersWord[], topicId: string) {
  const answered = words.filter(({ error }) => error === undefined);
  const agreeing = answered.filter((word) => word.topicId === topicId);
  return { answered: answered.length, agreeing: agreeing.length };
}
