// A bare TCP relay in Node between a fetching client and the source's broker: what passing these bytes costs
// when nothing else is done with them. It reads as Causeway does: `onread` straight into pooled buffers,
// each given back when the operating system has taken its bytes. Usage: relay.ts BROKER_HOST BROKER_PORT;
// tells its parent the port on which it waits for the client.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { BufferPool, type PooledFrame } from '../../src/kafka/client/buffer-pool.ts';

/** As large as a produce request of Causeway's. */
const bufferBytes = 1024 * 1024;
const poolBytesMax = 16 * bufferBytes;
/** With less room left in a buffer, the next read takes a new one. */
const readBytesMin = 256 * 1024;
/** Reading pauses while more is not yet taken by the client's socket. */
const unsentBytesMax = 4 * bufferBytes;

const pool = new BufferPool(poolBytesMax);

class Relay {
  readonly #client: Socket;
  #frame = nextFrame();
  #filled = 0;

  constructor(client: Socket, host: string, port: number) {
    this.#client = client;
    const onread = { buffer: () => this.#room(), callback: (count: number) => this.#received(count) };
    const broker = connect({ host, port, noDelay: true, onread });
    client.on('data', (bytes) => broker.write(bytes));
    client.on('drain', () => broker.resume());
    client.on('close', () => broker.destroy());
    broker.on('close', () => client.destroy());
    for (const socket of [client, broker]) socket.on('error', () => socket.destroy());
  }

  #room(): Buffer {
    if (bufferBytes - this.#filled < readBytesMin) {
      this.#frame.release();
      this.#frame = nextFrame();
      this.#filled = 0;
    }
    return this.#frame.bytes.subarray(this.#filled);
  }

  #received(count: number): boolean {
    const frame = this.#frame;
    frame.retain();
    const piece = frame.bytes.subarray(this.#filled, this.#filled + count);
    this.#filled += count;
    this.#client.write(piece, () => frame.release());
    return this.#client.writableLength < unsentBytesMax;
  }
}

function nextFrame(): PooledFrame {
  const frame = pool.tryAcquire(bufferBytes);
  if (frame === undefined) throw new Error('the pool is smaller than what may be unsent');
  return frame;
}

const [host = '', port = ''] = process.argv.slice(2);
const server = createServer({ noDelay: true, highWaterMark: unsentBytesMax }, (client) => {
  new Relay(client, host, Number(port));
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
