// Writing on virtual time: order, unknown outcomes, what is tried again, and that it ends in time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError, InvariantError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { seededRandom } from '../base/random.ts';
import { kafkaError } from '../kafka/wire/error-codes.ts';
import { drained, Scheduler } from '../../test/simulation/scheduler.ts';
import { ClusterForTests, type Trouble } from './cluster-for-tests.ts';
import { decodeEntries } from './record-batch.ts';
import { LedgerReader } from './reader.ts';
import { recordsIn } from './changes.ts';
import type { DesiredPause } from './records.ts';
import { LedgerWriter } from './writer.ts';

const topic = 'causeway.desired';
const giveUpMs = 10_000;
const pause = (name: string, reason = 'test'): DesiredPause => {
  return { kind: 'pause', set: 's', topic: name, pausedAtMs: 1, actor: 'ada', reason };
};

function setUp() {
  const scheduler = new Scheduler();
  const cluster = new ClusterForTests(topic);
  const parts = { cluster, region: 'eu-west', clock: scheduler.clockOf('test'), random: seededRandom(1) };
  const writtenCounts: number[] = [];
  const onWritten = (records: number) => writtenCounts.push(records);
  const writer = new LedgerWriter({ ...parts, giveUpMs, onWritten });
  const reader = new LedgerReader({ ...parts, log: silentLog });
  const keys = () => cluster.batches.flatMap((batch) => decodeEntries(batch).map(({ key }) => key));
  return { scheduler, cluster, writer, reader, keys, writtenCounts };
}

const isError = (code: string, text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof CausewayError);
  assert.equal(error.code, code);
  assert.match(error.message, text);
  return true;
};

test('records and tombstones are written in their order, and read back', async () => {
  const { writer, reader, cluster, writtenCounts } = setUp();
  assert.equal(await writer.write(topic, [pause('a'), pause('b')]), 1n);
  assert.equal(await writer.write(topic, [{ tombstone: 'pause/s/a' }, pause('c')]), 3n);
  assert.deepEqual(recordsIn(await reader.snapshot(topic)), [pause('b'), pause('c')]);
  assert.deepEqual(writtenCounts, [2, 2]);
  await writer.close();
  assert.equal(cluster.openConnections, 0);
});

test('writing nothing writes nothing', async () => {
  const { writer, cluster } = setUp();
  assert.equal(await writer.write(topic, []), -1n);
  assert.equal(cluster.produced, 0);
});

test('many writes called at once stand in the order of the calls, over one connection', async () => {
  const { writer, keys, cluster } = setUp();
  const names = Array.from({ length: 20 }, (_, index) => `t${index}`);
  await Promise.all(names.map((name) => writer.write(topic, [pause(name)])));
  assert.deepEqual(
    keys(),
    names.map((name) => `pause/s/${name}`),
  );
  assert.equal(cluster.connections, 1);
});

test('large writes are cut into batches that a broker takes, counted in bytes', async () => {
  const { writer, cluster, keys } = setUp();
  const long = '€'.repeat(40_000);
  await writer.write(
    topic,
    Array.from({ length: 20 }, (_, index) => pause(`t${index}`, long)),
  );
  assert.ok(cluster.batches.length > 1);
  for (const batch of cluster.batches) assert.ok(batch.length < 1_000_000, `${batch.length} bytes`);
  assert.equal(keys().length, 20);
});

test('a record that is larger than a batch goes alone', async () => {
  const { writer, cluster } = setUp();
  await writer.write(topic, [pause('a'), pause('b', 'x'.repeat(600_000)), pause('c')]);
  assert.deepEqual(
    cluster.batches.map((batch) => decodeEntries(batch).length),
    [1, 1, 1],
  );
});

const passing: readonly (readonly [string, Trouble])[] = [
  ['an election', kafkaError.NOT_LEADER_OR_FOLLOWER],
  ['too few replicas', kafkaError.NOT_ENOUGH_REPLICAS],
  ['too few replicas after the append', kafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND],
  ['a request that timed out', kafkaError.REQUEST_TIMED_OUT],
  ['a lost connection', 'lost'],
];
for (const [name, trouble] of passing) {
  test(`${name}: the same is written again, then what was called after it`, async () => {
    const { scheduler, writer, cluster, keys } = setUp();
    cluster.troubles = [trouble, trouble];
    const done = Promise.all([writer.write(topic, [pause('a')]), writer.write(topic, [pause('b')])]);
    await scheduler.runUntil(giveUpMs);
    assert.deepEqual(await done, [0n, 1n]);
    assert.deepEqual(keys(), ['pause/s/a', 'pause/s/b']);
  });
}

test('an unknown outcome is written again: twice means the same as once', async () => {
  const { scheduler, writer, cluster, reader, keys } = setUp();
  cluster.troubles = ['lost after append'];
  const done = writer.write(topic, [pause('a')]);
  await scheduler.runUntil(giveUpMs);
  assert.equal(await done, 1n);
  assert.deepEqual(keys(), ['pause/s/a', 'pause/s/a']);
  assert.deepEqual(recordsIn(await reader.snapshot(topic)), [pause('a')]);
});

test('what the broker refuses for good goes up at once, and the next write is not held up', async () => {
  const { writer, cluster, keys } = setUp();
  cluster.troubles = [kafkaError.MESSAGE_TOO_LARGE];
  const refused = assert.rejects(writer.write(topic, [pause('a')]), isError('CW-4004', /MESSAGE_TOO_LARGE/));
  const next = writer.write(topic, [pause('b')]);
  await refused;
  assert.equal(await next, 0n);
  assert.deepEqual(keys(), ['pause/s/b']);
});

test('a missing topic is told at once', async () => {
  const { writer, cluster } = setUp();
  cluster.exists = false;
  await assert.rejects(writer.write(topic, [pause('a')]), isError('CW-4001', /does not exist/));
});

test('a silent broker: the outcome is unknown in time, and nothing comes after a later write', async () => {
  const { scheduler, writer, cluster, keys } = setUp();
  cluster.troubles = ['silence'];
  const first = assert.rejects(
    writer.write(topic, [pause('a', 'old')]),
    isError('CW-4003', /not acknowledged in 1 try/),
  );
  const second = writer.write(topic, [pause('a', 'new')]);
  await scheduler.runUntil(giveUpMs);
  await first;
  assert.equal(await second, 0n);
  await scheduler.runUntil(10 * giveUpMs);
  assert.deepEqual(keys(), ['pause/s/a']);
  await writer.close();
  assert.equal(cluster.openConnections, 0);
  assert.deepEqual(scheduler.pending, []);
});

test('metadata that comes after the write was given up does not write it any more', async () => {
  const { scheduler, writer, cluster, keys } = setUp();
  const answers: (() => void)[] = [];
  const metadata = cluster.metadata.bind(cluster);
  cluster.metadata = async () => {
    await new Promise<void>((resolve) => {
      answers.push(resolve);
    });
    return metadata();
  };
  const given = assert.rejects(writer.write(topic, [pause('a', 'old')]), isError('CW-4003', /1 try/));
  const next = writer.write(topic, [pause('a', 'new')]);
  await scheduler.runUntil(giveUpMs);
  await given;
  answers.at(-1)?.();
  await next;
  answers[0]?.();
  await drained();
  assert.deepEqual(keys(), ['pause/s/a']);
  assert.equal(decodeEntries(cluster.batches[0] as Buffer)[0]?.value?.includes('"new"'), true);
});

test('closing waits for what was called before', async () => {
  const { scheduler, writer, cluster, keys } = setUp();
  cluster.troubles = ['lost'];
  const written = writer.write(topic, [pause('a')]);
  const closed = writer.close();
  await scheduler.runUntil(giveUpMs);
  await closed;
  await written;
  assert.deepEqual(keys(), ['pause/s/a']);
  assert.equal(cluster.openConnections, 0);
});

test('a tombstone among the generations is a defect: nothing of them is ever deleted', () => {
  const { writer } = setUp();
  assert.throws(() => writer.write('causeway.generations', [{ tombstone: 's/1' }]), InvariantError);
});
