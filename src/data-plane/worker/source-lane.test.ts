// What a fetch lane asks the source for, and what becomes of its partitions when it ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import type { FetchRequest, FetchResponse } from '../../kafka/wire/messages.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { asSource } from '../mirror/offsets.ts';
import { SourceView } from '../mirror/source-view.ts';
import { FetchTurns } from './fetch-turns.ts';
import { defaultLimits } from './limits.ts';
import { SourceLane } from './source-lane.ts';

const topicId = 'a'.repeat(32);

/** A partition that starts at offset 7 under leader epoch 5, its last batch of leader epoch 3. */
function partitionForTest(lost: string[]): MirrorPartition {
  const partition: Partial<MirrorPartition> = {
    spec: {
      set: 's',
      topic: 't',
      partition: 2,
      sourceRegion: 'a',
      targetRegion: 'b',
      sourceTopicId: undefined,
      targetTopicId: undefined,
    },
    point: { source: { leaderEpoch: 5 } } as NonNullable<MirrorPartition['point']>,
    view: new SourceView(),
    holdsFetch: false,
    fetchPosition: () => ({ life: 1, offset: asSource(7n), lastFetchedEpoch: 3 }),
    fetched: () => undefined,
    connectionLost: (cause) => lost.push(cause.code),
  };
  return partition as MirrorPartition;
}

/**
 * Answers the first fetch with nothing new and loses the connection at the second. The broker takes
 * `answerMs` for each question that measures the round trip.
 */
async function fetchesOfLane(
  answerMs: readonly number[] = [],
  throttleMs = 0,
): Promise<{ fetches: FetchRequest[]; lost: string[]; asked: number; looks: number; throttledMs: number[] }> {
  const clock = manualClock();
  const throttledMs: number[] = [];
  let looks = 0;
  let asked = 0;
  const fetches: FetchRequest[] = [];
  const lost: string[] = [];
  const lease = { retain: () => undefined, release: () => undefined };
  const answer: FetchResponse = { throttleMs, errorCode: 0, sessionId: 9, topics: [], lease };
  const connection: Partial<BrokerConnection> = {
    listOffsets: () => {
      clock.advance(answerMs[asked] ?? 0);
      asked += 1;
      return Promise.resolve([]);
    },
    fetch: (request) => {
      fetches.push(request);
      return fetches.length === 1 ? Promise.resolve(answer) : Promise.reject(new Error('lost'));
    },
    destroy: () => undefined,
  };
  const turns = new FetchTurns({
    clock,
    limits: defaultLimits.steering,
    limitBytesPerSecond: () => undefined,
    rttMs: () => undefined,
  });
  const lane = new SourceLane({
    brokerId: 1,
    fetchClass: { priority: 1, catchesUp: false },
    turns,
    connect: () => Promise.resolve(connection as BrokerConnection),
    clock,
    limits: defaultLimits,
    earlyFetchBytesPerSecond: () => defaultLimits.earlyFetchBytesPerSecond,
    onEnd: () => undefined,
    onSettled: () => undefined,
    onThrottled: (forMs) => throttledMs.push(forMs),
    onFetch: () => undefined,
    onRepeated: () => undefined,
    onRoundTrip: () => undefined,
  });
  const partition = partitionForTest(lost);
  partition.view.lookAgain = () => {
    looks += 1;
  };
  lane.add(partition, topicId);
  await lane.run();
  return { fetches, lost, asked, looks, throttledMs };
}

test('a fetch names both leader epochs and asks for committed data only', async () => {
  const { fetches } = await fetchesOfLane();
  assert.equal(fetches[0]?.isolationLevel, 1);
  assert.deepEqual(fetches[0]?.topics, [
    {
      topicId,
      partitions: [
        {
          partition: 2,
          currentLeaderEpoch: 5,
          fetchOffset: 7n,
          lastFetchedEpoch: 3,
          partitionMaxBytes: defaultLimits.fetchNear.partitionBytesMax,
        },
      ],
    },
  ]);
});

test('within a session an unchanged partition is not named again', async () => {
  const { fetches } = await fetchesOfLane();
  assert.deepEqual([fetches[1]?.sessionId, fetches[1]?.topics], [9, []]);
});

test('a lost connection is told to every partition of the lane', async () => {
  const { lost } = await fetchesOfLane();
  assert.equal(lost.length, 1);
});

test('one slow answer does not make a near link a far one', async () => {
  const { fetches, asked } = await fetchesOfLane([90, 3]);
  assert.deepEqual([asked, fetches[0]?.maxBytes], [2, defaultLimits.fetchNear.answerBytesMax]);
});

test('a link is far when every answer takes long', async () => {
  const { fetches, asked } = await fetchesOfLane([80, 81, 82]);
  assert.deepEqual([asked, fetches[0]?.maxBytes], [3, defaultLimits.fetchFar.answerBytesMax]);
});

test('an empty answer shows that nothing is new, unless a quota is the reason for it', async () => {
  assert.equal((await fetchesOfLane()).looks, 1);
  const { looks, throttledMs } = await fetchesOfLane([], 40_000);
  assert.deepEqual([looks, throttledMs], [0, [40_000]]);
});
