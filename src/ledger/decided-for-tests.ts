// What a controller has decided about a topic, for tests: `payments` mirrors it to us-east.
import type { ObservedTopic } from './records.ts';

export const decidedMirror = (topic: string, given: Partial<ObservedTopic> = {}): ObservedTopic => ({
  kind: 'topic',
  set: 'payments',
  topic,
  target: 'us-east',
  state: 'mirrored',
  cause: undefined,
  sourceTopicId: `source-${topic}`,
  sourceClusterId: 'cluster-eu-west',
  targetTopicId: `target-${topic}`,
  partitions: 3,
  observedAtMs: 1,
  ...given,
});
