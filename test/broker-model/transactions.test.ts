// Transactional data at one partition of the model: what read-committed readers see, and what they are told
// of aborted transactions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbortedTransactions } from '../../src/kafka/batch/aborted-transactions.ts';
import { forEachBatch } from '../../src/kafka/batch/walk.ts';
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import type { FetchedPartition } from '../../src/kafka/wire/messages.ts';
import { DirectTransactions } from './direct-transactions.ts';
import { madeBatch } from './made-batch.ts';
import { ModelRig, topic } from './model-rig.ts';

async function readFrom(
  rig: ModelRig,
  fetchOffset: bigint,
  { bytesMax = 1_000_000, committed = true } = {},
): Promise<FetchedPartition> {
  const connection = await rig.connect(rig.leader().site.brokerId);
  const asked = { partition: 0, currentLeaderEpoch: -1, fetchOffset, lastFetchedEpoch: -1 };
  const partitions = [{ ...asked, partitionMaxBytes: bytesMax }];
  const answer = await rig.settled(
    connection.fetch({
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000_000,
      isolationLevel: committed ? 1 : 0,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [{ topicId: rig.topicId, partitions }],
      forgotten: [],
    }),
  );
  const [fetched] = answer.topics[0]?.partitions ?? [];
  assert.ok(fetched !== undefined);
  return { ...fetched, records: Buffer.from(fetched.records) };
}

function visibleValues({ records, abortedTransactions }: FetchedPartition): string[] {
  const aborted = new AbortedTransactions(abortedTransactions);
  const values: string[] = [];
  forEachBatch(records, (start, length) => {
    const batch = records.subarray(start, start + length);
    if (aborted.isVisible(batch)) values.push(...decodeBatch(batch).map(({ value }) => String(value)));
    return true;
  });
  return values;
}

const plain = (value: string): Buffer => madeBatch({ values: [Buffer.from(value)] });
const listed = ({ abortedTransactions }: FetchedPartition): string[] =>
  abortedTransactions.map(({ producerId, firstOffset }) => `${producerId} from ${firstOffset}`);

test('an open transaction holds read-committed readers back, and nobody else', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  const leader = rig.leader();
  const open = new DirectTransactions(7n);
  leader.append(plain('a'));
  open.write(leader, ['b', 'c']);
  leader.append(plain('d'));
  const connection = await rig.connect(1);
  assert.equal(await rig.offset(connection), 4n);
  assert.equal(await rig.offset(connection, { committed: true }), 1n);
  assert.deepEqual(visibleValues(await readFrom(rig, 0n)), ['a']);
  assert.equal((await readFrom(rig, 0n, { committed: false })).lastStableOffset, 1n);
  assert.deepEqual(visibleValues(await readFrom(rig, 0n, { committed: false })), ['a', 'b', 'c', 'd']);
  open.end(leader, true);
  assert.equal(await rig.offset(connection, { committed: true }), 5n);
  assert.deepEqual(visibleValues(await readFrom(rig, 0n)), ['a', 'b', 'c', 'd']);
});

test('aborted transactions are listed where they overlap what is read, with their first offset', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  const leader = rig.leader();
  const [one, other] = [new DirectTransactions(7n), new DirectTransactions(8n)];
  one.write(leader, ['x', 'x']);
  leader.append(plain('a'));
  other.write(leader, ['y']);
  one.end(leader, false);
  leader.append(plain('b'));
  one.write(leader, ['c']);
  one.end(leader, true);
  other.end(leader, false);
  leader.append(plain('d'));
  assert.deepEqual(listed(await readFrom(rig, 0n)), ['7 from 0', '8 from 3']);
  assert.deepEqual(visibleValues(await readFrom(rig, 0n)), ['a', 'b', 'c', 'd']);
  // From inside an aborted transaction, also at its marker.
  assert.deepEqual(listed(await readFrom(rig, 1n)), ['7 from 0', '8 from 3']);
  assert.deepEqual(listed(await readFrom(rig, 4n)), ['7 from 0', '8 from 3']);
  assert.deepEqual(listed(await readFrom(rig, 5n)), ['8 from 3']);
  assert.deepEqual(listed(await readFrom(rig, 8n)), ['8 from 3']);
  assert.deepEqual(listed(await readFrom(rig, 9n)), []);
  assert.deepEqual(listed(await readFrom(rig, 0n, { committed: false })), []);
});

test('the list ends behind what is read as far as the log is indexed', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  const leader = rig.leader();
  const producer = new DirectTransactions(7n);
  for (let transaction = 0; transaction < 40; transaction += 1) {
    producer.write(leader, ['x'.repeat(500)]);
    producer.end(leader, false);
  }
  const all = await readFrom(rig, 0n);
  assert.equal(listed(all).length, 40);
  const few = listed(await readFrom(rig, 0n, { bytesMax: 600 }));
  assert.ok(few.length > 0 && few.length < 12, `${few.length} are listed`);
});

test('a marker that is not replicated yet holds readers back like an open transaction', async () => {
  const rig = await ModelRig.started();
  const leader = rig.leader();
  const producer = new DirectTransactions(7n);
  producer.write(leader, ['a']);
  await rig.pass(100);
  rig.cluster.freeze(2);
  rig.cluster.freeze(3);
  producer.end(leader, true);
  await rig.pass(100);
  assert.equal(leader.lastStableOffset, 0n);
  assert.equal(leader.highWatermark, 1n);
  rig.cluster.thaw(2);
  rig.cluster.thaw(3);
  await rig.pass(100);
  assert.equal(leader.lastStableOffset, 2n);
});

test('open and aborted transactions are known to the next leader, and after kill -9', async () => {
  const rig = await ModelRig.started();
  const aborted = new DirectTransactions(7n);
  aborted.write(rig.leader(), ['x']);
  aborted.end(rig.leader(), false);
  new DirectTransactions(8n).write(rig.leader(), ['y']);
  await rig.pass(100);
  for (const id of [1, 2, 3]) rig.cluster.kill(id);
  for (const id of [1, 2, 3]) rig.cluster.restart(id);
  await rig.pass(20_000);
  const next = rig.leader().site.brokerId === 2 ? 3 : 2;
  assert.ok(rig.cluster.controller.moveLeader(topic, 0, next));
  await rig.pass(100);
  const leader = rig.leader();
  assert.equal(leader.site.brokerId, next);
  assert.equal(leader.lastStableOffset, 2n);
  assert.deepEqual(listed(await readFrom(rig, 0n)), ['7 from 0']);
  const [described] = leader.producers.describe().filter(({ producerId }) => producerId === 8n);
  assert.equal(described?.currentTransactionStartOffset, 2n);
});

test('plain data of an id with an open transaction is refused', async () => {
  const rig = await ModelRig.started({ brokers: 1 });
  const leader = rig.leader();
  new DirectTransactions(7n).write(leader, ['x']);
  const records = { values: [Buffer.from('a')], producerId: 7n, producerEpoch: 0, baseSequence: 1 };
  assert.equal(leader.append(madeBatch(records)).errorCode, 48);
});
