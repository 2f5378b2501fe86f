// The ends that a comparison goes by, while a mirror writes: sampled so that nothing which is there is called
// extra.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import { RateLimit } from './rate-limit.ts';
import { verifyPartition } from './verify-partition.ts';

/** A log of equal batches of one record; `beforeEnd` is called before its end is told. */
function clusterOf(log: { end: bigint }, beforeEnd: () => void): KafkaCluster {
  const record = { timestamp: 1n, key: undefined, value: Buffer.from('value') };
  const connection: Partial<BrokerConnection> = {
    brokerId: 1,
    closed: false,
    listOffsets: ({ topics }) => {
      const isEarliest = topics[0]?.partitions[0]?.timestamp === -2n;
      if (!isEarliest) beforeEnd();
      const offset = isEarliest ? 0n : log.end;
      return Promise.resolve([
        { topic: 't', partition: 0, errorCode: 0, timestamp: -1n, offset, leaderEpoch: 0 },
      ]);
    },
    fetch: ({ topics }) => {
      const from = topics[0]?.partitions[0]?.fetchOffset ?? 0n;
      const partition = {
        partition: 0,
        errorCode: 0,
        highWatermark: log.end,
        lastStableOffset: log.end,
        logStartOffset: 0n,
        diverging: undefined,
        currentLeader: undefined,
        abortedTransactions: [],
        records: from < log.end ? encodeBatch([record], { baseOffset: from }) : Buffer.alloc(0),
      };
      const lease = { retain: () => undefined, release: () => undefined };
      const answer = { topicId: 'a', partitions: [partition] };
      return Promise.resolve({ throttleMs: 0, errorCode: 0, sessionId: 0, topics: [answer], lease });
    },
    destroy: () => undefined,
  };
  const partition = { partition: 0, errorCode: 0, leaderId: 1, leaderEpoch: 0, replicas: [1], inSync: [1] };
  const topic = { name: 't', topicId: 'a', internal: false, errorCode: 0, partitions: [partition] };
  return {
    metadata: () => Promise.resolve({ clusterId: 'c', controllerId: 1, brokers: [], topics: [topic] }),
    connect: () => Promise.resolve(connection as BrokerConnection),
    close: () => Promise.resolve(),
  };
}

test('a mirror that goes on between two looks: the target is asked first, nothing is extra', async () => {
  const [source, target] = [{ end: 10n }, { end: 10n }];
  // Between any two looks the source gets five records, and the mirror copies them.
  const goOn = () => {
    source.end += 5n;
    target.end = source.end;
  };
  const limit = new RateLimit(systemClock, Number.POSITIVE_INFINITY);
  const verdict = await verifyPartition(
    {
      source: { region: 'eu-west', cluster: clusterOf(source, goOn), limit },
      target: { region: 'us-east', cluster: clusterOf(target, goOn), limit },
      clock: systemClock,
      random: seededRandom(1),
      signal: new AbortController().signal,
    },
    't',
    0,
  );
  assert.deepEqual(verdict.comparison.differences.kept, []);
  assert.deepEqual([verdict.from, verdict.to, verdict.lagRecords], [0n, 15n, 5n]);
  assert.equal(verdict.comparison.records, 15n);
});
