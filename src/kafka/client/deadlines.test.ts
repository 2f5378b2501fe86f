// Deadlines on a clock that the test moves: they end a connection, and never let one answer pass for another.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { answerFrame, type HostileBroker, type Received } from '../../../test/fixtures/hostile-broker.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { anyFetch, latestOf, openTo, startBroker } from '../../../test/fixtures/opened-connection.ts';
import { answerFetch, answerOffsets } from '../../../test/fixtures/right-answers.ts';
import { encodeListOffsetsResponse } from '../wire/list-offsets.ts';

const limits = { requestWaitMs: 15_000, answerMarginMs: 10_000, silenceMsMax: 5_000, overtimeMsMax: 60_000 };

async function open(t: TestContext, clock = manualClock()) {
  const broker = await startBroker(t);
  return { broker, clock, ...(await openTo(t, broker, { clock, limits })) };
}

/** As many bytes have come to the client as the broker has sent. */
async function untilReceived(broker: HostileBroker, socket: Socket): Promise<void> {
  const [link] = broker.links;
  while (!socket.destroyed && socket.bytesRead < (link?.socket.bytesWritten ?? 0)) await turn();
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('silence until the deadline ends the connection with CW-3004, for everything under way', async (t) => {
  const { broker, clock, calls } = await open(t);
  broker.behaviour.set('listOffsets', () => undefined);
  const first = calls.listOffsets(latestOf(0));
  const second = calls.listOffsets(latestOf(1));
  await broker.untilRequests(2);
  clock.advance(14_999);
  assert.equal(calls.closed, false);
  clock.advance(1);
  const late =
    /broker 1 at 127\.0\.0\.1:\d+: no answer to ListOffsets within 15000 ms \(2 requests under way\)/;
  await assert.rejects(first, { code: 'CW-3004', message: late });
  await assert.rejects(second, { code: 'CW-3004' });
  assert.equal(calls.closed, true);
});

test('the shortest deadline counts, also behind a longer one', async (t) => {
  const { broker, clock, calls } = await open(t);
  broker.behaviour.set('fetch', () => undefined);
  broker.behaviour.set('listOffsets', () => undefined);
  const fetched = calls.fetch({ ...anyFetch, maxWaitMs: 60_000 });
  const listed = calls.listOffsets(latestOf(0));
  await broker.untilRequests(2);
  clock.advance(15_000);
  await assert.rejects(fetched, { code: 'CW-3004', message: /no answer to ListOffsets/ });
  await assert.rejects(listed, { code: 'CW-3004' });
});

test('an answer that comes after its deadline is never given to a later request', async (t) => {
  const { broker, clock, calls } = await open(t);
  const held: Received[] = [];
  broker.behaviour.set('listOffsets', (request) => void held.push(request));
  const late = calls.listOffsets(latestOf(1));
  await broker.untilRequests(1);
  clock.advance(15_000);
  await assert.rejects(late, { code: 'CW-3004' });
  const { calls: fresh } = await openTo(t, broker, { clock, limits });
  const next = fresh.listOffsets(latestOf(2));
  await broker.untilRequests(2);
  // Both answers carry the same correlation id; each goes out on the connection that asked.
  assert.equal(held[0]?.correlationId, held[1]?.correlationId);
  for (const request of held) answerOffsets(request);
  assert.equal((await next)[0]?.offset, 2n);
});

test('answered requests leave no deadline behind', async (t) => {
  const { broker, clock, calls } = await open(t);
  broker.behaviour.set('listOffsets', answerOffsets);
  await calls.listOffsets(latestOf(0));
  clock.advance(3_600_000);
  assert.equal(calls.closed, false);
  assert.equal((await calls.listOffsets(latestOf(4)))[0]?.offset, 4n);
});

test('a long answer may pass its deadline while bytes come, and not once they stop', async (t) => {
  const { broker, clock, calls, pool, socket } = await open(t);
  let frame = Buffer.alloc(0);
  broker.behaviour.set('fetch', (request) => {
    const sent: Buffer[] = [];
    const link = { send: (bytes: Buffer) => void sent.push(bytes) };
    answerFetch(
      { ...request, answer: (write) => link.send(answerFrame(1, request.correlationId, write)) },
      big,
    );
    frame = Buffer.concat(sent);
  });
  const big = Buffer.alloc(100_000);
  const slow = calls.fetch(anyFetch);
  await broker.untilRequests(1);
  const [link] = broker.links;
  for (let at = 0; at < 40_000; at += 10_000) {
    clock.advance(4_000);
    link?.send(frame.subarray(at, at + 10_000));
    await untilReceived(broker, socket);
  }
  // 16 s have gone by, the deadline was at 10.5 s.
  assert.equal(calls.closed, false);
  clock.advance(5_000);
  await assert.rejects(slow, { code: 'CW-3004' });
  assert.equal(pool.framesInUse, 0, 'half an answer is given back');
});

test('an answer that trickles for ever ends at the overtime', async (t) => {
  const { broker, clock, calls, pool, socket } = await open(t);
  broker.behaviour.set('fetch', ({ link, correlationId }) => {
    const head = Buffer.alloc(8);
    head.writeInt32BE(1_000_000, 0);
    head.writeInt32BE(correlationId, 4);
    link.send(head);
  });
  const trickling = assert.rejects(calls.fetch(anyFetch), { code: 'CW-3004' });
  await broker.untilRequests(1);
  let sent = 0;
  for (; !calls.closed && sent < 200; sent += 1) {
    for (const link of broker.links) link.send(Buffer.alloc(1));
    await untilReceived(broker, socket);
    clock.advance(1_000);
  }
  await trickling;
  assert.ok(sent >= 70 && sent < 80, `${sent} s: wait of 10.5 s and overtime of 60 s`);
  assert.equal(pool.framesInUse, 0);
});

test('a process that stood still reads what has come before it gives a broker up', async (t) => {
  const base = manualClock();
  let stoodStillMs = 0;
  const clock = { ...base, monotonicMs: () => base.monotonicMs() + stoodStillMs };
  const { broker, calls } = await open(t, clock);
  broker.behaviour.set('listOffsets', () => undefined);
  const listed = calls.listOffsets(latestOf(6));
  await broker.untilRequests(1);
  base.advance(14_000);
  // SIGSTOP for ten minutes; the timer fires first thing afterwards.
  stoodStillMs = 600_000;
  base.advance(1_000);
  assert.equal(calls.closed, false);
  answerOffsets(broker.requests[0] as Received);
  assert.equal((await listed)[0]?.offset, 6n);
});

test('… and gives it up if there was nothing', async (t) => {
  const base = manualClock();
  let stoodStillMs = 0;
  const clock = { ...base, monotonicMs: () => base.monotonicMs() + stoodStillMs };
  const { broker, calls } = await open(t, clock);
  broker.behaviour.set('listOffsets', () => undefined);
  const listed = assert.rejects(calls.listOffsets(latestOf(6)), { code: 'CW-3004' });
  await broker.untilRequests(1);
  stoodStillMs = 600_000;
  base.advance(15_000);
  base.advance(1_000);
  await listed;
});

const throttledOffsets = (throttleMs: number) => (request: Received) =>
  request.answer((writer) => {
    encodeListOffsetsResponse(writer, request.version, []);
    writer.patchInt32(5, throttleMs);
  });

test('a broker that throttles is left alone for as long as it says, and deadlines wait', async (t) => {
  const { broker, clock, calls } = await open(t);
  broker.behaviour.set('listOffsets', throttledOffsets(20_000));
  await calls.listOffsets(latestOf(0));
  broker.behaviour.set('listOffsets', answerOffsets);
  const held = [1, 2, 3].map((partition) => calls.listOffsets(latestOf(partition)));
  for (let i = 0; i < 20; i += 1) await turn();
  assert.equal(broker.requests.length, 1, 'nothing is sent meanwhile');
  clock.advance(19_999);
  for (let i = 0; i < 20; i += 1) await turn();
  assert.equal(broker.requests.length, 1);
  assert.equal(calls.closed, false, 'the deadline of 15 s does not run');
  clock.advance(1);
  const offsets = (await Promise.all(held)).map(([listed]) => listed?.offset);
  assert.deepEqual(offsets, [1n, 2n, 3n], 'in the order in which they were asked');
});

test('requests under way when the throttle comes get as much longer', async (t) => {
  const { broker, clock, calls } = await open(t);
  const held: Received[] = [];
  broker.behaviour.set('listOffsets', (request) => void held.push(request));
  const first = calls.listOffsets(latestOf(0));
  const second = calls.listOffsets(latestOf(7));
  await broker.untilRequests(2);
  throttledOffsets(20_000)(held[0] as Received);
  await first;
  clock.advance(34_000);
  assert.equal(calls.closed, false);
  answerOffsets(held[1] as Received);
  assert.equal((await second)[0]?.offset, 7n);
});

test('an endless throttle is cut to a minute; silence after it ends with CW-3004', async (t) => {
  const { broker, clock, calls } = await open(t);
  broker.behaviour.set('listOffsets', throttledOffsets(0x7fff_ffff));
  await calls.listOffsets(latestOf(0));
  broker.behaviour.set('listOffsets', () => undefined);
  const silent = calls.listOffsets(latestOf(1));
  clock.advance(60_000);
  await broker.untilRequests(2);
  clock.advance(15_000);
  const told = /within 15000 ms, after 60000 ms of quiet that it had asked for/;
  await assert.rejects(silent, { code: 'CW-3004', message: told });
});

test('a throttle of less than nothing is none', async (t) => {
  const { broker, calls } = await open(t);
  broker.behaviour.set('listOffsets', throttledOffsets(-5));
  await calls.listOffsets(latestOf(0));
  await calls.listOffsets(latestOf(1));
  assert.equal(broker.requests.length, 2);
});

test('a broker that accepts and says nothing is given up after the connect wait', async (t) => {
  const clock = manualClock();
  const broker = await startBroker(t);
  broker.behaviour.set('apiVersions', () => undefined);
  const opening = assert.rejects(openTo(t, broker, { clock, limits: { connectWaitMs: 5_000 } }), {
    code: 'CW-3002',
    message: /not ready within 5000 ms|no answer to ApiVersions within 5000 ms/,
  });
  await broker.until(() => broker.linksAccepted === 1);
  for (let i = 0; i < 20; i += 1) await turn();
  clock.advance(5_000);
  await opening;
  await broker.until(() => broker.links.size === 0);
});
