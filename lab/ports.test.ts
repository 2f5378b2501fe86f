// Ports for brokers: free now, and left alone by everybody else until they are used.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { seededRandom } from '../src/base/random.ts';
import { blockCount, PortBlocks, portMin, portsOfBlock } from './ports.ts';

const blockOf = (port: number) => Math.floor((port - portMin) / portsOfBlock);

/** Draws these blocks, one after the other. */
const drawing = (...blocks: number[]) => ({ int: () => blocks.shift() ?? assert.fail('one block too many') });

async function listenOn(t: TestContext, port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
}

/** As many blocks of which nobody holds the first ports, each with some of those. */
async function freeBlocks(count: number): Promise<{ block: number; ports: number[] }[]> {
  const found: { block: number; ports: number[] }[] = [];
  for (let block = process.pid % blockCount; found.length < count; block = (block + 1) % blockCount) {
    const [guard = 0, ...ports] = [0, 1, 2, 3, 4].map((each) => portMin + block * portsOfBlock + each);
    const free = await Promise.all([guard, ...ports].map(isFree));
    if (free.every(Boolean)) found.push({ block, ports });
  }
  return found;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

test('no two of many askers at once get the same port, and a block is followed by another one', async () => {
  const blocks = new PortBlocks(seededRandom(process.pid));
  const taken = await Promise.all(Array.from({ length: 30 }, () => blocks.take(5)));
  assert.equal(new Set(taken.flat()).size, 150);
  assert.ok(new Set(taken.flat().map(blockOf)).size >= 2);
});

test('a port that somebody listens on is passed over', async (t) => {
  const [{ block, ports } = assert.fail('no block')] = await freeBlocks(1);
  await listenOn(t, ports[1] as number);
  const [first, , third] = ports;
  assert.deepEqual(await new PortBlocks(drawing(block)).take(2), [first, third]);
});

test('a block of another process is passed over until that process ends', async () => {
  const [{ block, ports } = assert.fail('no block'), { block: other } = assert.fail('one block')] =
    await freeBlocks(2);
  const program = `
    import { PortBlocks } from ${JSON.stringify(new URL('./ports.ts', import.meta.url).href)};
    await new PortBlocks({ int: () => ${block} }).take(1);
    process.send('taken');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const ended = once(child, 'exit').then(() => assert.fail('the other process got no port'));
    await Promise.race([once(child, 'message'), ended]);
    const [port = 0] = await new PortBlocks(drawing(block, other)).take(1);
    assert.equal(blockOf(port), other);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  assert.deepEqual(await new PortBlocks(drawing(block)).take(1), [ports[0]]);
});
