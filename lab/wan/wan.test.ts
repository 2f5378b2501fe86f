// The WAN's process with plain sockets in the place of brokers: what passes is whole, and failures are told.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import { freePorts } from '../ports.ts';
import { processesOfLab } from '../process-table.ts';
import { Wan } from './wan.ts';

interface World {
  readonly wan: Wan;
  readonly labId: string;
  /** Where clients in `here` reach the server in `there`. */
  readonly port: number;
  readonly server: Server;
}

/** A server in `there` that sends back what it gets, and ends when its client does. */
async function startWorld(t: TestContext): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-wan-'));
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const [port = 0] = await freePorts(1);
  const brokerPort = (server.address() as AddressInfo).port;
  const labId = `wan-test-${process.pid}-${port}`;
  const wan = await Wan.start({
    labId,
    regions: ['here', 'there'],
    crossings: [{ from: 'here', to: 'there', broker: 1, port, brokerPort }],
    logFile: join(folder, 'wan.log'),
  });
  t.after(async () => {
    await wan.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { wan, labId, port, server };
}

function randomBytes(count: number): Buffer {
  const random = seededRandom(11);
  const bytes = Buffer.alloc(count);
  for (let at = 0; at + 4 <= count; at += 4) bytes.writeUInt32BE(random.int(2 ** 32), at);
  return bytes;
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Sends everything, ends, and resolves with all that came back. */
function echoed(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.once('error', reject);
    socket.once('end', () => resolve(Buffer.concat(pieces)));
    socket.end(bytes);
  });
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

test('bytes come through whole and in order, while the settings change under them', async (t) => {
  const { wan, port } = await startWorld(t);
  const bytes = randomBytes(3_000_000);
  await wan.set('here', 'there', { rttMs: 4, jitterMs: 6, bandwidthBytesPerSecond: 20_000_000 });
  const answers = Array.from({ length: 4 }, () => echoed(port, bytes));
  const changes = [{ rttMs: 0 }, { jitterMs: 0, bandwidthBytesPerSecond: null }, { rttMs: 10, jitterMs: 3 }];
  for (const change of changes) await wan.set('here', 'there', change);
  await wan.cut('here', 'there');
  await wan.heal('here', 'there');
  for (const answer of await Promise.all(answers)) assert.equal(hashOf(answer), hashOf(bytes));
  const passed = (await wan.status()).map((link) => link.bytes);
  assert.deepEqual(passed, [4 * bytes.length, 4 * bytes.length]);
});

test('a broker that does not listen shows as a closed connection', async (t) => {
  const { port, server } = await startWorld(t);
  await new Promise((resolve) => server.close(resolve));
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  await closed(socket);
});

test('isolation is apart from cuts, and both end when everything is healed', async (t) => {
  const { wan } = await startWorld(t);
  const cuts = async () => (await wan.status()).map(({ cut }) => cut);
  await wan.cut('here', 'there', 'reset', { oneWay: true });
  await wan.isolate('there');
  assert.deepEqual(await cuts(), ['reset', 'hold']);
  await wan.join('there');
  assert.deepEqual(await cuts(), ['reset', null]);
  await wan.isolate('there', 1);
  assert.deepEqual([wan.isIsolated('there', 1), wan.isIsolated('there')], [true, false]);
  await wan.healAll('here');
  assert.deepEqual([await cuts(), wan.isIsolated('there', 1)], [[null, null], true]);
  await wan.healAll();
  assert.equal(wan.isIsolated('there', 1), false);
});

test('when its process is gone, it says so', async (t) => {
  const { wan, labId } = await startWorld(t);
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  const [pid] = processesOfLab(labId);
  process.kill(pid as number, 'SIGKILL');
  assert.match((await warned).message, /emulated WAN.*SIGKILL/);
  await assert.rejects(wan.set('here', 'there', { rttMs: 1 }), { code: 'CW-5015' });
  await assert.rejects(wan.status(), { code: 'CW-5015' });
});
