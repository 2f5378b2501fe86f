// The cleaner of the model: holes inside batches and between them, with the offsets, ids and sequences as
// they were; as kafka-facts saw it of the real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { DirectTransactions } from './direct-transactions.ts';
import { controlBatch } from './control-batch.ts';
import { madeBatch } from './made-batch.ts';
import { ModelRig, topic } from './model-rig.ts';
import type { Replica } from './replica.ts';

const dayMs = 86_400_000;

function write(leader: Replica, text: string, id = {}): void {
  const keys = text.split('').map((key) => Buffer.from(key));
  const values = keys.map((key) => (key.toString() === '-' ? null : Buffer.from('value')));
  leader.append(madeBatch({ keys, values, ...id }));
}

/** Each batch as its offsets and what is left in it: keys, `!` for a marker, nothing. */
const shape = ({ log }: Replica): string[] =>
  log.batches.map(({ baseOffset, lastOffset, control, bytes }) => {
    const records = decodeBatch(bytes).map(({ key, offset }) => `${control ? '!' : String(key)}${offset}`);
    return `${baseOffset}-${lastOffset}: ${records.join(' ')}`;
  });

const compacted = (brokers = 1) => ModelRig.started({ brokers, compacted: true });

test('superseded records go, offsets stay, also where a batch loses its first or last record', async () => {
  const rig = await compacted();
  const leader = rig.leader();
  write(leader, 'abc');
  write(leader, 'a');
  write(leader, 'xcx');
  write(leader, 'bd');
  leader.compact();
  assert.deepEqual(shape(leader), ['3-3: a3', '4-6: c5 x6', '7-8: b7 d8']);
  assert.equal(leader.log.end, 9n);
  for (const { bytes, lastOffset, baseOffset } of leader.log.batches) {
    assert.equal(bytes.readInt32BE(23), Number(lastOffset - baseOffset));
  }
});

test('only what is closed is cleaned, and the last batch of it leaves an empty one', async () => {
  const rig = await compacted();
  const leader = rig.leader();
  for (const keys of ['a', 'b', 'a', 'b']) write(leader, keys);
  leader.compact({ upTo: 2n });
  assert.deepEqual(shape(leader), ['0-0: a0', '1-1: b1', '2-2: a2', '3-3: b3']);
  leader.compact({ upTo: 3n });
  assert.deepEqual(shape(leader), ['1-1: b1', '2-2: a2', '3-3: b3']);
  write(leader, 'b');
  write(leader, 'a');
  leader.compact({ upTo: 4n });
  assert.deepEqual(shape(leader), ['2-2: a2', '3-3: b3', '4-4: b4', '5-5: a5']);
  leader.compact();
  write(leader, 'a');
  leader.compact({ upTo: 6n });
  assert.deepEqual(shape(leader), ['4-4: b4', '5-5: a5', '6-6: a6']);
  leader.compact();
  assert.deepEqual(shape(leader), ['4-4: b4', '6-6: a6']);
});

test('the last batch of an id stays, empty, so that its sequence survives kill -9', async () => {
  const rig = await compacted();
  const leader = rig.leader();
  write(leader, 'ab', { producerId: 7n, producerEpoch: 0, baseSequence: 10 });
  write(leader, 'ab');
  leader.compact();
  assert.deepEqual(shape(leader), ['0-1: ', '2-3: a2 b3']);
  rig.cluster.kill(1);
  rig.cluster.restart(1);
  await rig.pass(20_000);
  const [state] = rig.leader().producers.describe();
  assert.deepEqual([state?.producerId, state?.lastSequence], [7n, 11]);
});

test('aborted data goes at once, its marker when its time is over, and then the list of it', async () => {
  const rig = await compacted();
  const leader = rig.leader();
  const aborted = new DirectTransactions(7n);
  write(leader, 'a');
  aborted.write(leader, ['x', 'y'], ['a', 'y']);
  aborted.end(leader, false);
  const committed = new DirectTransactions(8n);
  committed.write(leader, ['z'], ['z']);
  committed.end(leader, true);
  write(leader, 'b');
  assert.equal(leader.aborted.all.length, 1);
  leader.compact();
  // The aborted id's last data batch is the last of it, and stays empty.
  const all = ['0-0: a0', '1-2: ', '3-3: !3', '4-4: z4', '5-5: !5', '6-6: b6'];
  assert.deepEqual(shape(leader), all);
  assert.equal(leader.aborted.all.length, 1);
  // Another transaction of the id, so that nothing of the first has to stay.
  aborted.write(leader, ['w'], ['w']);
  aborted.end(leader, true);
  leader.compact({ deleteRetentionMs: BigInt(dayMs) });
  assert.deepEqual(shape(leader).slice(0, 5), ['0-0: a0', '3-3: !3', '4-4: z4', '5-5: !5', '6-6: b6']);
  leader.compact({ deleteRetentionMs: BigInt(dayMs) });
  assert.equal(leader.aborted.all.length, 0);
  assert.ok(shape(leader).includes('3-3: !3'));
  rig.cluster.scheduler.nowMs += 2 * dayMs;
  leader.compact({ deleteRetentionMs: BigInt(dayMs) });
  assert.ok(!shape(leader).includes('3-3: !3'));
  // The marker of data that is still there stays.
  assert.ok(shape(leader).includes('5-5: !5'));
});

test('an open transaction and what is behind it are left alone', async () => {
  const rig = await compacted();
  const leader = rig.leader();
  write(leader, 'a');
  write(leader, 'a');
  new DirectTransactions(7n).write(leader, ['x'], ['a']);
  write(leader, 'a');
  leader.compact();
  assert.deepEqual(shape(leader), ['1-1: a1', '2-2: a2', '3-3: a3']);
});

test('fillers without data go in time, those of the last epoch leave empty batches', async () => {
  const rig = await compacted();
  const leader = rig.leader();
  const timestampMs = BigInt(Math.floor(leader.site.wallMs()));
  const filler = { producerId: 7n, committed: false, coordinatorEpoch: 0, timestampMs };
  for (const producerEpoch of [0, 0, 1]) leader.append(controlBatch({ ...filler, producerEpoch }));
  write(leader, 'a');
  leader.compact({ deleteRetentionMs: 0n });
  assert.deepEqual(shape(leader), ['0-0: !0', '1-1: !1', '2-2: !2', '3-3: a3']);
  rig.cluster.scheduler.nowMs += 1;
  leader.compact({ deleteRetentionMs: 0n });
  assert.deepEqual(shape(leader), ['2-2: ', '3-3: a3']);
  rig.cluster.kill(1);
  rig.cluster.restart(1);
  await rig.pass(20_000);
  assert.equal(rig.leader().producers.describe()[0]?.producerEpoch, 1);
});

test('a follower that comes later takes over the gaps of its leader', async () => {
  const rig = await compacted(3);
  rig.cluster.kill(3);
  await rig.pass(30_000);
  const leader = rig.leader();
  write(leader, 'abc');
  write(leader, 'a');
  write(leader, 'b');
  await rig.pass(100);
  leader.compact();
  rig.cluster.restart(3);
  await rig.pass(30_000);
  const [, cleaned] = shape(leader);
  assert.equal(cleaned, '3-3: a3');
  const shapes = rig.cluster.replicasOf(topic, 0).map((each) => shape(each).length);
  assert.deepEqual(shapes, [3, 3, 3]);
  assert.deepEqual(
    rig.cluster.replicasOf(topic, 0).map(({ log }) => log.end),
    [5n, 5n, 5n],
  );
});

test('a topic with append time stamps every batch, markers too', async () => {
  const rig = await ModelRig.started({ brokers: 1, logAppendTime: true });
  const leader = rig.leader();
  const appended = leader.append(madeBatch({ values: [Buffer.from('a')], timestampMs: 5n }));
  new DirectTransactions(7n).end(leader, true);
  const nowMs = BigInt(Math.floor(leader.site.wallMs()));
  assert.equal(appended.appendTimeMs, nowMs);
  for (const { bytes, maxTimestampMs } of leader.log.batches) {
    assert.equal(maxTimestampMs, nowMs);
    assert.deepEqual(
      decodeBatch(bytes).map(({ timestamp }) => timestamp),
      [nowMs],
    );
  }
});

test('DeleteRecords moves the start on every replica, up to the high watermark', async () => {
  const rig = await ModelRig.started();
  const connection = await rig.connect(1);
  for (let at = 0; at < 5; at += 1) rig.leader().append(madeBatch({ values: [Buffer.from('a')] }));
  await rig.pass(100);
  const trim = async (offset: bigint) => {
    const topics = [{ topic, partitions: [{ partition: 0, offset }] }];
    const [answer] = await rig.settled(connection.deleteRecords({ topics, timeoutMs: 5_000 }));
    return [answer?.errorCode, answer?.lowWatermark];
  };
  assert.deepEqual(await trim(3n), [0, 3n]);
  assert.deepEqual(await trim(6n), [1, -1n]);
  assert.deepEqual(await trim(-2n), [1, -1n]);
  assert.deepEqual(
    rig.cluster.replicasOf(topic, 0).map(({ log }) => log.start),
    [3n, 3n, 3n],
  );
  assert.deepEqual(await trim(-1n), [0, 5n]);
  const other = await compacted();
  const topics = [{ topic, partitions: [{ partition: 0, offset: 0n }] }];
  const asking = (await other.connect(1)).deleteRecords({ topics, timeoutMs: 5_000 });
  assert.equal((await other.settled(asking))[0]?.errorCode, 44);
});

test('a log may begin above 0, for every replica', async () => {
  const rig = await ModelRig.started();
  const start = 10n ** 12n;
  rig.cluster.beginLogAt(topic, 0, start);
  const { baseOffset } = rig.leader().append(madeBatch({ values: [Buffer.from('a')] }));
  assert.equal(baseOffset, start);
  await rig.pass(100);
  for (const { log, highWatermark } of rig.cluster.replicasOf(topic, 0)) {
    assert.deepEqual([log.start, log.end, highWatermark], [start, start + 1n, start + 1n]);
  }
  const connection = await rig.connect(1);
  const asked = { partition: 0, currentLeaderEpoch: 0, timestamp: -2n };
  const topics = [{ topic, partitions: [asked] }];
  const [earliest] = await rig.settled(connection.listOffsets({ replicaId: -1, isolationLevel: 0, topics }));
  assert.deepEqual([earliest?.offset, earliest?.leaderEpoch], [start, 0]);
});
