// What a produce lane sends: which partitions share a request, how many are under way, and who is told what.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { ProduceRequest, ProduceResponse } from '../../kafka/wire/messages.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { Flight } from '../mirror/write-window.ts';
import { defaultLimits, type WorkerLimits } from './limits.ts';
import { TargetLane } from './target-lane.ts';

/** A partition with `batches` batches of ten bytes, of which any number may be in flight. */
function partitionForTest(number: number, batches: number, told: string[] = []): MirrorPartition {
  let left = batches;
  const partition = {
    inFlight: 0,
    spec: { topic: 't', partition: number },
    point: { target: { topicId: 'id' } },
    get canProduce() {
      return left > 0;
    },
    get nextBatchBytes() {
      return left > 0 ? 10 : 0;
    },
    take: () => {
      left -= 1;
      partition.inFlight += 1;
      return { life: 1, batch: { bytes: Buffer.alloc(10) } } as Flight;
    },
    produced: (_: Flight, answer: { errorCode: number }) => {
      partition.inFlight -= 1;
      told.push(`${number} answered ${answer.errorCode}`);
    },
    lost: () => told.push(`${number} lost`),
    connectionLost: () => told.push(`${number} without connection`),
  };
  return partition as unknown as MirrorPartition;
}

/** A lane whose requests are answered by hand. */
async function laneForTest(over: Partial<typeof defaultLimits> = {}, mayWrite = () => true, slow = false) {
  const sent: {
    request: ProduceRequest;
    answer: (response: ProduceResponse) => void;
    fail: (error: Error) => void;
  }[] = [];
  const connection: Partial<BrokerConnection> = {
    produce: (request) =>
      new Promise((resolve, reject) => sent.push({ request, answer: resolve, fail: reject })),
    destroy: () => {
      for (const { fail } of sent) fail(new CausewayError('CW-3003', 'destroyed'));
    },
  };
  const lane = new TargetLane({
    brokerId: 1,
    slow,
    connect: () => Promise.resolve(connection as BrokerConnection),
    limits: { ...defaultLimits, ...over },
    mayWrite,
    onThrottled: () => undefined,
    onEnd: () => undefined,
    onProduce: () => undefined,
  });
  await lane.open();
  return { lane, sent };
}

/** Lets the lane gather: it waits for what one fetch answer makes ready. */
const gathered = () => new Promise((resolve) => setImmediate(resolve));

const partitionsOf = (request: ProduceRequest | undefined) =>
  request?.topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition));

/** Requests that have left by a window for nine batches: at once, after one answer, after two. */
async function sentAfterAnswers(window: Partial<WorkerLimits>): Promise<number[]> {
  const { lane, sent } = await laneForTest(window);
  lane.offer(partitionForTest(0, 9));
  await gathered();
  const counts = [sent.length];
  for (const each of [0, 1]) {
    sent[each]?.answer({ throttleMs: 0, partitions: [] });
    await gathered();
    counts.push(sent.length);
  }
  return counts;
}

test('a request waits for all replicas in sync', async () => {
  const { lane, sent } = await laneForTest();
  lane.offer(partitionForTest(0, 1));
  await gathered();
  assert.equal(sent[0]?.request.acks, -1);
});

test('partitions share a request, and none is in it twice', async () => {
  const { lane, sent } = await laneForTest();
  lane.offer(partitionForTest(0, 3));
  lane.offer(partitionForTest(1, 1));
  await gathered();
  assert.deepEqual(
    sent.map(({ request }) => partitionsOf(request)),
    [[0, 1], [0], [0]],
  );
});

test('the window of requests closes at its limit, and an answer opens it', async () => {
  const { lane, sent } = await laneForTest({ produceInFlightMax: 2 });
  lane.offer(partitionForTest(0, 3));
  await gathered();
  assert.equal(sent.length, 2);
  sent[0]?.answer({ throttleMs: 0, partitions: [] });
  await gathered();
  assert.equal(sent.length, 3);
});

test('a window more than half full waits for one more answer, and is then filled at once', async () => {
  assert.deepEqual(await sentAfterAnswers({ produceInFlightMax: 4 }), [4, 4, 6]);
});

test('a smaller window suffices for requests that hold much', async () => {
  const window = { produceInFlightMax: 4, produceInFlightBytes: 20, produceInFlightMin: 2 };
  const { lane, sent } = await laneForTest(window);
  lane.offer(partitionForTest(0, 9));
  await gathered();
  assert.equal(sent.length, 2, 'the second one reaches 20 bytes');
  sent[0]?.answer({ throttleMs: 0, partitions: [] });
  await gathered();
  assert.equal(sent.length, 3, 'what was answered is on the way no longer');
});

test('a window more than half full of bytes waits, too', async () => {
  const window = { produceInFlightMax: 8, produceInFlightBytes: 40, produceInFlightMin: 1 };
  assert.deepEqual(await sentAfterAnswers(window), [4, 4, 6]);
});

test('partitions for which a request has no room come first in the next one', async () => {
  const { lane, sent } = await laneForTest({ producePartitionsMax: 2 });
  for (const number of [0, 1, 2]) lane.offer(partitionForTest(number, 2));
  await gathered();
  assert.deepEqual(
    sent.map(({ request }) => partitionsOf(request)),
    [
      [0, 1],
      [2, 0],
      [1, 2],
    ],
  );
});

test('a process that stood still writes nothing more', async () => {
  const { lane, sent } = await laneForTest({}, () => false);
  lane.offer(partitionForTest(0, 1));
  await gathered();
  assert.deepEqual(sent, []);
});

test('each partition gets its own answer, whatever their order; one that is left out is lost', async () => {
  const told: string[] = [];
  const { lane, sent } = await laneForTest();
  for (const number of [0, 1, 2]) lane.offer(partitionForTest(number, 1, told));
  await gathered();
  const answer = (partition: number, errorCode: number) => ({ topic: 't', partition, errorCode });
  sent[0]?.answer({ partitions: [answer(2, 22), answer(0, 20)] } as unknown as ProduceResponse);
  await gathered();
  assert.deepEqual(told, ['0 answered 20', '1 lost', '2 answered 22']);
});

test('when the connection fails, what is in flight is lost and what waits starts elsewhere', async () => {
  const told: string[] = [];
  const { lane, sent } = await laneForTest({ produceInFlightMax: 1 });
  lane.offer(partitionForTest(0, 1, told));
  await gathered();
  lane.offer(partitionForTest(1, 1, told));
  await gathered();
  sent[0]?.fail(new Error('gone'));
  await gathered();
  assert.deepEqual(told, ['0 lost', '1 without connection']);
  assert.equal(lane.ended, true);
});

const answerOf = (partition: number, errorCode: number) =>
  ({ topic: 't', topicId: 'id', partition, errorCode }) as ProduceResponse['partitions'][number];

/** A slow partition and a neighbour, `batches` each, after the first answer that both get. */
async function afterAnswer(
  batches: number,
  { slow = false, errorCode = kafkaError.REQUEST_TIMED_OUT }: { slow?: boolean; errorCode?: number } = {},
): Promise<{ ended: boolean; told: string[] }> {
  const told: string[] = [];
  const { lane, sent } = await laneForTest({ produceInFlightMax: 2 }, () => true, slow);
  for (const number of [0, 1]) lane.offer(partitionForTest(number, batches, told));
  await gathered();
  const partitions = [answerOf(0, errorCode), answerOf(1, kafkaError.NONE)];
  sent[0]?.answer({ throttleMs: 0, partitions });
  await gathered();
  return { ended: lane.ended, told };
}

test('a connection is left where more of a partition that waits for its replicas is under way', async () => {
  const { ended, told } = await afterAnswer(2);
  assert.ok(ended);
  const answered = [`0 answered ${kafkaError.REQUEST_TIMED_OUT}`, '1 answered 0'];
  assert.deepEqual(told, [...answered, '0 lost', '1 lost']);
});

test('it is kept where nothing more of it is under way, and where all on it are slow', async () => {
  assert.ok(!(await afterAnswer(1)).ended);
  assert.ok(!(await afterAnswer(2, { slow: true })).ended);
});

test('it is kept where the broker refuses at once, which holds up nobody', async () => {
  assert.ok(!(await afterAnswer(2, { errorCode: kafkaError.NOT_ENOUGH_REPLICAS })).ended);
});
