// How a topic stands to the patterns of a mirror set, with the reason where it is left out.
import { compileNameList, compileTopicMatcher, isInternalTopic } from '../../topology/patterns.ts';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import type { TopicMatch } from './explain-topic.ts';

export function matchTopic(spec: MirrorSetSpec, topic: string): TopicMatch {
  if (isInternalTopic(topic)) return 'internal';
  if (compileTopicMatcher(spec).matches(topic)) return 'matched';
  return compileNameList(spec.topics).matches(topic) ? 'excluded' : 'unmatched';
}
