// Transactions by their protocol, at a model cluster of three brokers: epochs, fences, markers that come
// later, more than once, or never (kafka-facts 16-22 and "Several brokers").
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerConnection } from '../../src/kafka/client/cluster.ts';
import { kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import type { InitProducerIdResponse } from '../../src/kafka/wire/messages.ts';
import { madeBatch } from './made-batch.ts';
import { ModelRig, topic, type RigShape } from './model-rig.ts';
import { isForgotten, newTransaction } from './transaction-state.ts';

const transactionalId = 'guard';
const topics = [{ topic, partitions: [0] }];
interface Holder {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** A cluster whose coordinator is asked over one connection. */
class Rig {
  readonly base: ModelRig;
  coordinator!: BrokerConnection;

  constructor(base: ModelRig) {
    this.base = base;
  }

  static async started(shape: RigShape = {}): Promise<Rig> {
    const rig = new Rig(await ModelRig.started(shape));
    const any = await rig.base.connect(1);
    const first = await rig.base.settled(any.findCoordinator(transactionalId));
    assert.equal(kafkaErrorName(first.errorCode), 'COORDINATOR_NOT_AVAILABLE');
    await rig.base.pass(100);
    await rig.reconnect();
    return rig;
  }

  async reconnect(at = 1): Promise<void> {
    const any = await this.base.connect(at);
    const { nodeId, errorCode } = await this.base.settled(any.findCoordinator(transactionalId));
    assert.equal(kafkaErrorName(errorCode), 'NONE');
    this.coordinator = await this.base.connect(nodeId);
  }

  init(named?: Holder, timeoutMs = 60_000): Promise<InitProducerIdResponse> {
    const { producerId, producerEpoch } = named ?? { producerId: -1n, producerEpoch: -1 };
    const request = { transactionalId, transactionTimeoutMs: timeoutMs, producerId, producerEpoch };
    return this.base.settled(this.coordinator.initProducerId(request));
  }
  async add(holder: Holder): Promise<string> {
    const { producerId, producerEpoch } = holder;
    const asked = { transactionalId, producerId, producerEpoch, topics };
    const [added] = await this.base.settled(this.coordinator.addPartitionsToTxn(asked));
    return kafkaErrorName(added?.errorCode ?? -1);
  }
  async end({ producerId, producerEpoch }: Holder, committed = false): Promise<string> {
    const asked = { transactionalId, producerId, producerEpoch, committed };
    return kafkaErrorName((await this.base.settled(this.coordinator.endTxn(asked))).errorCode);
  }
  async state(): Promise<string> {
    const [described] = await this.base.settled(this.coordinator.describeTransactions([transactionalId]));
    const { errorCode = -1, state } = described ?? {};
    return errorCode === 0 ? `${state}` : kafkaErrorName(errorCode);
  }
  /** Control records in the leader's log, as epochs. */
  markers(): number[] {
    return this.base.leader().log.batches.flatMap((each) => (each.control ? [each.producerEpoch] : []));
  }
}

test('each empty transaction leaves one control record, after EndTxn has answered', async () => {
  const rig = await Rig.started();
  const holder = await rig.init();
  for (let filler = 1; filler <= 3; filler += 1) {
    assert.equal(await rig.add(holder), 'NONE');
    assert.equal(await rig.state(), 'Ongoing');
    assert.equal(await rig.end(holder), 'NONE');
    await rig.base.pass(100);
    assert.equal(await rig.state(), 'CompleteAbort');
    assert.deepEqual(
      rig.markers(),
      Array.from({ length: filler }, () => holder.producerEpoch),
    );
  }
  assert.equal(rig.base.leader().highWatermark, 3n);
});

test('until its marker is written a transaction lets nothing else begin', async () => {
  const rig = await Rig.started();
  const holder = await rig.init();
  await rig.add(holder);
  rig.base.cluster.refuseAppend = () => 19;
  assert.equal(await rig.end(holder), 'NONE');
  assert.equal(await rig.state(), 'PrepareAbort');
  assert.equal(await rig.add(holder), 'CONCURRENT_TRANSACTIONS');
  assert.equal(await rig.end(holder), 'CONCURRENT_TRANSACTIONS');
  assert.equal(await rig.end(holder, true), 'INVALID_TXN_STATE');
  assert.equal(kafkaErrorName((await rig.init()).errorCode), 'CONCURRENT_TRANSACTIONS');
  rig.base.cluster.refuseAppend = () => 0;
  await rig.base.pass(200);
  assert.equal(await rig.add(holder), 'NONE');
  assert.deepEqual(rig.markers(), [0]);
});

test('a new holder ends what the old one left open, at a higher epoch, and shuts it out', async () => {
  const rig = await Rig.started();
  const old = await rig.init();
  await rig.add(old);
  assert.equal(kafkaErrorName((await rig.init()).errorCode), 'CONCURRENT_TRANSACTIONS');
  await rig.base.pass(100);
  assert.deepEqual(rig.markers(), [1]);
  const holder = await rig.init();
  assert.deepEqual([holder.producerId, holder.producerEpoch], [old.producerId, 2]);
  assert.equal(await rig.add(old), 'PRODUCER_FENCED');
  assert.equal(await rig.end(old, true), 'PRODUCER_FENCED');
  assert.equal(await rig.add(holder), 'NONE');
});

test('a holder that names itself gets the next epoch once; an older one is fenced', async () => {
  const rig = await Rig.started();
  const first = await rig.init();
  const second = await rig.init(first);
  assert.equal(second.producerEpoch, 1);
  // The repeat of a request whose answer was lost.
  assert.equal((await rig.init(first)).producerEpoch, 1);
  const third = await rig.init();
  assert.equal(third.producerEpoch, 2);
  assert.equal(kafkaErrorName((await rig.init(second)).errorCode), 'PRODUCER_FENCED');
  assert.equal((await rig.init(third)).producerEpoch, 3);
});

test('an open transaction is aborted when it has taken too long', async () => {
  const rig = await Rig.started();
  const holder = await rig.init(undefined, 10_000);
  await rig.add(holder);
  await rig.base.pass(9_000);
  assert.deepEqual(rig.markers(), []);
  await rig.base.pass(12_000);
  assert.deepEqual(rig.markers(), [1]);
  assert.equal(await rig.add(holder), 'PRODUCER_FENCED');
});

test('a marker whose leader dies before it has answered is written again by the next one', async () => {
  const rig = await Rig.started();
  const { cluster } = rig.base;
  const first = rig.coordinator.brokerId;
  cluster.controller.moveLeader(topic, 0, first === 2 ? 3 : 2);
  await rig.base.pass(100);
  const holder = await rig.init();
  await rig.add(holder);
  const leader = rig.base.leader();
  const followers = cluster.replicasOf(topic, 0).filter((each) => each !== leader);
  const ending = rig.coordinator.endTxn({ transactionalId, ...holder, committed: false });
  while (followers.some(({ log }) => log.end === 0n)) await rig.base.pass(1);
  cluster.kill(leader.site.brokerId);
  assert.equal(kafkaErrorName((await ending).errorCode), 'NONE');
  await rig.base.pass(60_000);
  assert.equal(await rig.state(), 'CompleteAbort');
  assert.deepEqual(rig.markers(), [0, 0]);
  const times = rig.base.leader().log.batches.map(({ maxTimestampMs }) => Number(maxTimestampMs));
  assert.ok((times[1] ?? 0) - (times[0] ?? 0) >= 9_000, `written at ${times.join()}`);
});

test('a coordinator that dies is followed by one that writes the markers again', async () => {
  const rig = await Rig.started();
  const { cluster } = rig.base;
  const holder = await rig.init();
  const first = rig.coordinator.brokerId;
  cluster.controller.moveLeader(topic, 0, first === 2 ? 3 : 2);
  await rig.base.pass(100);
  await rig.add(holder);
  const ending = rig.coordinator.endTxn({ transactionalId, ...holder, committed: false });
  // Its marker is in the log; what it would have written about that is not.
  while (rig.markers().length === 0) await rig.base.pass(1);
  assert.equal(kafkaErrorName((await ending).errorCode), 'NONE');
  cluster.kill(first);
  await rig.base.pass(20_000);
  await rig.reconnect(first === 2 ? 3 : 2);
  assert.equal(await rig.state(), 'CompleteAbort');
  assert.deepEqual(rig.markers(), [0, 0]);
  const markers = rig.base.leader().log.batches.map(({ marker }) => marker?.coordinatorEpoch);
  assert.ok((markers[1] ?? 0) > (markers[0] ?? 0), `coordinator epochs ${markers.join()}`);
});

test('a partition without a leader never gets its marker, and the transaction is complete', async () => {
  const rig = await Rig.started({ replicas: 1, minInSync: 1 });
  const { cluster } = rig.base;
  const holder = await rig.init();
  await rig.add(holder);
  const leaderId = rig.base.leader().site.brokerId;
  cluster.kill(leaderId);
  await rig.base.pass(30_000);
  await rig.reconnect(leaderId === 2 ? 3 : 2);
  assert.equal(await rig.end(holder), 'NONE');
  await rig.base.pass(100);
  assert.equal(await rig.state(), 'CompleteAbort');
  cluster.restart(leaderId);
  await rig.base.pass(60_000);
  assert.deepEqual(rig.markers(), []);
});

test('a marker with a higher epoch from elsewhere leaves the transaction stuck', async () => {
  const rig = await Rig.started();
  const holder = await rig.init();
  await rig.add(holder);
  const leader = await rig.base.connect(rig.base.leader().site.brokerId);
  const { producerId, producerEpoch } = holder;
  const marker = { producerId, producerEpoch, committed: false, coordinatorEpoch: 50, topics };
  await rig.base.settled(leader.writeTxnMarkers({ markers: [marker] }));
  assert.equal(await rig.end(holder), 'NONE');
  await rig.base.pass(60_000);
  assert.equal(await rig.state(), 'PrepareAbort');
  assert.equal(kafkaErrorName((await rig.init()).errorCode), 'CONCURRENT_TRANSACTIONS');
});

test('a forgotten id is another producer id the next time', async () => {
  const rig = await Rig.started();
  const holder = await rig.init();
  rig.base.cluster.forgetTransactionalId(transactionalId);
  assert.equal(await rig.state(), 'TRANSACTIONAL_ID_NOT_FOUND');
  assert.equal(await rig.add(holder), 'INVALID_PRODUCER_ID_MAPPING');
  const next = await rig.init();
  assert.notEqual(next.producerId, holder.producerId);
  assert.equal(next.producerEpoch, 0);
});

test('an id is forgotten after a week without a change, and never while its transaction is open', () => {
  const weekMs = 7 * 24 * 60 * 60 * 1_000;
  const idle = newTransaction(1n, 60_000, 0);
  assert.equal(isForgotten(idle, weekMs - 1), false);
  assert.equal(isForgotten(idle, weekMs), true);
  assert.equal(isForgotten({ ...idle, state: 'Ongoing' }, weekMs), false);
  assert.equal(isForgotten({ ...idle, state: 'PrepareAbort' }, weekMs), false);
});

test('an application’s transactional data needs its partition in the transaction', async () => {
  const rig = await Rig.started();
  const holder = await rig.init();
  const { producerId, producerEpoch } = holder;
  const values = [Buffer.from('a')];
  const records = madeBatch({ values, producerId, producerEpoch, baseSequence: 0, attributes: 0x10 });
  const { topicId } = rig.base;
  const application = await rig.base.connectApplication(rig.base.leader().site.brokerId);
  const body = {
    acks: -1,
    timeoutMs: 1_000,
    topics: [{ topic, topicId, partitions: [{ partition: 0, records }] }],
  };
  const produce = async (id: string | undefined) => {
    const request = { ...body, acks: -1 as const };
    const asked =
      id === undefined ? application.produce(request) : application.produceInTransaction(id, request);
    return kafkaErrorName((await rig.base.settled(asked)).partitions[0]?.errorCode ?? -1);
  };
  assert.equal(await produce(undefined), 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED');
  assert.equal(await produce(transactionalId), 'TRANSACTION_ABORTABLE');
  await rig.add(holder);
  assert.equal(await produce(transactionalId), 'NONE');
  assert.equal(rig.base.leader().lastStableOffset, 0n);
  await rig.end(holder, true);
  await rig.base.pass(100);
  assert.equal(rig.base.leader().lastStableOffset, 2n);
});
