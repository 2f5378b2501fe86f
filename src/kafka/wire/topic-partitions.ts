// Partitions by topic, as several requests and answers name them.
import type { TopicPartitions } from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

/** The least bytes that one takes: no name, no partition, no tags. */
export const topicPartitionsBytesMin = 3;

export function writeTopicPartitions(w: WireWriter, { topic, partitions }: TopicPartitions): void {
  w.compactString(topic).compactInts(partitions).noTags();
}

export function readTopicPartitions(r: WireReader): TopicPartitions {
  const topic = r.compactString();
  const partitions = r.compactInts();
  r.taggedFields();
  return { topic, partitions };
}
