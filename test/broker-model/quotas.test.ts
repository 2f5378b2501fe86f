// Clients over their quota: told at once for how long, and served no sooner (KIP-219).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeBatch } from './made-batch.ts';
import { ModelRig, topic } from './model-rig.ts';

test('over its quota a fetch brings nothing, and what is sent next on its connection waits', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  rig.leader().append(madeBatch({ values: [Buffer.from('value')] }));
  const connection = await rig.connect(1);
  const read = () =>
    connection.fetch({
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1_000,
      isolationLevel: 0,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [
        {
          topicId: rig.topicId,
          partitions: [
            {
              partition: 0,
              currentLeaderEpoch: -1,
              fetchOffset: 0n,
              lastFetchedEpoch: -1,
              partitionMaxBytes: 1_000,
            },
          ],
        },
      ],
      forgotten: [],
    });
  rig.cluster.throttleMs = (kind, bytes) => (kind === 'fetch' ? bytes * 10 : 0);
  const throttled = await rig.settled(read());
  assert.deepEqual(throttled.topics, []);
  assert.ok(throttled.throttleMs > 500);
  rig.cluster.throttleMs = () => 0;
  const beganMs = rig.scheduler.nowMs;
  await rig.settled(connection.listOffsets({ replicaId: -1, isolationLevel: 0, topics: [] }));
  assert.ok(rig.scheduler.nowMs - beganMs >= throttled.throttleMs - 20);
  assert.equal((await rig.settled(read())).topics.length, 1);
});

test('over its quota a produce request is carried out', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  const connection = await rig.connect(1);
  rig.cluster.throttleMs = (kind) => (kind === 'produce' ? 300 : 0);
  const records = madeBatch({ values: [Buffer.from('value')] });
  const topics = [{ topic, topicId: rig.topicId, partitions: [{ partition: 0, records }] }];
  const answer = await rig.settled(connection.produce({ acks: -1, timeoutMs: 1_000, topics }));
  assert.deepEqual([answer.throttleMs, answer.partitions[0]?.errorCode], [300, 0]);
  assert.equal(rig.leader().log.end, 1n);
});
