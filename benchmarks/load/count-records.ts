// How many records stand in a topic without transactions: read to its end, and counted by batch.
import { baseOffsetOf, lastOffsetDeltaOf, recordCountOf } from '../../src/kafka/batch/header.ts';
import { forEachBatch } from '../../src/kafka/batch/walk.ts';
import type { BrokerConnection, KafkaCluster } from '../../src/kafka/client/cluster.ts';
import type { TopicId } from '../../src/kafka/wire/messages.ts';

const answerBytesMax = 8 * 1024 * 1024;

/** Throws where a broker answers an error. */
export async function countRecords(cluster: KafkaCluster, topic: string): Promise<number> {
  const [found] = (await cluster.metadata([topic])).topics;
  if (found === undefined) throw new Error(`no topic ${topic}`);
  let records = 0;
  for (const { partition, leaderId } of found.partitions) {
    const connection = await cluster.connect(leaderId);
    try {
      records += await countPartition(connection, found.topicId, partition);
    } finally {
      connection.destroy('counted');
    }
  }
  return records;
}

async function countPartition(
  connection: BrokerConnection,
  topicId: TopicId,
  partition: number,
): Promise<number> {
  let [records, position] = [0, 0n];
  for (;;) {
    const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
    const asked = { partition, fetchOffset: position, ...epochs, partitionMaxBytes: answerBytesMax };
    const response = await connection.fetch({
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: answerBytesMax,
      isolationLevel: 0,
      // No session.
      sessionId: 0,
      sessionEpoch: -1,
      topics: [{ topicId, partitions: [asked] }],
      forgotten: [],
    });
    const before = position;
    for (const { errorCode, records: bytes } of response.topics.flatMap((each) => each.partitions)) {
      if (errorCode !== 0) throw new Error(`partition ${partition} is not readable: error ${errorCode}`);
      forEachBatch(bytes, (start) => {
        records += recordCountOf(bytes, start);
        position = baseOffsetOf(bytes, start) + BigInt(lastOffsetDeltaOf(bytes, start)) + 1n;
        return true;
      });
    }
    response.lease.release();
    // Nothing more, or holes alone.
    if (position === before) return records;
  }
}
