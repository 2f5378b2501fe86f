// What a broker of the model still knows after it was stopped or killed; as compared with real ones in
// comparison/.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import { DirectTransactions } from './direct-transactions.ts';
import { madeBatch } from './made-batch.ts';
import { ModelRig, topic } from './model-rig.ts';
import type { Replica } from './replica.ts';

const dayMs = 86_400_000;

function write(leader: Replica, producerId: bigint, baseSequence: number, ageMs = 0, records = 1): number {
  const timestampMs = BigInt(Math.floor(leader.site.wallMs()) - ageMs);
  const values = Array.from({ length: records }, () => Buffer.from('value'));
  const id = { producerId, producerEpoch: 0, baseSequence };
  return leader.append(madeBatch({ values, timestampMs, ...id })).errorCode;
}

const idsOf = ({ producers }: Replica): bigint[] => producers.describe().map(({ producerId }) => producerId);

const ways = { stop: 'an orderly stop', kill: 'kill -9' } as const;

async function restarted(rig: ModelRig, way: keyof typeof ways): Promise<Replica> {
  rig.cluster[way](1);
  rig.cluster.restart(1);
  await rig.pass(20_000);
  return rig.leader();
}

for (const [way, name] of [
  ['stop', ways.stop],
  ['kill', ways.kill],
] as const) {
  test(`after ${name} an id is forgotten whose last record is older than its expiry`, async () => {
    const rig = await ModelRig.started({ brokers: 1, settings: { expiresAtStart: true } });
    write(rig.leader(), 7n, 0, dayMs + 1);
    write(rig.leader(), 8n, 0);
    assert.deepEqual(idsOf(rig.leader()), [7n, 8n]);
    const leader = await restarted(rig, way);
    assert.deepEqual(idsOf(leader), [8n]);
    assert.equal(write(leader, 7n, 100), 0);
  });

  test(`after ${name} nothing is known of any id where all records are deleted`, async () => {
    const rig = await ModelRig.started({ brokers: 1 });
    write(rig.leader(), 7n, 0);
    rig.leader().trim(1n);
    assert.deepEqual(idsOf(rig.leader()), [7n]);
    const leader = await restarted(rig, way);
    assert.deepEqual(idsOf(leader), []);
    assert.equal(write(leader, 7n, 100), 0);
  });
}

test('a truncation that takes nothing away leaves what is known of ids', async () => {
  const rig = await ModelRig.started();
  for (const sequence of [0, 1, 2]) write(rig.leader(), 7n, sequence);
  await rig.pass(100);
  rig.leader().trim(2n);
  await rig.pass(100);
  const follower = rig.cluster.replicasOf(topic, 0)[1] as Replica;
  follower.take({ kind: 'diverging', end: { epoch: 0, endOffset: follower.log.end } });
  assert.equal(follower.producers.judge({ ...id7, firstSequence: 1, lastSequence: 1 }).kind, 'repeat');
});

const id7 = { producerId: 7n, producerEpoch: 0, transactional: false };

test('a follower that starts over inside of a batch takes the batch whole', async () => {
  const rig = await ModelRig.started();
  rig.cluster.kill(3);
  await rig.pass(15_000);
  write(rig.leader(), 7n, 0, 0, 3);
  await rig.pass(100);
  rig.leader().trim(2n);
  rig.cluster.restart(3);
  await rig.pass(20_000);
  const last = rig.cluster.replicasOf(topic, 0)[2] as Replica;
  assert.deepEqual([last.log.start, last.log.end], [2n, 3n]);
});

test('a log start that was not written down is lost with kill -9, and not with an orderly stop', async () => {
  const rig = await ModelRig.started({ brokers: 1, settings: { keepsCheckpoints: false } });
  for (const sequence of [0, 1, 2]) write(rig.leader(), 7n, sequence);
  rig.leader().trim(1n);
  assert.equal((await restarted(rig, 'stop')).log.start, 1n);
  rig.leader().trim(2n);
  assert.equal((await restarted(rig, 'kill')).log.start, 1n);
  rig.leader().trim(3n);
  rig.leader().roll();
  assert.equal((await restarted(rig, 'kill')).log.start, 3n);
});

test('after kill -9 a follower without any record goes back to its high watermark', async () => {
  const rig = await ModelRig.started({ settings: { keepsCheckpoints: false } });
  for (const sequence of [0, 1, 2]) write(rig.leader(), 7n, sequence);
  await rig.pass(100);
  rig.leader().trim(3n);
  await rig.pass(100);
  rig.cluster.kill(3);
  rig.cluster.restart(3);
  await rig.pass(20_000);
  const last = rig.cluster.replicasOf(topic, 0)[2] as Replica;
  assert.deepEqual([last.log.start, last.log.end], [3n, 3n]);
  // It read three batches of the id anew, and had no epoch by which to keep them.
  assert.deepEqual(idsOf(last), []);
});

test('a coordinator that has read its log does not know the epoch before the present one', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  rig.cluster.openTransactionLog();
  await rig.pass(100);
  const init = async (named: { producerId: bigint; producerEpoch: number }) => {
    const connection = await rig.connect(1);
    const request = { transactionalId: 'a', transactionTimeoutMs: 60_000, ...named };
    return rig.settled(connection.initProducerId(request));
  };
  const first = await init({ producerId: -1n, producerEpoch: -1 });
  assert.equal((await init(first)).producerEpoch, 1);
  assert.equal((await init(first)).producerEpoch, 1, 'a repeat');
  await restarted(rig, 'stop');
  assert.equal(kafkaErrorName((await init(first)).errorCode), 'PRODUCER_FENCED');
});

test('what is read at once ends with its segment', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  const leader = rig.leader();
  write(leader, 7n, 0);
  leader.roll();
  write(leader, 7n, 1);
  const size = leader.log.batches[0]?.bytes.length;
  assert.equal(leader.log.read(0n, leader.log.end, 1_000, true).bytes.length, size);
  assert.equal(leader.log.read(1n, leader.log.end, 1_000, true).bytes.length, size);
});

test('after kill -9 an aborted transaction is listed from its first record, also a deleted one', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  const application = new DirectTransactions(7n);
  application.write(rig.leader(), ['a']);
  rig.leader().trim(1n);
  // Nothing is known of the id now: its transaction seems to begin with the next batch.
  await restarted(rig, 'stop');
  application.write(rig.leader(), ['b']);
  application.end(rig.leader(), false);
  const firsts = () => rig.leader().aborted.all.map(({ firstOffset }) => firstOffset);
  assert.deepEqual(firsts(), [1n]);
  await restarted(rig, 'kill');
  assert.deepEqual(firsts(), [0n]);
});
