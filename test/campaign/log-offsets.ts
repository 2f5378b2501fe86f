// Where a partition's log begins and ends, as its leader tells; several over as few connections as there are
// leaders.
import { CausewayError } from '../../src/base/errors.ts';
import type { BrokerConnection, KafkaCluster } from '../../src/kafka/client/cluster.ts';
import type { TopicPartition } from '../fixtures/link-plan.ts';

export interface LogOffsets {
  readonly start: bigint;
  /** The high watermark. */
  readonly end: bigint;
  /** Where no open transaction stands in the way. */
  readonly stable: bigint;
  readonly leaderId: number;
}

/** undefined where no leader answers now. */
export async function offsetsOf(cluster: KafkaCluster, at: TopicPartition): Promise<LogOffsets | undefined> {
  return (await allOffsets(cluster, [at]))[0];
}

/** In the order of `partitions`. */
export async function allOffsets(
  cluster: KafkaCluster,
  partitions: readonly TopicPartition[],
): Promise<(LogOffsets | undefined)[]> {
  const names = [...new Set(partitions.map(({ topic }) => topic))];
  const view = await cluster.metadata(names).catch(unknownForNow);
  const connections = new Map<number, Promise<BrokerConnection>>();
  try {
    return await Promise.all(
      partitions.map(async ({ topic, partition }) => {
        const found = view?.topics.find(({ name }) => name === topic)?.partitions;
        const leaderId = found?.find((each) => each.partition === partition)?.leaderId ?? -1;
        if (leaderId < 0) return undefined;
        const connecting = connections.get(leaderId) ?? cluster.connect(leaderId);
        connections.set(leaderId, connecting);
        return connecting.then((to) => ask(to, topic, partition, leaderId)).catch(unknownForNow);
      }),
    );
  } finally {
    for (const each of connections.values()) {
      each.then(
        (connection) => connection.destroy('asked'),
        () => undefined,
      );
    }
  }
}

/** A broker that is coming up may not answer yet: it is asked again. */
function unknownForNow(error: unknown): undefined {
  if (!(error instanceof CausewayError)) throw error;
  return undefined;
}

async function ask(
  connection: BrokerConnection,
  topic: string,
  partition: number,
  leaderId: number,
): Promise<LogOffsets | undefined> {
  const listed = async (timestamp: bigint, isolationLevel: 0 | 1) => {
    const partitions = [{ partition, currentLeaderEpoch: -1, timestamp }];
    const request = { replicaId: -1, isolationLevel, topics: [{ topic, partitions }] };
    const [answer] = await connection.listOffsets(request);
    return answer?.errorCode === 0 ? answer.offset : undefined;
  };
  const [start, end, stable] = await Promise.all([listed(-2n, 0), listed(-1n, 0), listed(-1n, 1)]);
  if (start === undefined || end === undefined || stable === undefined) return undefined;
  return { start, end, stable, leaderId };
}
