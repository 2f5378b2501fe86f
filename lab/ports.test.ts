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

/** A block that was free a moment ago, and its ports. */
async function freeBlock(): Promise<{ block: number; ports: number[] }> {
  const ports = await new PortBlocks(seededRandom(process.pid)).take(3);
  // That one is guarded by this process now: its neighbours are most likely free.
  const block = (blockOf(ports[0] as number) + 1) % blockCount;
  const first = portMin + block * portsOfBlock;
  return { block, ports: [1, 2, 3, 4].map((each) => first + each) };
}

test('no two of many askers at once get the same port, and a block is followed by another one', async () => {
  const blocks = new PortBlocks(seededRandom(process.pid));
  const taken = await Promise.all(Array.from({ length: 30 }, () => blocks.take(5)));
  assert.equal(new Set(taken.flat()).size, 150);
  assert.ok(new Set(taken.flat().map(blockOf)).size >= 2);
});

test('a port that somebody listens on is passed over', async (t) => {
  const { block, ports } = await freeBlock();
  await listenOn(t, ports[1] as number);
  const [first, , third] = ports;
  assert.deepEqual(await new PortBlocks(drawing(block)).take(2), [first, third]);
});

test('a block of another process is passed over until that process ends', async () => {
  const { block, ports } = await freeBlock();
  const other = (block + 1) % blockCount;
  const program = `
    import { PortBlocks } from ${JSON.stringify(new URL('./ports.ts', import.meta.url).href)};
    await new PortBlocks({ int: () => ${block} }).take(1);
    process.send('taken');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    await once(child, 'message');
    const [port = 0] = await new PortBlocks(drawing(block, other)).take(1);
    assert.equal(blockOf(port), other);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  assert.deepEqual(await new PortBlocks(drawing(block)).take(1), [ports[0]]);
});
