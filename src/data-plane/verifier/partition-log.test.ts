// Reading one partition against scripted answers: transactions, quotas, trimming, cleaned ends, trouble, and
// what is given back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import { type BatchForm, encodeBatch } from '../../kafka/batch/encode-batch.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import type { FetchRequest } from '../../kafka/wire/messages.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { drained, Scheduler } from '../../../test/simulation/scheduler.ts';
import { PartitionLog } from './partition-log.ts';
import { RateLimit } from './rate-limit.ts';

interface Answer {
  readonly batches?: readonly Buffer[];
  readonly errorCode?: number;
  readonly aborted?: readonly { producerId: bigint; firstOffset: bigint }[];
  /** Nothing but a throttle time. */
  readonly throttled?: boolean;
  readonly lost?: boolean;
}

const batch = (baseOffset: bigint, count: number, form: BatchForm = {}) =>
  encodeBatch(
    Array.from({ length: count }, () => ({ timestamp: 1n, key: undefined, value: Buffer.from('value') })),
    { ...form, baseOffset },
  );
const inTransaction = (producerId: bigint): BatchForm => {
  return { producerId, producerEpoch: 0, baseSequence: 0, transactional: true };
};
const marker = (baseOffset: bigint, producerId: bigint) =>
  batch(baseOffset, 1, { ...inTransaction(producerId), control: true });

interface State {
  leases: number;
  readonly fetches: bigint[];
  connections: number;
  start: bigint;
  readonly end: bigint;
}

function responseOf({ batches = [], errorCode = 0, aborted = [], throttled = false }: Answer, state: State) {
  state.leases += 1;
  const partition = {
    partition: 0,
    errorCode,
    highWatermark: state.end,
    lastStableOffset: state.end,
    logStartOffset: state.start,
    diverging: undefined,
    currentLeader: undefined,
    abortedTransactions: aborted,
    records: Buffer.concat(batches),
  };
  const release = () => {
    state.leases -= 1;
  };
  return {
    throttleMs: throttled ? 100 : 0,
    errorCode: 0,
    sessionId: 0,
    topics: throttled ? [] : [{ topicId: 'a', partitions: [partition] }],
    lease: { retain: () => undefined, release },
  };
}

/** Answers fetches with what is waiting, in its order, then with nothing. */
function connectionOf(waiting: Answer[], state: State): BrokerConnection {
  let closed = false;
  const connection: Partial<BrokerConnection> = {
    brokerId: 1,
    get closed() {
      return closed;
    },
    fetch: (request: FetchRequest) => {
      state.fetches.push(request.topics[0]?.partitions[0]?.fetchOffset ?? -1n);
      const answer = waiting.shift() ?? {};
      if (answer.lost === true) return Promise.reject(new CausewayError('CW-3003', 'lost'));
      return Promise.resolve(responseOf(answer, state));
    },
    listOffsets: ({ topics }) => {
      const offset = topics[0]?.partitions[0]?.timestamp === -2n ? state.start : state.end;
      return Promise.resolve([
        { topic: 't', partition: 0, errorCode: 0, timestamp: -1n, offset, leaderEpoch: 0 },
      ]);
    },
    destroy: () => {
      closed = true;
    },
  };
  return connection as BrokerConnection;
}

function setUp(answers: readonly Answer[], { start = 0n, end = 100n, to = 100n } = {}) {
  const scheduler = new Scheduler();
  const clock = scheduler.clockOf('test');
  const state: State = { leases: 0, fetches: [], connections: 0, start, end };
  const waiting = [...answers];
  const partition = { partition: 0, errorCode: 0, leaderId: 1, leaderEpoch: 0, replicas: [1], inSync: [1] };
  const topic = { name: 't', topicId: 'a', internal: false, errorCode: 0, partitions: [partition] };
  const cluster: KafkaCluster = {
    metadata: () => Promise.resolve({ clusterId: 'c', controllerId: 1, brokers: [], topics: [topic] }),
    connect: () => {
      state.connections += 1;
      return Promise.resolve(connectionOf(waiting, state));
    },
    close: () => Promise.resolve(),
  };
  const log = new PartitionLog({
    cluster,
    region: 'eu-west',
    topic: 't',
    partition: 0,
    from: start,
    to,
    clock,
    random: seededRandom(1),
    limit: new RateLimit(clock, Number.POSITIVE_INFINITY),
    signal: new AbortController().signal,
  });
  return { scheduler, log, state, cluster };
}

/** All batches as `first..last`, and that everything is given back. */
async function readAll({ scheduler, log, state }: ReturnType<typeof setUp>): Promise<string[]> {
  const read: string[] = [];
  const reading = (async () => {
    for (let next = await log.next(); next !== undefined; next = await log.next()) {
      read.push(`${next.aborted ? 'aborted ' : ''}${next.baseOffset}..${next.lastOffset}`);
    }
  })();
  let settled = false;
  const noteEnd = () => {
    settled = true;
  };
  reading.then(noteEnd, noteEnd);
  for (let round = 0; !settled && round < 1_000; round += 1)
    await scheduler.runUntil(scheduler.nowMs + 1_000);
  try {
    await reading;
  } finally {
    log.close();
    await drained();
    assert.equal(state.leases, 0, 'all fetched bytes are given back');
  }
  return read;
}

const isUnreadable = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof CausewayError);
  assert.equal(error.code, 'CW-6013');
  assert.match(error.message, words);
  return true;
};

test('batches come in order, over several answers, and end at the range', async () => {
  const world = setUp([{ batches: [batch(0n, 10), batch(10n, 40)] }, { batches: [batch(50n, 50)] }]);
  assert.deepEqual(await readAll(world), ['0..9', '10..49', '50..99']);
  assert.deepEqual(world.state.fetches, [0n, 50n]);
});

test('closing gives back what was fetched ahead and not read', async () => {
  const world = setUp([
    { batches: [batch(0n, 10)] },
    { batches: [batch(10n, 10)] },
    { batches: [batch(20n, 10)] },
  ]);
  await world.log.next();
  await drained();
  assert.equal(world.state.leases, 2);
  world.log.close();
  await drained();
  assert.equal(world.state.leases, 0);
});

test('what begins behind the range is not read', async () => {
  const world = setUp([{ batches: [batch(0n, 10), batch(10n, 10), batch(20n, 5)] }], { to: 15n });
  assert.deepEqual(await readAll(world), ['0..9', '10..19']);
});

test('markers and emptied batches are not shown, aborted records as such', async () => {
  const emptied = batch(40n, 10);
  emptied.writeInt32BE(0, 57);
  const world = setUp([
    {
      batches: [
        batch(0n, 10, inTransaction(1n)),
        batch(10n, 10, inTransaction(2n)),
        marker(20n, 1n),
        marker(21n, 2n),
        batch(22n, 18, inTransaction(1n)),
        emptied,
        batch(50n, 50),
      ],
      aborted: [{ producerId: 1n, firstOffset: 0n }],
    },
  ]);
  assert.deepEqual(await readAll(world), ['aborted 0..9', '10..19', '22..39', '50..99']);
});

test('an answer that begins at an abort marker hides nothing behind it', async () => {
  const world = setUp([
    { batches: [batch(0n, 10, inTransaction(1n))], aborted: [{ producerId: 1n, firstOffset: 0n }] },
    {
      batches: [marker(10n, 1n), batch(11n, 89, inTransaction(1n))],
      aborted: [{ producerId: 1n, firstOffset: 0n }],
    },
  ]);
  assert.deepEqual(await readAll(world), ['aborted 0..9', '11..99']);
});

test('a quota costs time, and nothing is taken for missing', async () => {
  const throttled = { throttled: true };
  const world = setUp([
    throttled,
    throttled,
    { batches: [batch(0n, 50)] },
    throttled,
    { batches: [batch(50n, 50)] },
  ]);
  assert.deepEqual(await readAll(world), ['0..49', '50..99']);
});

test('one empty answer is asked again; an end that was cleaned away ends the reading', async () => {
  const world = setUp([{ batches: [batch(0n, 50)] }, {}, { batches: [batch(50n, 10)] }]);
  assert.deepEqual(await readAll(world), ['0..49', '50..59']);
});

test('a log that ends before the range does is unreadable, not equal', async () => {
  const world = setUp([{ batches: [batch(0n, 50)] }], { end: 50n, to: 100n });
  await assert.rejects(
    readAll(world),
    isUnreadable(/eu-west: t-0 cannot be read: it ended at 100 and ends at 50 now/),
  );
});

test('lost connections and elections are gone over', async () => {
  const world = setUp([
    { lost: true },
    { errorCode: kafkaError.NOT_LEADER_OR_FOLLOWER },
    { batches: [batch(0n, 50)] },
    { errorCode: kafkaError.FENCED_LEADER_EPOCH },
    { batches: [batch(50n, 50)] },
  ]);
  assert.deepEqual(await readAll(world), ['0..49', '50..99']);
  assert.ok(world.state.connections > 3);
});

test('trouble without end is told after its tries', async () => {
  const world = setUp(Array.from({ length: 100 }, () => ({ errorCode: kafkaError.NOT_LEADER_OR_FOLLOWER })));
  await assert.rejects(readAll(world), isUnreadable(/NOT_LEADER_OR_FOLLOWER/));
  assert.equal(world.state.fetches.length, 12);
});

test('what retention took away meanwhile is passed over and told', async () => {
  const world = setUp([
    { batches: [batch(0n, 10)] },
    { errorCode: kafkaError.OFFSET_OUT_OF_RANGE },
    { batches: [batch(30n, 70)] },
  ]);
  world.state.start = 30n;
  assert.deepEqual(await readAll(world), ['0..9', '30..99']);
  assert.equal(world.log.trimmedTo, 30n);
});

test('a format before 2 is unreadable', async () => {
  const old = batch(0n, 10);
  old.writeInt8(1, 16);
  await assert.rejects(readAll(setUp([{ batches: [old] }])), isUnreadable(/message format 1 at 0/));
});

test('a defect is not tried again', async () => {
  const world = setUp([]);
  world.cluster.metadata = () => {
    world.state.connections += 1;
    return Promise.reject(new TypeError('x is not a function'));
  };
  await assert.rejects(world.log.next(), TypeError);
  assert.equal(world.state.connections, 1);
});
