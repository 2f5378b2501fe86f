// Answers are lists of partitions here and lists of topics on the wire.

import type { WireReader } from './reader.ts';

/** Groups by topic in order of first appearance. */
export function groupByTopic<T extends { readonly topic: string }>(
  partitions: readonly T[],
): readonly { topic: string; partitions: readonly T[] }[] {
  const topics = Map.groupBy(partitions, (each) => each.topic);
  return [...topics].map(([topic, those]) => ({ topic, partitions: those }));
}

/** A topic's name, in front of its partitions. */
export const readName = (reader: WireReader): string => reader.compactString();
