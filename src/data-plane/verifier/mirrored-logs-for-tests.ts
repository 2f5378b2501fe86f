// Writes the target's log of a mirror partition on real brokers, without the mirror: plain batches, and
// control records as fillers.
import assert from 'node:assert/strict';
import { TopicWriter } from '../../../test/fixtures/topic-writer.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { systemClock } from '../../base/clock.ts';
import { endOf, withLeader } from '../../../test/fixtures/source-script.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { TransactionCoordinators } from '../../kafka/client/transaction-coordinators.ts';
import { encodeBatch, type TestRecord } from './batch-for-tests.ts';

/** As a producer sends it: from offset 0. */
export function batchOf(records: readonly TestRecord[]): Buffer {
  const first = records[0]?.offset ?? 0n;
  return encodeBatch(records.map((each) => ({ ...each, offset: each.offset - first })));
}

/** What a target's log is made of, in order: records, or so many fillers. */
export type TargetPart = readonly TestRecord[] | number;

/** Returns the log's end. */
export async function writeTarget(
  cluster: KafkaCluster,
  topic: string,
  parts: readonly TargetPart[],
): Promise<bigint> {
  using writer = new TopicWriter(cluster);
  const coordinators = new TransactionCoordinators({
    cluster,
    clock: systemClock,
    limits: { giveUpMs: 30_000 },
  });
  try {
    const guard = await coordinators.initProducerId({ transactionalId: `guard-${topic}` });
    assert.equal(guard.errorCode, 0);
    let end = 0n;
    for (const part of parts) {
      if (typeof part !== 'number') {
        assert.equal(await writer.append(topic, 0, [batchOf(part)]), end + BigInt(part.length));
        end += BigInt(part.length);
        continue;
      }
      const { producerId, producerEpoch } = guard;
      const marker = { producerId, producerEpoch, committed: true, coordinatorEpoch: 0 };
      const markers = Array.from({ length: part }, () => ({
        ...marker,
        topics: [{ topic, partitions: [0] }],
      }));
      const written = await withLeader(cluster, topic, (connection) =>
        connection.writeTxnMarkers({ markers }),
      );
      assert.deepEqual(
        written.map(({ errorCode }) => errorCode),
        [0],
      );
      end += BigInt(part);
      const reached = end;
      await waitUntil(`offset ${reached}`, async () => (await endOf(cluster, topic)) === reached);
    }
    return end;
  } finally {
    coordinators.close();
  }
}
