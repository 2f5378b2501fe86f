// The model with several brokers: what kafka-facts saw on real ones under faults. One broker alone is
// compared with a real one in comparison/.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerConnection } from '../../src/kafka/client/cluster.ts';
import type { ProducedPartition } from '../../src/kafka/wire/messages.ts';
import { kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import { madeBatch } from './made-batch.ts';
import { ModelRig, topic } from './model-rig.ts';

const producerId = 77n;

async function rig() {
  const all = await ModelRig.started();
  const { cluster, topicId } = all;
  const settled = <T>(promise: Promise<T>) => all.settled(promise);
  const produceLater = async (
    connection: BrokerConnection,
    sequence: number,
    over: { acks?: 1 | -1; timeoutMs?: number; values?: number } = {},
  ): Promise<string> => {
    const values = Array.from({ length: over.values ?? 1 }, () => Buffer.from(`value ${sequence}`));
    const records = madeBatch({ values, producerId, producerEpoch: 0, baseSequence: sequence });
    const { partitions } = await connection.produce({
      acks: over.acks ?? -1,
      timeoutMs: over.timeoutMs ?? 1_000,
      topics: [{ topic, topicId, partitions: [{ partition: 0, records }] }],
    });
    const { errorCode, baseOffset } = partitions[0] as ProducedPartition;
    return `${kafkaErrorName(errorCode)} ${baseOffset}`;
  };
  const produce = (...args: Parameters<typeof produceLater>) => settled(produceLater(...args));
  const offset = (connection: BrokerConnection, replicaId: number, leaderEpoch = -1) =>
    all.offset(connection, { replicaId, leaderEpoch });
  const lastSequence = async (connection: BrokerConnection) => {
    const asked = { topics: [{ topic, partitions: [0] }] };
    const answers = await settled(connection.describeProducers(asked));
    return answers[0]?.producers.find((each) => each.producerId === producerId)?.lastSequence;
  };
  const pass = (ms: number) => all.pass(ms);
  const connect = (id: number) => all.connect(id);
  return { cluster, pass, connect, produce, produceLater, settled, offset, lastSequence };
}

test('an append that no follower takes times out with its offset; its repeat waits for them', async () => {
  const { cluster, connect, produce, offset, lastSequence } = await rig();
  const leader = await connect(1);
  assert.equal(await produce(leader, 0), 'NONE 0');
  cluster.freeze(2);
  cluster.freeze(3);
  assert.equal(await produce(leader, 1), 'REQUEST_TIMED_OUT 1');
  // The sequence is told at the log end, the latest offset at the high watermark.
  assert.equal(await lastSequence(leader), 1);
  assert.equal(await offset(leader, -1), 1n);
  assert.equal(await offset(leader, 0), 2n);
  cluster.thaw(2);
  cluster.thaw(3);
  assert.equal(await produce(leader, 1), 'NONE 1');
  assert.equal(await offset(leader, -1), 2n);
});

test('below the minimum of replicas in sync nothing is appended, not even a repeat answered', async () => {
  const { cluster, pass, connect, produce, offset } = await rig();
  const leader = await connect(1);
  assert.equal(await produce(leader, 0), 'NONE 0');
  cluster.kill(2);
  cluster.kill(3);
  await pass(30_000);
  assert.equal(await produce(leader, 1), 'NOT_ENOUGH_REPLICAS -1');
  assert.equal(await produce(leader, 0), 'NOT_ENOUGH_REPLICAS -1');
  assert.equal(await offset(leader, 0), 1n);
});

test('replicas lost while an append waits: appended, and said so', async () => {
  const { cluster, pass, connect, produceLater, settled } = await rig();
  const leader = await connect(1);
  cluster.freeze(2);
  const waiting = produceLater(leader, 0, { timeoutMs: 60_000 });
  await pass(5_000);
  cluster.kill(3);
  await pass(15_000);
  cluster.thaw(2);
  assert.match(await settled(waiting), /^(NONE|NOT_ENOUGH_REPLICAS_AFTER_APPEND) 0$/);
});

test('a clean move keeps sequences, repeats and gaps as they are', async () => {
  const { cluster, pass, connect, produce, lastSequence } = await rig();
  const before = await connect(1);
  for (let sequence = 0; sequence < 7; sequence += 1) await produce(before, sequence);
  cluster.controller.moveLeader(topic, 0, 2);
  await pass(100);
  assert.equal(await produce(before, 7), 'NOT_LEADER_OR_FOLLOWER -1');
  const leader = await connect(2);
  assert.equal(await lastSequence(leader), 6);
  assert.equal(await produce(leader, 3), 'NONE 3');
  assert.equal(await produce(leader, 1), 'OUT_OF_ORDER_SEQUENCE_NUMBER -1');
  assert.equal(await produce(leader, 8), 'OUT_OF_ORDER_SEQUENCE_NUMBER -1');
  assert.equal(await produce(leader, 7), 'NONE 7');
});

test('after kill -9 and restart of every broker only the last batch is known as a repeat', async () => {
  const { cluster, pass, connect, produce, lastSequence } = await rig();
  const before = await connect(1);
  for (let sequence = 0; sequence < 4; sequence += 1) await produce(before, sequence);
  for (const id of cluster.brokerIds) cluster.kill(id);
  for (const id of cluster.brokerIds) cluster.restart(id);
  await pass(20_000);
  const leader = await connect(cluster.controller.must(topic, 0).leaderId);
  assert.equal(await lastSequence(leader), 3);
  assert.equal(await produce(leader, 2), 'OUT_OF_ORDER_SEQUENCE_NUMBER -1');
  assert.equal(await produce(leader, 3), 'NONE 3');
  assert.equal(await produce(leader, 4), 'NONE 4');
});

test('an election that loses appends takes sequence and log end back together', async () => {
  const { cluster, pass, connect, produce, offset, lastSequence } = await rig();
  const before = await connect(1);
  await produce(before, 0);
  cluster.freeze(2);
  cluster.freeze(3);
  assert.equal(await produce(before, 1), 'REQUEST_TIMED_OUT 1');
  cluster.kill(1);
  cluster.thaw(2);
  cluster.thaw(3);
  await pass(20_000);
  const leader = await connect(2);
  const told = await lastSequence(leader);
  assert.equal(await offset(leader, 0), BigInt((told ?? -1) + 1));
  assert.equal(await produce(leader, 1), 'NONE 1');
  cluster.restart(1);
  await pass(20_000);
  assert.deepEqual(
    cluster.replicasOf(topic, 0).map(({ log }) => log.end),
    [2n, 2n, 2n],
  );
});

test('a paused leader answers old state, refuses the new epoch, and commits nothing', async () => {
  const { cluster, pass, connect, produce, produceLater, settled, offset } = await rig();
  const old = await connect(1);
  await produce(old, 0);
  cluster.scheduler.block(cluster.controllerLink(1));
  cluster.freeze(1);
  await pass(15_000);
  const leader = await connect(2);
  assert.equal(await produce(leader, 1), 'NONE 1');
  cluster.thaw(1);
  assert.equal(await offset(old, 0), 1n);
  assert.equal(await offset(old, 0, 1), 'UNKNOWN_LEADER_EPOCH');
  assert.equal(await produce(old, 1, { acks: 1 }), 'NONE 1');
  const waiting = produceLater(old, 2);
  assert.notEqual((await settled(waiting)).split(' ')[0], 'NONE');
  cluster.scheduler.unblock(cluster.controllerLink(1));
  await pass(20_000);
  assert.equal(await offset(leader, -1), 2n);
});

test('after an election the latest offset is not told until it is known', async () => {
  const { cluster, pass, connect, produceLater, settled, offset } = await rig();
  const before = await connect(1);
  cluster.kill(3);
  await pass(15_000);
  // The last follower has the record, but not yet the news that it is committed.
  const waiting = assert.rejects(produceLater(before, 0), /connection reset/);
  const follower = cluster.replicasOf(topic, 0)[1];
  while (follower?.log.end !== 1n) await pass(1);
  assert.equal(follower.highWatermark, 0n);
  cluster.kill(1);
  await settled(waiting);
  await pass(15_000);
  const leader = await connect(2);
  assert.equal(await offset(leader, -1), 'OFFSET_NOT_AVAILABLE');
  assert.equal(await offset(leader, 0), 1n);
  cluster.restart(1);
  await pass(20_000);
  assert.equal(await offset(leader, -1), 1n);
});

test('a dead broker refuses connections, and what was under way is lost', async () => {
  const { cluster, connect, produceLater, settled } = await rig();
  const leader = await connect(1);
  cluster.freeze(2);
  const waiting = produceLater(leader, 0, { timeoutMs: 60_000 });
  cluster.kill(1);
  await assert.rejects(settled(waiting), /connection reset/);
  assert.ok(leader.closed);
  await assert.rejects(connect(1), /broker 1 of c/);
});

test('a broker that stands still lets requests run into their deadline', async () => {
  const { cluster, connect, produce } = await rig();
  const leader = await connect(1);
  cluster.freeze(1);
  await assert.rejects(produce(leader, 0), /no answer to produce/);
  assert.ok(leader.closed);
});
