// Which topics ever held a record: those of which some partition's log end is above 0.
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { TopicView } from '../../kafka/wire/messages.ts';

const latest = -1n;

/** Topics of which every partition answered, and those of which one that answered is not empty. */
export async function topicsWithRecords(
  cluster: KafkaCluster,
  topics: readonly TopicView[],
): Promise<ReadonlyMap<string, boolean>> {
  const answered = new Map<string, number>();
  const filled = new Set<string>();
  for (const [leaderId, asked] of byLeader(topics, latest)) {
    if (leaderId < 0) continue;
    const connection = await cluster.connect(leaderId);
    try {
      const listed = await connection.listOffsets({ replicaId: -1, isolationLevel: 0, topics: asked });
      for (const { topic, errorCode, offset } of listed) {
        if (errorCode !== 0) continue;
        answered.set(topic, (answered.get(topic) ?? 0) + 1);
        if (offset > 0n) filled.add(topic);
      }
    } finally {
      connection.destroy('log ends read');
    }
  }
  const known = new Map<string, boolean>();
  for (const { name, partitions } of topics) {
    if (filled.has(name)) known.set(name, true);
    else if (answered.get(name) === partitions.length) known.set(name, false);
  }
  return known;
}

export interface AskedTopic {
  readonly topic: string;
  readonly partitions: { partition: number; currentLeaderEpoch: number; timestamp: bigint }[];
}

/** What to ask each leader for, as ListOffsets takes it. */
export function byLeader(topics: readonly TopicView[], timestamp: bigint): ReadonlyMap<number, AskedTopic[]> {
  const leaders = new Map<number, Map<string, AskedTopic>>();
  for (const { name, partitions } of topics) {
    for (const { partition, leaderId } of partitions) {
      const ofLeader = leaders.get(leaderId) ?? new Map<string, AskedTopic>();
      const asked = ofLeader.get(name) ?? { topic: name, partitions: [] };
      asked.partitions.push({ partition, currentLeaderEpoch: -1, timestamp });
      leaders.set(leaderId, ofLeader.set(name, asked));
    }
  }
  return new Map([...leaders].map(([leaderId, ofLeader]) => [leaderId, [...ofLeader.values()]]));
}
