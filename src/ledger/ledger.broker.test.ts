// The ledger on a real broker: snapshots, following, tombstones, the log cleaner, a killed and a silent
// broker, lost acknowledgements, two writers. Its topics have fixed names, so it has a lab of its own.
import assert from 'node:assert/strict';
import { after, test, type TestContext } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import { waitUntil } from '../../test/fixtures/wait-until.ts';
import { systemClock } from '../base/clock.ts';
import { CausewayError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { BrokerConnection, KafkaCluster } from '../kafka/client/cluster.ts';
import { createKafkaCluster } from '../kafka/client/real-cluster.ts';
import { type LedgerChange, LedgerTable, recordsIn } from './changes.ts';
import { foldGenerations } from './generations.ts';
import { LedgerReader } from './reader.ts';
import type {
  DesiredPause,
  DesiredRecord,
  GenerationOpened,
  GenerationRecord,
  ObservedProcess,
} from './records.ts';
import { desiredTopic, generationsTopic, type LedgerTopic, observedTopic } from './topic-names.ts';
import { LedgerWriter } from './writer.ts';

const region = 'eu-west';
const cleaning = { 'log.cleaner.backoff.ms': '200', 'log.retention.check.interval.ms': '500' };
const lab = await startLab({ regions: [{ name: region }], brokerSettings: cleaning });
after(() => lab.close());

const bootstrapServers = lab.bootstrapServers(region).split(',');
const parts = { region, clock: systemClock, random: systemRandom, log: silentLog };

function open(t: TestContext, wrap: (cluster: KafkaCluster) => KafkaCluster = (cluster) => cluster) {
  const cluster = createKafkaCluster({
    bootstrapServers,
    clientId: 'ledger-test',
    clock: systemClock,
    log: silentLog,
  });
  const reader = new LedgerReader({ ...parts, cluster });
  const writer = new LedgerWriter({ ...parts, cluster: wrap(cluster), giveUpMs: 60_000 });
  t.after(async () => {
    reader.close();
    await writer.close();
    await cluster.close();
  });
  return { cluster, reader, writer };
}

/** Empty topics for one test. */
async function freshTopic(t: TestContext, topic: LedgerTopic, config: Record<string, string> = {}) {
  const policy = topic === generationsTopic ? 'delete' : 'compact';
  await lab.createTopic(region, topic, {
    partitions: 1,
    replicationFactor: 1,
    config: { 'cleanup.policy': policy, ...config },
  });
  t.after(() => lab.deleteTopic(region, topic));
}

const pause = (name: string, reason = 'test'): DesiredPause => {
  return { kind: 'pause', set: 's', topic: name, pausedAtMs: 1, actor: 'ada', reason };
};

/** Follows in the background; what was told adds up in `state`. */
function follow(t: TestContext, reader: LedgerReader) {
  const ending = new AbortController();
  const table = new LedgerTable(desiredTopic);
  const told: LedgerChange<typeof desiredTopic>[] = [];
  const seen = { caughtUpTo: -1n, resets: 0, troubles: 0 };
  const listener = {
    onChange: (change: LedgerChange<typeof desiredTopic>) => {
      told.push(change);
      table.apply(change);
    },
    onCaughtUp: (endOffset: bigint) => {
      seen.caughtUpTo = endOffset;
    },
    onReset: () => {
      seen.resets += 1;
      table.clear();
    },
    onTrouble: () => {
      seen.troubles += 1;
    },
  };
  const following = reader.follow(desiredTopic, listener, ending.signal);
  t.after(async () => {
    ending.abort();
    await following;
  });
  const caughtUp = (offset: bigint) =>
    waitUntil(`the follower reaches ${offset}`, () => seen.caughtUpTo >= offset, { seen: () => seen });
  const state = (): readonly DesiredRecord[] => recordsIn(table.snapshot(0n, 0n));
  return { told, seen, state, caughtUp };
}

const reasonsByTopic = (records: readonly DesiredRecord[]) =>
  records
    .map((record) => (record.kind === 'pause' ? `${record.topic}=${record.reason}` : record.kind))
    .sort();

const isError = (code: string) => (error: unknown) => error instanceof CausewayError && error.code === code;

test('what was written is read to the end: batches, tombstones, other scripts, large records', async (t) => {
  await freshTopic(t, desiredTopic, { 'max.message.bytes': '4000000' });
  const { reader, writer } = open(t);
  const large = 'größe €'.repeat(150_000);
  const records = Array.from({ length: 3_000 }, (_, index) => pause(`t${index}`, `Grund ${index} é 漢`));
  await writer.write(desiredTopic, records);
  await writer.write(desiredTopic, [{ tombstone: 'pause/s/t7' }, pause('t8', large)]);
  const snapshot = await reader.snapshot(desiredTopic);
  const expected = [...records.filter(({ topic }) => topic !== 't7' && topic !== 't8'), pause('t8', large)];
  assert.deepEqual(recordsIn(snapshot), expected);
  assert.deepEqual([snapshot.startOffset, snapshot.endOffset], [0n, 3_002n]);
  assert.deepEqual(snapshot.leftAlone, []);
});

test('a follower is told everything in order, and then each change', async (t) => {
  await freshTopic(t, desiredTopic);
  const { reader, writer } = open(t);
  await writer.write(desiredTopic, [pause('a'), pause('b')]);
  const { told, state, caughtUp } = follow(t, reader);
  await caughtUp(2n);
  await writer.write(desiredTopic, [{ tombstone: 'pause/s/a' }]);
  const last = await writer.write(desiredTopic, [pause('b', 'again'), pause('c')]);
  await caughtUp(last + 1n);
  assert.deepEqual(
    told.map(({ offset, is }) => `${offset} ${is}`),
    ['0 record', '1 record', '2 tombstone', '3 record', '4 record'],
  );
  assert.deepEqual(reasonsByTopic(state()), ['b=again', 'c=test']);
});

test('a missing topic is told; a follower waits for it, and sees when it is created anew', async (t) => {
  const { reader, writer } = open(t);
  await assert.rejects(reader.snapshot(desiredTopic), isError('CW-4001'));
  await assert.rejects(writer.write(desiredTopic, [pause('a')]), isError('CW-4001'));
  const { seen, state, caughtUp } = follow(t, reader);
  await waitUntil('the follower tells its trouble', () => seen.troubles > 0);
  await freshTopic(t, desiredTopic);
  await waitUntil('the topic is there', async () => (await writer.write(desiredTopic, [pause('a')])) >= 0n);
  await caughtUp(1n);
  await lab.deleteTopic(region, desiredTopic);
  await lab.createTopic(region, desiredTopic, { partitions: 1, config: { 'cleanup.policy': 'compact' } });
  await waitUntil(
    'the new topic is there',
    async () => (await writer.write(desiredTopic, [pause('z')])) >= 0n,
  );
  await waitUntil('the follower begins anew', () => reasonsByTopic(state()).join() === 'z=test', {
    seen: () => [seen, state()],
  });
  assert.equal(seen.resets, 1);
});

test('the log cleaner takes nothing away that counts, under readers and followers', async (t) => {
  await freshTopic(t, desiredTopic, {
    'segment.ms': '1000',
    'min.cleanable.dirty.ratio': '0.001',
    'max.compaction.lag.ms': '1000',
    'delete.retention.ms': '0',
  });
  const { reader, writer } = open(t);
  const early = follow(t, reader);
  let written = 0;
  let last = -1n;
  const isCleaned = async () => {
    const round = Array.from({ length: 20 }, (_, index) => pause(`t${index}`, `round ${written}`));
    last = await writer.write(desiredTopic, [...round, { tombstone: `pause/s/t${written % 20}` }]);
    written += round.length + 1;
    const late = follow(t, reader);
    await late.caughtUp(last + 1n);
    assert.deepEqual(recordsIn(await reader.snapshot(desiredTopic)), late.state());
    return late.told.length < written / 2;
  };
  await waitUntil('the cleaner has taken half of the log', isCleaned, { pollMs: 300 });
  await early.caughtUp(last + 1n);
  assert.equal(early.told.length, written, 'who was there from the start was told everything');
  assert.deepEqual(
    reasonsByTopic(early.state()),
    reasonsByTopic(recordsIn(await reader.snapshot(desiredTopic))),
  );
  assert.equal(early.state().length, 19);
});

test('a broker that is killed under load: all is written, told and in order', async (t) => {
  // After the kill the cleaner may be faster than the follower, and all writes have one key.
  await freshTopic(t, desiredTopic, { 'min.compaction.lag.ms': '3600000' });
  const { reader, writer } = open(t);
  const { told, state, seen, caughtUp } = follow(t, reader);
  await writer.write(desiredTopic, [pause('t', '0')]);
  await caughtUp(1n);
  const writes = Array.from({ length: 200 }, (_, index) =>
    writer.write(desiredTopic, [pause('t', String(index + 1))]),
  );
  await writes[20];
  await lab.faults.kill(region);
  await waitUntil('the follower tells its trouble', () => seen.troubles > 0);
  await lab.faults.heal(region);
  const last = (await Promise.all(writes)).at(-1) as bigint;
  await caughtUp(last + 1n);
  const reasons = told.map((change) =>
    change.is === 'record' && change.record.kind === 'pause' ? Number(change.record.reason) : -1,
  );
  // A write whose acknowledgement was lost may stand twice, one after the other.
  const once = reasons.filter((reason, index) => reason !== reasons[index - 1]);
  assert.deepEqual(
    once,
    Array.from({ length: 201 }, (_, index) => index),
  );
  assert.deepEqual(recordsIn(await reader.snapshot(desiredTopic)), state());
  assert.equal(seen.resets, 0);
});

test('a broker that falls silent: the deadline holds, and everything goes on afterwards', async (t) => {
  await freshTopic(t, desiredTopic);
  const { cluster, reader, writer } = open(t);
  await writer.write(desiredTopic, [pause('a')]);
  const hasty = { ...parts, cluster, giveUpMs: 2_000 };
  const hastyReader = new LedgerReader(hasty);
  const hastyWriter = new LedgerWriter(hasty);
  t.after(() => hastyWriter.close());
  lab.faults.pause(region);
  try {
    await assert.rejects(hastyReader.snapshot(desiredTopic), isError('CW-4002'));
    await assert.rejects(hastyWriter.write(desiredTopic, [pause('b')]), isError('CW-4003'));
  } finally {
    lab.faults.resume(region);
  }
  await writer.write(desiredTopic, [pause('c')]);
  const topics = reasonsByTopic(recordsIn(await reader.snapshot(desiredTopic)));
  assert.ok(topics.includes('a=test') && topics.includes('c=test'), topics.join());
});

test('acknowledgements that are lost: written again, and twice means the same as once', async (t) => {
  await freshTopic(t, generationsTopic);
  let lost = 0;
  const losing = (cluster: KafkaCluster): KafkaCluster => ({
    metadata: (topics) => cluster.metadata(topics),
    close: () => cluster.close(),
    connect: async (brokerId) => {
      const connection = await cluster.connect(brokerId);
      const produce: BrokerConnection['produce'] = async (request) => {
        const answer = await connection.produce(request);
        lost += 1;
        if (lost > 2) return answer;
        connection.destroy('lost on the way');
        throw new CausewayError('CW-3003', 'lost on the way');
      };
      return new Proxy(connection, {
        get: (target, name) => {
          if (name === 'produce') return produce;
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    },
  });
  const { reader, writer } = open(t, losing);
  const opened = (generation: number): GenerationOpened => {
    const startOffsets = [{ topic: 't', partition: 0, offset: 5n }];
    return {
      kind: 'opened',
      set: 's',
      generation,
      producerId: 9n,
      producerEpoch: 0,
      startOffsets,
      openedAtMs: 1,
    };
  };
  await writer.write(generationsTopic, [opened(1)]);
  await writer.write(generationsTopic, [opened(2)]);
  const snapshot = await reader.snapshot(generationsTopic);
  assert.deepEqual(
    recordsIn(snapshot).map((record) => (record.kind === 'opened' ? record.generation : record.kind)),
    [1, 1, 1, 2],
  );
  const { live, nextGeneration } = foldGenerations(recordsIn(snapshot)).get('s') ?? {};
  assert.deepEqual([live, nextGeneration], [opened(2), 3]);
});

test('two writers of one generation: every reader sees the same one win', async (t) => {
  await freshTopic(t, generationsTopic);
  const [a, b] = [open(t), open(t)];
  const opened = (generation: number, producerId: bigint): GenerationOpened => {
    return {
      kind: 'opened',
      set: 's',
      generation,
      producerId,
      producerEpoch: 0,
      startOffsets: [],
      openedAtMs: 1,
    };
  };
  const rounds = Array.from({ length: 25 }, (_, index) => index + 1);
  await Promise.all(
    rounds.flatMap((generation) => [
      a.writer.write(generationsTopic, [opened(generation, 1n)]),
      b.writer.write(generationsTopic, [opened(generation, 2n)]),
    ]),
  );
  const [seenByA, seenByB] = await Promise.all(
    [a, b].map(async ({ reader }) => recordsIn(await reader.snapshot(generationsTopic))),
  );
  assert.equal(seenByA?.length, 50);
  assert.deepEqual(seenByA, seenByB);
  const folded = foldGenerations(seenByA ?? []).get('s');
  assert.deepEqual([...(folded?.opened.keys() ?? [])], rounds);
  for (const generation of rounds) {
    const first: GenerationRecord | undefined = seenByA?.find(
      (record) => record.kind === 'opened' && record.generation === generation,
    );
    assert.deepEqual(folded?.opened.get(generation), first);
  }
});

test('a process record, whose own version stands beside that of its form, comes back', async (t) => {
  await freshTopic(t, observedTopic);
  const { reader, writer } = open(t);
  const record: ObservedProcess = {
    kind: 'process',
    name: 'w1',
    region,
    roles: ['worker'],
    version: '0.1.0',
    startedAtMs: 1,
    stoppedAtMs: 3,
    observedAtMs: 2,
  };
  await writer.write(observedTopic, [record]);
  assert.deepEqual(recordsIn(await reader.snapshot(observedTopic)), [record]);
});
