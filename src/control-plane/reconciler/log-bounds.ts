// Where the logs of topics begin and how far they are stable: who shows a plan tells where copies will begin.
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { TopicView } from '../../kafka/wire/messages.ts';
import { byLeader } from './log-ends.ts';

export interface LogBounds {
  readonly start: bigint;
  readonly stableEnd: bigint;
}

const latest = -1n;
const earliest = -2n;

/** By topic; only those of which every partition answered. */
export async function boundsOfTopics(
  cluster: KafkaCluster,
  topics: readonly TopicView[],
): Promise<ReadonlyMap<string, readonly LogBounds[]>> {
  const [starts, ends] = await Promise.all([
    offsetsOf(cluster, topics, earliest),
    offsetsOf(cluster, topics, latest),
  ]);
  const found = new Map<string, readonly LogBounds[]>();
  for (const { name, partitions } of topics) {
    const bounds = partitions.flatMap(({ partition }): LogBounds[] => {
      const [start, stableEnd] = [starts, ends].map((offsets) => offsets.get(`${name}/${partition}`));
      return start === undefined || stableEnd === undefined ? [] : [{ start, stableEnd }];
    });
    if (bounds.length === partitions.length) found.set(name, bounds);
  }
  return found;
}

async function offsetsOf(cluster: KafkaCluster, topics: readonly TopicView[], timestamp: bigint) {
  const offsets = new Map<string, bigint>();
  for (const [leaderId, asked] of byLeader(topics, timestamp)) {
    if (leaderId < 0) continue;
    const connection = await cluster.connect(leaderId);
    try {
      const listed = await connection.listOffsets({ replicaId: -1, isolationLevel: 1, topics: asked });
      for (const { topic, partition, errorCode, offset } of listed) {
        if (errorCode === 0) offsets.set(`${topic}/${partition}`, offset);
      }
    } finally {
      connection.destroy('offsets read');
    }
  }
  return offsets;
}
