// A name with an IPv4 address that takes a second to connect to, or refuses, and an IPv6 one that leads
// nowhere.
import assert from 'node:assert/strict';
import dns from 'node:dns';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { probeSocket } from './probe.ts';
import { createKafkaCluster } from './real-cluster.ts';
import { type BrokerAddress, openPlainSocket } from './socket.ts';

/**
 * Listens and takes no connection until it is told to: once the few that may wait are there, the first packet
 * of the next is dropped, and comes again a second later.
 */
const busyServer = `
  const { createServer } = require('node:net');
  const { parentPort, workerData } = require('node:worker_threads');
  const server = createServer(() => undefined);
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(workerData, 0, 0);
  });
`;
/** One more than its backlog: as Linux counts. */
const waitingMax = 2;

async function startBusyServer(t: TestContext): Promise<{ address: BrokerAddress; accept: () => void }> {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(busyServer, { eval: true, workerData: flag });
  const accept = () => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
  t.after(() => {
    accept();
    return worker.terminate();
  });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  for (let count = 0; count < waitingMax; count += 1) {
    const waiting = connect({ host: '127.0.0.1', port });
    t.after(() => waiting.destroy());
    await new Promise((resolve) => waiting.once('connect', resolve));
  }
  resolveToBoth(t);
  return { address: { host: 'both.example', port }, accept };
}

function resolveToBoth(t: TestContext): void {
  t.mock.method(dns, 'lookup', (_host: string, _options: object, found: (...told: unknown[]) => void) => {
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
    process.nextTick(found, null, addresses);
  });
}

const ways: readonly [string, (t: TestContext, address: BrokerAddress) => Promise<unknown>][] = [
  [
    'by a connection to a broker',
    (t, address) =>
      new Promise<void>((resolve, reject) => {
        const onread = { buffer: Buffer.alloc(16), callback: () => true };
        const socket = openPlainSocket(address, onread, resolve);
        t.after(() => socket.destroy());
        socket.once('error', reject);
      }),
  ],
  ['by a probe', (_, address) => probeSocket(address, { clock: systemClock, waitMs: 10_000 })],
  [
    'by a socket that a library opens',
    (t, address) =>
      new Promise<void>((resolve, reject) => {
        const socket = connect(address, resolve);
        t.after(() => socket.destroy());
        socket.once('error', reject);
      }),
  ],
];

for (const [how, connectTo] of ways) {
  test(`a slow address is waited for ${how}, although the name has another`, async (t) => {
    const { address, accept } = await startBusyServer(t);
    const connected = connectTo(t, address);
    // By then the first packet is lost.
    setImmediate(() => setImmediate(accept));
    await assert.doesNotReject(connected);
  });
}

test('where no address of a name can be connected to, each is told', async (t) => {
  resolveToBoth(t);
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const cluster = createKafkaCluster({
    bootstrapServers: [`both.example:${port}`],
    clientId: 'c',
    clock: systemClock,
    log: silentLog,
  });
  t.after(() => cluster.close());
  const message = new RegExp(`ECONNREFUSED 127\\.0\\.0\\.1:${port}; connect E[A-Z]+ ::1:${port}`);
  await assert.rejects(cluster.metadata([]), { code: 'CW-3001', message });
});
