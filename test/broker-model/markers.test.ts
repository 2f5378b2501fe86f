// WriteTxnMarkers at leaders of the model, as kafka-facts saw it on real ones: repeats, epochs, replicas.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerConnection } from '../../src/kafka/client/cluster.ts';
import { kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import type { TxnMarker } from '../../src/kafka/wire/messages.ts';
import { madeBatch } from './made-batch.ts';
import { ModelRig, topic } from './model-rig.ts';

const marker: TxnMarker = {
  producerId: 7n,
  producerEpoch: 3,
  committed: false,
  coordinatorEpoch: 0,
  topics: [{ topic, partitions: [0] }],
};

async function write(
  rig: ModelRig,
  connection: BrokerConnection,
  ...markers: readonly Partial<TxnMarker>[]
): Promise<string[]> {
  const all = markers.map((each) => ({ ...marker, ...each }));
  const answers = await rig.settled(connection.writeTxnMarkers({ markers: all }));
  return answers.map(({ producerId, errorCode }) => `${producerId} ${kafkaErrorName(errorCode)}`);
}

async function produce(rig: ModelRig, connection: BrokerConnection, epoch: number, baseSequence: number) {
  const values = [Buffer.from('value')];
  const records = madeBatch({ values, producerId: 7n, producerEpoch: epoch, baseSequence });
  const { topicId } = rig;
  const topics = [{ topic, topicId, partitions: [{ partition: 0, records }] }];
  const { partitions } = await rig.settled(connection.produce({ acks: -1, timeoutMs: 1_000, topics }));
  return kafkaErrorName(partitions[0]?.errorCode ?? -1);
}

async function stateOf(rig: ModelRig, connection: BrokerConnection) {
  const [described] = await rig.settled(connection.describeProducers({ topics: marker.topics }));
  const state = described?.producers.find(({ producerId }) => producerId === 7n);
  return [state?.producerEpoch, state?.lastSequence, state?.coordinatorEpoch];
}

test('a marker is appended as often as it is sent, many in one request, one answer for each id', async () => {
  const rig = await ModelRig.started();
  const leader = await rig.connect(1);
  const answers = await write(rig, leader, {}, {}, {}, { producerId: 8n }, {});
  assert.deepEqual(answers.sort(), ['7 NONE', '8 NONE']);
  assert.equal(await rig.offset(leader), 5n);
  const batches = rig.leader().log.batches;
  assert.ok(batches.every(({ control, recordCount, marker: says }) => control && recordCount === 1 && says));
  assert.deepEqual(
    batches.map(({ producerId, producerEpoch }) => `${producerId}/${producerEpoch}`),
    ['7/3', '7/3', '7/3', '8/3', '7/3'],
  );
});

test('lower epochs are refused, of the id and of the coordinator', async () => {
  const rig = await ModelRig.started();
  const leader = await rig.connect(1);
  assert.deepEqual(await write(rig, leader, { coordinatorEpoch: 4 }), ['7 NONE']);
  assert.deepEqual(await write(rig, leader, { coordinatorEpoch: 4, producerEpoch: 2 }), [
    '7 INVALID_PRODUCER_EPOCH',
  ]);
  const fenced = ['7 TRANSACTION_COORDINATOR_FENCED'];
  assert.deepEqual(await write(rig, leader, { coordinatorEpoch: 3, producerEpoch: 9 }), fenced);
  assert.equal(await rig.offset(leader), 1n);
  assert.equal(await produce(rig, leader, 2, 0), 'INVALID_PRODUCER_EPOCH');
});

test('an equal epoch keeps the sequence, a raised one begins it anew', async () => {
  const rig = await ModelRig.started();
  const leader = await rig.connect(1);
  assert.equal(await produce(rig, leader, 3, 10), 'NONE');
  await write(rig, leader, {});
  assert.deepEqual(await stateOf(rig, leader), [3, 10, 0]);
  assert.equal(await produce(rig, leader, 3, 11), 'NONE');
  await write(rig, leader, { producerEpoch: 4 });
  assert.deepEqual(await stateOf(rig, leader), [4, -1, 0]);
  assert.equal(await produce(rig, leader, 3, 12), 'INVALID_PRODUCER_EPOCH');
  assert.equal(await produce(rig, leader, 4, 12), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  assert.equal(await produce(rig, leader, 4, 0), 'NONE');
});

test('what is known of ids survives kill -9 and a change of the leader', async () => {
  const rig = await ModelRig.started();
  const leader = await rig.connect(1);
  await produce(rig, leader, 3, 10);
  await write(rig, leader, { producerEpoch: 4, coordinatorEpoch: 6 });
  await rig.pass(100);
  rig.cluster.kill(1);
  await rig.pass(20_000);
  assert.deepEqual(await stateOf(rig, await rig.connect(2)), [4, -1, 6]);
  rig.cluster.restart(1);
  await rig.pass(20_000);
  rig.cluster.controller.moveLeader(topic, 0, 1);
  await rig.pass(100);
  assert.deepEqual(await stateOf(rig, await rig.connect(1)), [4, -1, 6]);
});

test('a marker waits for the replicas, and may be there although it timed out', async () => {
  const rig = await ModelRig.started();
  const leader = await rig.connect(1);
  rig.cluster.freeze(2);
  rig.cluster.freeze(3);
  assert.deepEqual(await write(rig, leader, {}), ['7 REQUEST_TIMED_OUT']);
  assert.equal(rig.leader().log.end, 1n);
  assert.equal(rig.leader().highWatermark, 0n);
});

test('too few replicas, another leader, unknown partition, no right: nothing is appended', async () => {
  const rig = await ModelRig.started();
  const follower = await rig.connect(2);
  assert.deepEqual(await write(rig, follower, {}), ['7 NOT_LEADER_OR_FOLLOWER']);
  const leader = await rig.connect(1);
  const unknown = { topics: [{ topic: 'unknown', partitions: [0] }] };
  assert.deepEqual(await write(rig, leader, unknown), ['7 UNKNOWN_TOPIC_OR_PARTITION']);
  rig.cluster.permitsMarkers = false;
  assert.deepEqual(await write(rig, leader, {}), ['7 CLUSTER_AUTHORIZATION_FAILED']);
  rig.cluster.permitsMarkers = true;
  rig.cluster.kill(2);
  rig.cluster.kill(3);
  await rig.pass(30_000);
  assert.deepEqual(await write(rig, leader, {}), ['7 NOT_ENOUGH_REPLICAS']);
  assert.equal(rig.leader().log.end, 0n);
});

test('a last marker that the broker has no partition for leaves the request without an answer', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  const leader = await rig.connect(1);
  const unknown = { topics: [{ topic: 'unknown', partitions: [0] }] };
  assert.deepEqual((await write(rig, leader, unknown, {})).sort(), [
    '7 NONE',
    '7 UNKNOWN_TOPIC_OR_PARTITION',
  ]);
  await assert.rejects(write(rig, leader, {}, unknown), /no answer to writeTxnMarkers/);
  assert.equal(rig.leader().log.end, 2n);
});
