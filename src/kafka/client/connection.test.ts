// One connection against a broker that keeps to the protocol: order, versions, produce, memory, the way it
// ends.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { anyFetch, latestOf, openTo, startBroker } from '../../../test/fixtures/opened-connection.ts';
import { answerFetch, answerOffsets } from '../../../test/fixtures/right-answers.ts';
import { type Received, writeVersions } from '../../../test/fixtures/hostile-broker.ts';
import { kafkaError } from '../wire/error-codes.ts';
import { encodeApiVersionsResponse } from '../wire/api-versions.ts';
import { decodeProduceRequest, encodeProduceResponse } from '../wire/produce.ts';
import { WireReader } from '../wire/reader.ts';
import type { ProduceRequest } from '../wire/messages.ts';

test('many requests under way get their own answers, in order', async (t) => {
  const broker = await startBroker(t);
  const { calls } = await openTo(t, broker);
  const held: Received[] = [];
  broker.behaviour.set('listOffsets', (request) => void held.push(request));
  const answers = Array.from({ length: 2_000 }, (_, partition) => calls.listOffsets(latestOf(partition)));
  await broker.untilRequests(2_000);
  for (const request of held) answerOffsets(request);
  const offsets = (await Promise.all(answers)).map(([listed]) => Number(listed?.offset));
  assert.deepEqual(
    offsets,
    offsets.map((_, index) => index),
  );
});

/** `count` requests under way, of which the broker answers those it is told to. */
async function underWay(t: TestContext, count: number) {
  const broker = await startBroker(t);
  const clock = manualClock();
  const limits = { restAnswersMin: 2, restMsMax: 5, requestWaitMs: 1_000 };
  const opened = await openTo(t, broker, { clock, limits });
  const held: Received[] = [];
  broker.behaviour.set('listOffsets', (request) => void held.push(request));
  const settled: number[] = [];
  const answers = Array.from({ length: count }, async (_, at) => {
    await opened.calls.listOffsets(latestOf(at));
    settled.push(at);
  });
  await broker.untilRequests(count);
  const answer = (at: number) => answerOffsets(held[at] as Received);
  return { ...opened, clock, settled, answers, answer };
}

test('while several answers are due, those that come within a rest are read together', async (t) => {
  const { clock, settled, answers, answer } = await underWay(t, 5);
  answer(0);
  await answers[0];
  answer(1);
  answer(2);
  // Over the loopback, bytes that are sent are there in the next turns.
  for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(settled, [0], 'the connection rests');
  clock.advance(1);
  await Promise.all([answers[1], answers[2]]);
  answer(3);
  answer(4);
  clock.advance(5);
  await Promise.all(answers);
});

test('with few answers due, each is read as it comes', async (t) => {
  const { settled, answers, answer } = await underWay(t, 2);
  for (const at of [0, 1]) {
    answer(at);
    await answers[at];
  }
  assert.deepEqual(settled, [0, 1]);
});

test('a connection that ends while it rests tells all that is under way, and leaves no timer', async (t) => {
  const { clock, connection, answers, answer } = await underWay(t, 4);
  answer(0);
  await answers[0];
  const told = answers.slice(1).map((each) => assert.rejects(each, { code: 'CW-3003' }));
  connection.destroy('no more');
  await Promise.all(told);
  assert.equal(clock.timers, 0);
});

test('requests carry rising correlation ids and the client id', async (t) => {
  const broker = await startBroker(t);
  const { calls } = await openTo(t, broker);
  broker.behaviour.set('listOffsets', answerOffsets);
  await calls.listOffsets(latestOf(0));
  await calls.listOffsets(latestOf(1));
  const [first, second] = broker.requests;
  assert.equal((second?.correlationId ?? 0) - (first?.correlationId ?? 0), 1);
  assert.equal(first?.clientId, 'causeway test');
});

test('a broker of older versions is asked again in version 0, and spoken to in its versions', async (t) => {
  const broker = await startBroker(t);
  const asked: number[] = [];
  broker.behaviour.set('apiVersions', (request) => {
    asked.push(request.version);
    const errorCode = request.version === 0 ? 0 : kafkaError.UNSUPPORTED_VERSION;
    const ranges = [
      { key: 1, min: 4, max: 14 },
      { key: 2, min: 0, max: 6 },
    ];
    request.answer((writer) => encodeApiVersionsResponse(writer, 0, { errorCode, ranges, throttleMs: 0 }));
  });
  const { calls } = await openTo(t, broker);
  assert.deepEqual(asked, [3, 0]);
  broker.behaviour.set('fetch', (request) => answerFetch(request, Buffer.alloc(0)));
  (await calls.fetch(anyFetch)).lease.release();
  assert.equal(broker.requests[0]?.version, 14);
  const names = /broker 1 at 127\.0\.0\.1:\d+: ListOffsets: the broker offers 0 to 6, Causeway speaks 7 to 7/;
  await assert.rejects(calls.listOffsets(latestOf(0)), { code: 'CW-3006', message: names });
  await assert.rejects(calls.findCoordinator('id'), { code: 'CW-3006', message: /does not offer it/ });
});

const small = Buffer.alloc(100, 1);
const large = Buffer.alloc(300_000, 2);
const produceTo = (topicId: string, acks: -1 | 0 = -1): ProduceRequest => ({
  acks,
  timeoutMs: 1_000,
  topics: [
    {
      topic: 't',
      topicId,
      partitions: [small, large, small].map((records, partition) => ({ partition, records })),
    },
  ],
});

for (const [name, topicId, version] of [
  ['by topic id', 'ab'.repeat(16), 13],
  ['by name where there is no id', '', 12],
] as const) {
  test(`produce sends small and large batches as they are, ${name}`, async (t) => {
    const broker = await startBroker(t);
    const { calls } = await openTo(t, broker);
    broker.behaviour.set('produce', (request) =>
      request.answer((w) => encodeProduceResponse(w, request.version, { throttleMs: 0, partitions: [] })),
    );
    for (let round = 0; round < 5; round += 1) await calls.produce(produceTo(topicId));
    for (const request of broker.requests) {
      assert.equal(request.version, version);
      const reader = new WireReader(request.body);
      const [topic] = decodeProduceRequest(reader, request.version).topics;
      reader.finish();
      assert.equal(version === 13 ? topic?.topicId : topic?.topic, version === 13 ? topicId : 't');
      topic?.partitions.forEach(({ partition, records }) =>
        assert.ok(records.equals(partition === 1 ? large : small)),
      );
    }
    assert.equal(broker.requests.length, 5);
  });
}

test('many produce requests of one turn keep each its own bytes', async (t) => {
  const broker = await startBroker(t);
  const { calls } = await openTo(t, broker);
  broker.behaviour.set('produce', (request) =>
    request.answer((w) => encodeProduceResponse(w, request.version, { throttleMs: 0, partitions: [] })),
  );
  const batches = Array.from({ length: 100 }, (_, index) => Buffer.alloc(200, index));
  const produced = batches.map((records) => {
    const topics = [{ topic: 't', topicId: '', partitions: [{ partition: 0, records }] }];
    return calls.produce({ acks: -1, timeoutMs: 1_000, topics });
  });
  await Promise.all(produced);
  const received = broker.requests.map(
    ({ body, version }) =>
      decodeProduceRequest(new WireReader(body), version).topics[0]?.partitions[0]?.records,
  );
  assert.deepEqual(received, batches);
});

test('produce without acknowledgement waits for none, and the next answer is not taken for it', async (t) => {
  const broker = await startBroker(t);
  const { calls } = await openTo(t, broker);
  broker.behaviour.set('listOffsets', answerOffsets);
  broker.behaviour.set('produce', () => undefined);
  assert.deepEqual(await calls.produce(produceTo('', 0)), { throttleMs: 0, partitions: [] });
  assert.equal((await calls.listOffsets(latestOf(8)))[0]?.offset, 8n);
  assert.deepEqual(
    broker.requests.map(({ api }) => api),
    ['produce', 'listOffsets'],
  );
});

test('the records of a fetch stay valid until their lease is released', async (t) => {
  const broker = await startBroker(t);
  const { calls, pool } = await openTo(t, broker);
  broker.behaviour.set('fetch', (request) =>
    answerFetch(request, Buffer.alloc(20_000, broker.requests.length)),
  );
  const first = await calls.fetch(anyFetch);
  const second = await calls.fetch(anyFetch);
  assert.equal(pool.framesInUse, 2);
  assert.ok(first.topics[0]?.partitions[0]?.records.equals(Buffer.alloc(20_000, 1)));
  assert.ok(second.topics[0]?.partitions[0]?.records.equals(Buffer.alloc(20_000, 2)));
  first.lease.release();
  second.lease.release();
  assert.equal(pool.framesInUse, 0);
});

test('without memory answers wait in the network, and none is lost', async (t) => {
  const broker = await startBroker(t);
  const clock = manualClock();
  const { calls, pool } = await openTo(t, broker, { clock });
  broker.behaviour.set('fetch', (request) =>
    answerFetch(request, Buffer.alloc(700_000, broker.requests.length)),
  );
  const fetches = [1, 2, 3].map(() => calls.fetch(anyFetch));
  const first = await (fetches[0] as Promise<Awaited<(typeof fetches)[0]>>);
  await broker.untilRequests(3);
  await untilTrue(() => pool.waiting === 1);
  // Far beyond every deadline: our own lack of memory is not the broker's fault.
  clock.advance(3_600_000);
  first.lease.release();
  for (const [index, each] of fetches.slice(1).entries()) {
    const answer = await each;
    assert.equal(answer.topics[0]?.partitions[0]?.records[0], index + 2);
    answer.lease.release();
  }
  assert.equal(pool.framesInUse, 0);
});

test('destroy rejects everything under way with CW-3003, says how much, and may be repeated', async (t) => {
  const broker = await startBroker(t);
  const { calls, connection } = await openTo(t, broker);
  broker.behaviour.set('listOffsets', () => undefined);
  const underWay = [calls.listOffsets(latestOf(0)), calls.listOffsets(latestOf(1))];
  await broker.untilRequests(2);
  calls.destroy('paused by the operator');
  calls.destroy('again');
  const lost = {
    code: 'CW-3003',
    message: /connection lost: paused by the operator \(2 requests under way\)/,
  };
  for (const each of underWay) await assert.rejects(each, lost);
  assert.equal(connection.closed, true);
  await assert.rejects(calls.listOffsets(latestOf(2)), { code: 'CW-3003' });
  await assert.rejects(calls.produce(produceTo('')), { code: 'CW-3003' });
  await broker.until(() => broker.links.size === 0);
});

test('destroyWhenIdle lets what is under way be answered first', async (t) => {
  const broker = await startBroker(t);
  const { calls, connection } = await openTo(t, broker);
  broker.behaviour.set('listOffsets', () => undefined);
  const underWay = calls.listOffsets(latestOf(3));
  await broker.untilRequests(1);
  connection.destroyWhenIdle('another broker is asked now');
  assert.equal(connection.closed, false);
  answerOffsets(broker.requests[0] as Received);
  assert.equal((await underWay)[0]?.offset, 3n);
  assert.equal(connection.closed, true);
});

test('a broker that closes the connection is told from one that is slow', async (t) => {
  const broker = await startBroker(t);
  const { calls } = await openTo(t, broker);
  broker.behaviour.set('listOffsets', answerOffsets);
  await calls.listOffsets(latestOf(0));
  broker.behaviour.set('listOffsets', ({ link }) => link.socket.end());
  const closed = { code: 'CW-3003', message: /the broker closed it \(1 request under way\)/ };
  await assert.rejects(calls.listOffsets(latestOf(0)), closed);
});

test('a broker that closes the connection at the first request may want a login', async (t) => {
  const broker = await startBroker(t);
  const { calls } = await openTo(t, broker);
  broker.behaviour.set('listOffsets', ({ link }) => link.socket.end());
  const closed = { code: 'CW-3003', message: /closed it; this listener may ask for a login \(SASL\)/ };
  await assert.rejects(calls.listOffsets(latestOf(0)), closed);
});

test('nobody listens: CW-3002 names the broker and the reason', async (t) => {
  const broker = await startBroker(t);
  const gone = { nodeId: 5, address: { host: '127.0.0.1', port: broker.port } };
  await broker.stop();
  await assert.rejects(openTo(t, gone as typeof broker), {
    code: 'CW-3002',
    message: /broker 5 at 127\.0\.0\.1:\d+: cannot connect: .*ECONNREFUSED/,
  });
});

test('a broker whose versions are refused with an error is not connected to', async (t) => {
  const broker = await startBroker(t);
  broker.behaviour.set('apiVersions', (request) =>
    request.answer((w) => encodeApiVersionsResponse(w, 3, { errorCode: 31, ranges: [], throttleMs: 0 })),
  );
  await assert.rejects(openTo(t, broker), { code: 'CW-3002', message: /ApiVersions: error 31/ });
  broker.behaviour.set('apiVersions', (request) =>
    request.answer((writer) => writeVersions(writer, request.version)),
  );
  await openTo(t, broker);
});

async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
