// When further fetches leave, what they ask for, and when they do not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import type { Clock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import type { FetchRequest, FetchResponse } from '../../kafka/wire/messages.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { asSource } from '../mirror/offsets.ts';
import { causeOf } from '../mirror/stop-cause.ts';
import { EarlyFetches } from './early-fetches.ts';
import { defaultLimits } from './limits.ts';

const topicId = 'a'.repeat(32);
const rttMs = 90;

/** A partition whose position a test moves; each early answer is taken whole, or not at all. */
function partitionForTest() {
  const state = { offset: 100n, stableOffset: 100n, queuedBytes: 0, takes: true };
  const partition = {
    spec: { topic: 't', partition: 2 },
    point: { source: { leaderEpoch: 5 } },
    view: state,
    get queuedBytes() {
      return state.queuedBytes;
    },
    fetchPosition: () => ({ life: 1, offset: asSource(state.offset), lastFetchedEpoch: 3 }),
    fetchedEarly: (_life: number, _offset: bigint, { records }: { records: Buffer }) => {
      if (state.takes) state.queuedBytes += records.length;
    },
  };
  return { partition: partition as unknown as MirrorPartition, state };
}

/** Answers each fetch with 50 bytes of each partition, a round trip later unless it is made slow. */
function answeringBroker(clock: Clock) {
  const fetches: { atMs: number; request: FetchRequest }[] = [];
  const failed: string[] = [];
  const state = { connections: 0, leases: 0, breaks: false, answerMs: rttMs };
  const lease = { retain: () => undefined, release: () => (state.leases -= 1) };
  const connection: Partial<BrokerConnection> = {
    fetch: async (request) => {
      fetches.push({ atMs: clock.monotonicMs(), request });
      await clock.sleep(state.answerMs);
      if (state.breaks) throw new CausewayError('CW-3003', 'lost');
      state.leases += 1;
      const topics = request.topics.map(({ topicId: id, partitions }) => ({
        topicId: id,
        partitions: partitions.map(({ partition }) => ({ partition, records: Buffer.alloc(50) })),
      }));
      return { throttleMs: 0, errorCode: 0, sessionId: 0, topics, lease } as unknown as FetchResponse;
    },
    destroy: (reason) => failed.push(`destroyed: ${reason}`),
  };
  return { connection: connection as BrokerConnection, fetches, failed, broker: state };
}

/** Two further fetches between those of the lane, whose connections are open. */
async function rig(earlyFetchBytesPerSecond = 1_000) {
  const clock = manualClock();
  const { connection, fetches, failed, broker } = answeringBroker(clock);
  const repeated: number[] = [];
  const turns = { given: true, came: [] as number[], throttledMs: [] as number[] };
  const early = new EarlyFetches(
    {
      connect: () => {
        broker.connections += 1;
        return Promise.resolve(connection);
      },
      clock,
      limits: { ...defaultLimits, earlyFetches: 2 },
      earlyFetchBytesPerSecond: () => earlyFetchBytesPerSecond,
      askTurn: (bytes) => (turns.given ? { bytes, done: (came) => turns.came.push(came) } : undefined),
      onThrottled: (forMs) => turns.throttledMs.push(forMs),
      onFetch: () => undefined,
      onRepeated: (bytes) => repeated.push(bytes),
      onTaken: () => undefined,
      onDefect: (cause) => failed.push(cause.code),
    },
    rttMs,
  );
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const made = partitionForTest();
  // The first round opens the connections.
  early.flows(made.partition, topicId, 0);
  early.follow();
  await pass(rttMs);
  const round = async () => {
    early.flows(made.partition, topicId, 0);
    early.follow();
    fetches.length = 0;
    const began = clock.monotonicMs();
    await pass(rttMs);
    return fetches.map(({ atMs }) => atMs - began);
  };
  return { clock, early, fetches, failed, repeated, turns, pass, round, broker, ...made };
}

test('while records come, further fetches leave evenly over a round trip', async () => {
  const { round, fetches, pass, broker } = await rig();
  assert.deepEqual(await round(), [30, 60]);
  const [request] = fetches.map(({ request }) => request);
  assert.deepEqual([request?.maxWaitMs, request?.sessionEpoch, request?.isolationLevel], [0, -1, 1]);
  assert.deepEqual(request?.topics[0]?.partitions, [
    {
      partition: 2,
      currentLeaderEpoch: 5,
      fetchOffset: 100n,
      lastFetchedEpoch: 3,
      partitionMaxBytes: defaultLimits.earlyPartitionBytesMax,
    },
  ]);
  await pass(rttMs);
  assert.equal(broker.leases, 0, 'every answer’s memory is given back');
});

test('a fetch leaves on time although the answer before it is late, but no third one', async () => {
  const { round, fetches, broker } = await rig();
  broker.answerMs = 2.5 * rttMs;
  assert.deepEqual(await round(), [30, 60]);
  assert.deepEqual(await round(), [30, 60], 'one is under way on each connection');
  assert.deepEqual(await round(), [], 'two are');
  await round();
  assert.equal(fetches.length, 2, 'the first have been answered');
});

test('where others need the link no further fetch leaves; each that does tells what it brought', async () => {
  const { round, turns } = await rig();
  await round();
  turns.came.length = 0;
  await round();
  assert.deepEqual(turns.came, [50, 50], 'those of the round before');
  turns.given = false;
  assert.deepEqual(await round(), []);
});

test('a partition that catches up is left to the lane’s own fetches', async () => {
  const { round, state } = await rig();
  state.stableOffset = 101n;
  assert.deepEqual(await round(), []);
  state.offset = 101n;
  assert.deepEqual(await round(), [30, 60]);
});

test('a partition of which nothing has come for two round trips is not fetched early', async () => {
  const { early, round, pass, fetches } = await rig();
  await round();
  // The answers of this round still count.
  await pass(4 * rttMs);
  fetches.length = 0;
  early.follow();
  await pass(2 * rttMs);
  assert.deepEqual(fetches, []);
});

test('while what may come twice is used up, none leave; with time they do again', async () => {
  const { early, partition, round, pass, state, repeated } = await rig();
  state.takes = false;
  await round();
  await pass(rttMs);
  assert.deepEqual(
    repeated.filter((bytes) => bytes > 0),
    [50, 50],
    'what was not taken came twice',
  );
  early.flows(partition, topicId, 1_400);
  assert.deepEqual(await round(), []);
  await pass(1_000);
  assert.deepEqual(await round(), [30, 60]);
});

test('a rate of nothing switches them off', async () => {
  const { round, broker } = await rig(0);
  assert.deepEqual(await round(), []);
  assert.equal(broker.connections, 0);
});

/** A partition that has grown by one record per millisecond for a while. */
async function steadyRig() {
  const made = await rig(1_000_000);
  const { state, early, partition, pass } = made;
  for (let look = 0; look < 40; look += 1) {
    state.offset += 30n;
    state.stableOffset = state.offset;
    early.flows(partition, topicId, 0);
    await pass(30);
  }
  state.offset += 30n;
  state.stableOffset = state.offset;
  const askedFrom = () => {
    const offset = made.fetches[0]?.request.topics[0]?.partitions[0]?.fetchOffset ?? 0n;
    return Number(offset - state.offset);
  };
  return { ...made, askedFrom };
}

test('where a partition moves on at a steady pace, what is under way is not asked for again', async () => {
  const { round, askedFrom } = await steadyRig();
  await round();
  // The end is known as it was half a round trip ago. The fetch before this one has left 30 ms earlier.
  assert.equal(askedFrom(), 90 - defaultLimits.earlyMarginMs);
});

test('a fetch that leaves late still asks from where the one before it ends', async () => {
  const { early, partition, fetches, pass, clock, askedFrom } = await steadyRig();
  early.flows(partition, topicId, 0);
  early.follow();
  fetches.length = 0;
  clock.standStill(50);
  await pass(10);
  assert.equal(askedFrom(), 90 - defaultLimits.earlyMarginMs);
});

test('connections that fail are opened anew after a while; the end of the lane ends them', async () => {
  const { early, round, failed, pass, broker } = await rig();
  broker.breaks = true;
  await round();
  await pass(rttMs);
  assert.deepEqual(failed, ['destroyed: lost', 'destroyed: lost']);
  broker.breaks = false;
  assert.deepEqual(await round(), []);
  await pass(1_000);
  await round();
  assert.deepEqual([await round(), broker.connections], [[30, 60], 4]);
  failed.length = 0;
  early.end(causeOf('CW-2021', 'over'));
  assert.deepEqual(failed, ['destroyed: over', 'destroyed: over']);
});
