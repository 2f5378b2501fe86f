// What happens at a point of a request, over a real socket: bytes that are cut, held back or sent once more,
// and an answer that nobody gets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Connection } from '../../../src/kafka/client/connection.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';
import { PointActions } from './point-actions.ts';
import type { WireEvent, WireOrder } from './wire-orders.ts';

const request = Buffer.from('a request of some bytes, in two pieces');
const order = { campaign: 'at point', id: 7, kind: 'write data', times: 1, waitMs: 0 } as const;

/** What came over each connection to it. */
async function withBroker(use: (socket: Socket, came: string[]) => Promise<void>): Promise<void> {
  const came: string[] = [];
  const server = createServer((socket) => {
    const at = came.push('') - 1;
    socket.on('data', (bytes) => {
      came[at] += bytes.toString();
      socket.write('answer');
    });
    socket.on('error', () => server.emit('reset'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.on('error', () => socket.destroy());
  try {
    await use(socket, came);
  } finally {
    socket.destroy();
    server.close();
  }
}

/** As a connection does: all of it before it returns, answered later. */
function sendOver(socket: Socket): Promise<string> {
  const answered = new Promise<string>((resolve, reject) => {
    socket.once('data', (bytes) => resolve(bytes.toString()));
    socket.once('close', () => reject(new Error('lost')));
  });
  socket.write(request.subarray(0, 9));
  socket.write(request.subarray(9));
  return answered;
}

function actionsWith(...orders: WireOrder[]) {
  const events: WireEvent[] = [];
  const actions = new PointActions((event) => events.push(event));
  for (const each of orders) actions.take(each);
  return { actions, events };
}

const noConnection = {} as Connection;

test('a request that no order is for passes as it is', () =>
  withBroker(async (socket, came) => {
    const { actions, events } = actionsWith({ ...order, stage: 'half sent', action: 'cut' });
    assert.equal(await actions.perform('fetch', noConnection, () => sendOver(socket)), 'answer');
    assert.deepEqual([came, events], [[request.toString()], []]);
  }));

test('a connection is cut in the middle of a frame, once', () =>
  withBroker(async (socket, came) => {
    const { actions, events } = actionsWith({ ...order, stage: 'half sent', action: 'cut' });
    await assert.rejects(
      actions.perform('write data', noConnection, () => sendOver(socket)),
      /lost/,
    );
    assert.deepEqual(events, [{ is: 'hit', id: 7, point: 'write data, half sent', action: 'cut' }]);
    assert.ok((came[0] ?? '').length <= request.length / 2);
    let wasSent = false;
    await actions.perform('write data', noConnection, async () => (wasSent = true));
    assert.ok(wasSent);
  }));

test('a request is sent once more, over a connection of its own', () =>
  withBroker(async (socket, came) => {
    const { actions } = actionsWith({ ...order, stage: 'sent', action: 'repeat' });
    assert.equal(await actions.perform('write data', noConnection, () => sendOver(socket)), 'answer');
    await waitUntil('the request to come again', () => came[1] === request.toString());
    assert.equal(came[0], request.toString());
  }));

test('a request is held back, with what is behind it', () =>
  withBroker(async (socket, came) => {
    const { actions } = actionsWith({ ...order, stage: 'before', action: 'hold', waitMs: 200 });
    const began = performance.now();
    const answered = actions.perform('write data', noConnection, () => sendOver(socket));
    socket.write(' and another');
    assert.equal(await answered, 'answer');
    assert.ok(performance.now() - began >= 190);
    assert.equal(came[0], `${request.toString()} and another`);
  }));

test('an answer is lost with its connection', async () => {
  const { actions } = actionsWith({ ...order, stage: 'answered', action: 'cut' });
  let [released, destroyed] = [0, 0];
  const connection = { where: 'broker 1', destroy: () => (destroyed += 1) } as unknown as Connection;
  const answer = { lease: { release: () => (released += 1) } };
  const lost = actions.perform('write data', connection, () => Promise.resolve(answer));
  await assert.rejects(lost, { code: 'CW-3003' });
  assert.deepEqual([released, destroyed], [1, 1]);
});

test('orders that were not carried out are forgotten', async () => {
  const { actions, events } = actionsWith({ ...order, stage: 'answered', action: 'cut' });
  actions.forget();
  assert.equal(await actions.perform('write data', noConnection, () => Promise.resolve(1)), 1);
  assert.deepEqual(events, []);
});
