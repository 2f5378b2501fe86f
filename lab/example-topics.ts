// What a lab shows when nothing else is asked for: a few topics of a shop, their traffic, and the mirror
// set that copies them.
import type { LoadOptions } from './lab-types.ts';

export interface ExampleTopic {
  readonly name: string;
  readonly partitions: number;
}

export const exampleTopics: readonly ExampleTopic[] = [
  { name: 'payments', partitions: 4 },
  { name: 'orders', partitions: 4 },
  { name: 'clicks', partitions: 6 },
];

/** Of a topic that traffic is asked for and that is not there yet. */
export const otherTopicPartitions = 4;

export const exampleLoad = (region: string): LoadOptions => ({
  region,
  topics: exampleTopics.map(({ name }) => name),
  recordsPerSecond: 200,
  headers: 1,
});

/**
 * As in causeway.yaml; none where there is no other region to copy to. `brokersMin`: of the region that has
 * the fewest among `others`; with three, each partition of a mirror has three replicas.
 */
export function exampleMirrors(
  home: string,
  others: readonly string[],
  brokersMin: number,
): Readonly<Record<string, unknown>> {
  if (others.length === 0) return {};
  const topics = ['payments*', 'orders*', 'clicks*'];
  const target = brokersMin >= 3 ? { target: { 'replication.factor': 3 } } : {};
  return { shop: { topics, home, to: others, rpo: '10s', ...target } };
}
