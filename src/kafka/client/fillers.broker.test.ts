// What a real broker does with control records that nobody's transaction asked for: the ground that fillers
// stand on. Several of these answers are in no document.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Consumer } from '@platformatic/kafka';
import { startLab } from '../../../lab/lab.ts';
import { isolationLevels } from '../../../test/clients/reader.ts';
import { alterTopic } from '../../../test/fixtures/odd-topics.ts';
import { openCluster } from '../../../test/fixtures/link-plan.ts';
import { type Holder, ProbedLog } from '../../../test/fixtures/probed-log.ts';
import { seenOffsets } from '../../../test/fixtures/seen-offsets.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { kafkaErrorName } from '../wire/error-codes.ts';
import { TransactionCoordinators } from './transaction-coordinators.ts';

const region = 'eu-west';
const lab = await startLab({ regions: [{ name: region }], wan: 'none' });
after(() => lab.close());
const bootstrapServers = lab.bootstrapServers(region);
const cluster = openCluster({ region, bootstrapServers }, 'fillers', silentLog);
after(() => cluster.close());
const coordinators = new TransactionCoordinators({
  cluster,
  clock: systemClock,
  limits: { giveUpMs: 60_000 },
});
after(() => coordinators.close());

let topics = 0;
let nextId = 1_000_000n;

interface Partitions {
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** Each partition of a new topic. */
async function newLogs({ partitions = 1, config = {} }: Partitions = {}): Promise<ProbedLog[]> {
  topics += 1;
  const topic = `fillers-${topics}`;
  // Records here carry old times.
  await lab.createTopic(region, topic, { partitions, config: { 'retention.ms': '-1', ...config } });
  const all = Array.from({ length: partitions }, (_, each) => ProbedLog.open(cluster, topic, each));
  const logs = await Promise.all(all);
  after(() => {
    for (const { leader } of logs) leader.destroy('over');
  });
  return logs;
}
const newLog = async (shape?: Partitions): Promise<ProbedLog> => (await newLogs(shape))[0] as ProbedLog;

/** An id that no coordinator has given away: a producer id is only a number. */
function newHolder(producerEpoch = 0): Holder {
  nextId += 1n;
  return { producerId: nextId, producerEpoch };
}
const at = ({ producerId }: Holder, producerEpoch: number): Holder => ({ producerId, producerEpoch });

async function obtain(transactionalId: string): Promise<Holder & { readonly transactionalId: string }> {
  const { errorCode, producerId, producerEpoch } = await coordinators.initProducerId({ transactionalId });
  assert.equal(kafkaErrorName(errorCode), 'NONE');
  return { transactionalId, producerId, producerEpoch };
}

const inTransaction = (logs: readonly ProbedLog[]) => [
  { topic: (logs[0] as ProbedLog).topic, partitions: logs.map(({ partition }) => partition) },
];

test('21: until somebody asks who coordinates there is no coordinator', async () => {
  const [broker] = (await cluster.metadata([])).brokers;
  const connection = await cluster.connect(broker?.nodeId ?? -1);
  const nobody = { producerId: -1n, producerEpoch: -1, transactionTimeoutMs: 10_000 };
  const early = await connection.initProducerId({ transactionalId: 'early', ...nobody });
  connection.destroy('asked');
  assert.match(kafkaErrorName(early.errorCode), /^(NOT_COORDINATOR|COORDINATOR_NOT_AVAILABLE)$/);
  const { producerEpoch } = await obtain('early');
  assert.equal(producerEpoch, 0);
});

test('21: one partition that may not be written keeps the others out of the transaction', async () => {
  const log = await newLog();
  const holder = await obtain('one-unknown');
  const asked = [...inTransaction([log]), { topic: 'nowhere', partitions: [0] }];
  const { errorCode, partitions } = await coordinators.addPartitionsToTxn({ ...holder, topics: asked });
  assert.equal(kafkaErrorName(errorCode), 'UNKNOWN_TOPIC_OR_PARTITION');
  const answered = partitions.map((each) => [each.topic, kafkaErrorName(each.errorCode)]);
  assert.deepEqual(
    new Map(answered as [string, string][]),
    new Map([
      [log.topic, 'OPERATION_NOT_ATTEMPTED'],
      ['nowhere', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ]),
  );
  const { transaction } = await coordinators.describeTransaction(holder.transactionalId);
  assert.deepEqual([transaction?.state, transaction?.topics], ['Empty', []]);
});

test('16: a transaction without data leaves one control record, and the epoch as it is', async () => {
  const log = await newLog();
  const holder = await obtain('coordinators-way');
  for (let fillers = 1n; fillers <= 20n; fillers += 1n) {
    const added = await coordinators.addPartitionsToTxn({ ...holder, topics: inTransaction([log]) });
    assert.equal(kafkaErrorName(added.errorCode), 'NONE');
    const ended = await coordinators.endTxn({ ...holder, committed: fillers % 2n === 0n });
    assert.equal(kafkaErrorName(ended.errorCode), 'NONE');
    await waitUntil('the log end has moved', async () => (await log.end()) >= fillers);
  }
  const ended = await waitUntil('the last transaction to be over', async () => {
    const { transaction } = await coordinators.describeTransaction(holder.transactionalId);
    return transaction?.state === 'CompleteCommit' && transaction;
  });
  assert.equal(ended.producerEpoch, holder.producerEpoch);
  const one = { ...at(holder, holder.producerEpoch), records: 1, isControl: true };
  const expected = Array.from({ length: 20 }, (_, offset) => ({ baseOffset: BigInt(offset), ...one }));
  assert.deepEqual(await log.batches(), expected);
});

test('16: an end that is told twice writes nothing more', async () => {
  const log = await newLog();
  const holder = await obtain('told-twice');
  for (let fillers = 1n; fillers <= 3n; fillers += 1n) {
    await coordinators.addPartitionsToTxn({ ...holder, topics: inTransaction([log]) });
    for (let times = 0; times < 3; times += 1) {
      const { errorCode } = await coordinators.endTxn({ ...holder, committed: true });
      assert.equal(kafkaErrorName(errorCode), 'NONE');
    }
    await waitUntil('the log end has moved', async () => (await log.end()) >= fillers);
  }
  // What came late would stand in front of the later ones.
  assert.equal(await log.end(), 3n);
});

test('17: each of many markers of one id in a request is written; the answer names the id once', async () => {
  const log = await newLog();
  const holder = newHolder();
  for (const count of [1, 1_000, 5_000]) {
    const before = await log.end();
    assert.equal(await log.fill(holder, count), 'NONE');
    assert.equal((await log.end()) - before, BigInt(count));
  }
  const batches = await log.batches();
  assert.equal(batches.length, 6_001);
  assert.ok(batches.every((each, index) => each.isControl && each.baseOffset === BigInt(index)));
});

test('17: markers for several partitions and ids share a request', async () => {
  const [first, second] = (await newLogs({ partitions: 2 })) as [ProbedLog, ProbedLog];
  const [a, b] = [newHolder(), newHolder()];
  const both = { ...first.marker(a), topics: inTransaction([first, second]) };
  const answers = await first.answersTo([both, both, first.marker(b), second.marker(a)]);
  const told = answers.map((each) => `${each.producerId === a.producerId ? 'a' : 'b'} ${each.partition}`);
  assert.deepEqual(told.toSorted(), ['a 0', 'a 1', 'b 0']);
  assert.ok(answers.every(({ errorCode }) => errorCode === 0));
  assert.deepEqual([await first.end(), await second.end()], [3n, 3n]);
});

test('17: the answer can say NONE though one of the id’s markers was refused', async () => {
  const log = await newLog();
  const holder = newHolder(5);
  const [good, refused] = [log.marker(holder), log.marker(at(holder, 4))];
  assert.equal(await log.mark(good), 'NONE');
  assert.equal(await log.mark(refused, good), 'NONE');
  assert.equal(await log.end(), 2n);
  assert.equal(await log.mark(good, refused), 'INVALID_PRODUCER_EPOCH');
  assert.equal(await log.end(), 3n);
});

test('18: a marker raises the epoch, also of an id that never wrote here; below it is refused', async () => {
  const log = await newLog();
  const holder = newHolder(7);
  assert.equal(await log.mark(log.marker(holder)), 'NONE');
  const state = await log.stateOf(holder.producerId);
  assert.deepEqual([state?.producerEpoch, state?.lastSequence, state?.coordinatorEpoch], [7, -1, 0]);
  assert.equal(await log.mark(log.marker(at(holder, 6))), 'INVALID_PRODUCER_EPOCH');
  assert.equal(await log.produce(at(holder, 6), 0), 'INVALID_PRODUCER_EPOCH');
  assert.equal(await log.end(), 1n);
  assert.equal(await log.mark(log.marker(holder)), 'NONE');
  assert.equal(await log.mark(log.marker(at(holder, 8))), 'NONE');
  assert.equal(await log.mark(log.marker(holder)), 'INVALID_PRODUCER_EPOCH');
  assert.equal(await log.end(), 3n);
});

test('18, 28: a lower coordinator epoch is refused, also at a higher producer epoch', async () => {
  const log = await newLog();
  const holder = newHolder(1);
  assert.equal(await log.mark(log.marker(holder, 3)), 'NONE');
  assert.equal((await log.stateOf(holder.producerId))?.coordinatorEpoch, 3);
  assert.equal(await log.mark(log.marker(holder, 2)), 'TRANSACTION_COORDINATOR_FENCED');
  assert.equal(await log.mark(log.marker(at(holder, 9), 0)), 'TRANSACTION_COORDINATOR_FENCED');
  assert.equal(await log.mark(log.marker(holder, 3)), 'NONE');
  // It is about the id alone.
  assert.equal(await log.mark(log.marker(newHolder(), 0)), 'NONE');
  assert.equal(await log.end(), 3n);
});

test('27: at an equal epoch a marker keeps the id’s sequence, at a raised one it ends it', async () => {
  const log = await newLog();
  const holder = newHolder(2);
  assert.equal(await log.produce(holder, 0, 3), 'at 0');
  assert.equal(await log.mark(log.marker(holder)), 'NONE');
  const kept = await log.stateOf(holder.producerId);
  assert.deepEqual([kept?.producerEpoch, kept?.lastSequence], [2, 2]);
  assert.equal(await log.produce(holder, 4), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  assert.equal(await log.produce(holder, 3), 'at 4');
  const raised = at(holder, 3);
  assert.equal(await log.mark(log.marker(raised)), 'NONE');
  const ended = await log.stateOf(holder.producerId);
  assert.deepEqual([ended?.producerEpoch, ended?.lastSequence], [3, -1]);
  assert.equal(await log.produce(holder, 4), 'INVALID_PRODUCER_EPOCH');
  assert.equal(await log.mark(log.marker(holder)), 'INVALID_PRODUCER_EPOCH');
  assert.equal(await log.produce(raised, 4), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  assert.equal(await log.produce(raised, 0), 'at 6');
});

test('12: markers of other ids do not touch an id’s sequence', async () => {
  const log = await newLog();
  const [data, filler] = [newHolder(), newHolder(4)];
  assert.equal(await log.produce(data, 0, 3), 'at 0');
  assert.equal(await log.mark(log.marker(filler), log.marker(filler)), 'NONE');
  assert.equal(await log.produce(data, 5), 'OUT_OF_ORDER_SEQUENCE_NUMBER');
  assert.equal(await log.produce(data, 3), 'at 5');
});

test('28: who is not the holder any more is PRODUCER_FENCED; the same question may come again', async () => {
  const transactionalId = 'named';
  const first = await obtain(transactionalId);
  const second = await coordinators.initProducerId({
    transactionalId,
    holder: at(first, first.producerEpoch),
  });
  assert.deepEqual([second.errorCode, second.producerId], [0, first.producerId]);
  assert.equal(second.producerEpoch, first.producerEpoch + 1);
  const again = await coordinators.initProducerId({
    transactionalId,
    holder: at(first, first.producerEpoch),
  });
  assert.deepEqual(again, second);
  const third = await obtain(transactionalId);
  assert.equal(third.producerEpoch, second.producerEpoch + 1);
  for (const old of [first, second]) {
    const fenced = await coordinators.initProducerId({ transactionalId, holder: at(old, old.producerEpoch) });
    assert.equal(kafkaErrorName(fenced.errorCode), 'PRODUCER_FENCED');
  }
});

test('19: InitProducerId ends an open transaction with one control record at a higher epoch', async () => {
  const logs = await newLogs({ partitions: 2 });
  const old = await obtain('open');
  const added = await coordinators.addPartitionsToTxn({ ...old, topics: inTransaction(logs) });
  assert.equal(kafkaErrorName(added.errorCode), 'NONE');
  const heir = await obtain('open');
  assert.ok(heir.producerEpoch > old.producerEpoch, `${heir.producerEpoch}`);
  const late = await coordinators.addPartitionsToTxn({ ...old, topics: inTransaction(logs) });
  assert.match(kafkaErrorName(late.errorCode), /^(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH)$/);
  const ended = await coordinators.endTxn({ ...old, committed: true });
  assert.match(kafkaErrorName(ended.errorCode), /^(PRODUCER_FENCED|INVALID_PRODUCER_EPOCH)$/);
  for (const log of logs) {
    const written = await log.batches();
    assert.equal(written.length, 1);
    const [abort] = written;
    assert.ok(abort?.isControl === true && abort.producerEpoch > old.producerEpoch);
    assert.ok(abort.producerEpoch <= heir.producerEpoch);
    assert.equal(await log.mark(log.marker(at(old, old.producerEpoch))), 'INVALID_PRODUCER_EPOCH');
    assert.equal(await log.end(), 1n);
  }
});

test('the guard’s markers go on where its coordinator’s own have been', async () => {
  const log = await newLog();
  const old = await obtain('both-ways');
  await coordinators.addPartitionsToTxn({ ...old, topics: inTransaction([log]) });
  const heir = await obtain('both-ways');
  const { coordinatorEpoch } = (await log.stateOf(old.producerId)) ?? { coordinatorEpoch: -1 };
  assert.ok(coordinatorEpoch >= 0);
  assert.equal(await log.mark(log.marker(at(heir, heir.producerEpoch), coordinatorEpoch)), 'NONE');
  assert.equal(await log.end(), 2n);
});

test('a compacted partition takes markers and refuses to be trimmed; switched to delete, it is', async () => {
  const log = await newLog({ config: { 'cleanup.policy': 'compact' } });
  assert.equal(await log.mark(log.marker(newHolder())), 'NONE');
  assert.equal(await log.trim(1n), 'POLICY_VIOLATION');
  await alterTopic(bootstrapServers, log.topic, { 'cleanup.policy': 'delete' });
  await waitUntil('it may be trimmed', async () => (await log.trim(1n)) === 'from 1');
});

test('trimming moves the log start, past fillers too, and not beyond the end', async () => {
  const log = await newLog();
  const holder = newHolder();
  assert.equal(await log.produce(holder, 0, 10), 'at 0');
  await log.fill(holder, 10);
  assert.equal(await log.trim(4n), 'from 4');
  assert.equal(await log.start(), 4n);
  assert.equal(await log.trim(15n), 'from 15');
  assert.equal(await log.trim(21n), 'OFFSET_OUT_OF_RANGE');
  assert.equal(await log.trim(-1n), 'from 20');
  assert.deepEqual([await log.start(), await log.end()], [20n, 20n]);
  assert.equal(await log.produce(holder, 10), 'at 20');
});

/** Data at 0-2 and 53, fillers between and behind. */
async function filledLog(): Promise<ProbedLog> {
  // Records older than the usual retention, in a log segment of their own: the fillers are of today.
  const log = await newLog({ config: { 'retention.ms': '-1' } });
  const [data, filler] = [newHolder(), newHolder()];
  assert.equal(await log.produce(data, 0, 3), 'at 0');
  assert.equal(await log.fill(filler, 50), 'NONE');
  assert.equal(await log.produce(data, 3), 'at 53');
  assert.equal(await log.fill(filler, 50), 'NONE');
  return log;
}

test('20: the stock consumer of JavaScript sees the records and passes over the fillers', async () => {
  const { topic } = await filledLog();
  for (const isolationLevel of [0, 1] as const) {
    const groupId = `fillers-${isolationLevel}`;
    const consumer = new Consumer({ clientId: 'fillers', groupId, bootstrapBrokers: [bootstrapServers] });
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', isolationLevel });
    const offsets: bigint[] = [];
    for await (const { offset } of stream) {
      offsets.push(offset);
      if (offset >= 53n) break;
    }
    await consumer.close(true);
    assert.deepEqual(offsets, [0n, 1n, 2n, 53n]);
  }
});

test('20: Kafka’s own consumer, too; its position and the end count them', async () => {
  const { topic } = await filledLog();
  const seen = { offsets: [0, 1, 2, 53], end: 104 };
  assert.deepEqual(
    await seenOffsets(bootstrapServers, topic),
    isolationLevels.map((level) => ({ level, ...seen })),
  );
});

test('19: a marker above the real coordinator’s epoch leaves the id’s own transaction stuck', async () => {
  const log = await newLog();
  const holder = await obtain('stuck');
  assert.equal(await log.mark(log.marker(at(holder, holder.producerEpoch), 100)), 'NONE');
  await coordinators.addPartitionsToTxn({ ...holder, topics: inTransaction([log]) });
  const ended = await coordinators.endTxn({ ...holder, committed: true });
  assert.equal(kafkaErrorName(ended.errorCode), 'NONE');
  // Another id's whole transaction: the coordinator works meanwhile.
  const [other, neighbour] = [await newLog(), await obtain('not-stuck')];
  await coordinators.addPartitionsToTxn({ ...neighbour, topics: inTransaction([other]) });
  await coordinators.endTxn({ ...neighbour, committed: true });
  await waitUntil('the neighbour’s filler is there', async () => (await other.end()) === 1n);
  const { transaction } = await coordinators.describeTransaction('stuck');
  assert.equal(transaction?.state, 'PrepareCommit');
  assert.equal(await log.end(), 1n);
  const impatient = new TransactionCoordinators({ cluster, clock: systemClock, limits: { giveUpMs: 500 } });
  after(() => impatient.close());
  await assert.rejects(impatient.initProducerId({ transactionalId: 'stuck' }), {
    code: 'CW-3017',
    message: /CONCURRENT_TRANSACTIONS answered to InitProducerId/,
  });
});
