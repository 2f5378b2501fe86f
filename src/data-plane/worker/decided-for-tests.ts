// What the controller decided about a topic, for tests: `payments` mirrors it to us-east.
import type { ObservedTopic } from '../../ledger/records.ts';

export const decided = (topic: string, over: Partial<ObservedTopic> = {}): ObservedTopic => ({
  kind: 'topic',
  set: 'payments',
  topic,
  target: 'us-east',
  state: 'mirrored',
  cause: undefined,
  sourceTopicId: 's',
  targetTopicId: 't',
  partitions: 1,
  observedAtMs: 0,
  ...over,
});
