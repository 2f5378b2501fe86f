// A bare TCP relay in Node: what passing bytes costs when nothing else is done with them. It reads as Causeway
// does: `onread` straight into pooled buffers, each given back when the operating system has taken its bytes.
// Usage: relay.ts SOURCE_PORT; tells its parent the port on which it waits for the reader.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { BufferPool, type PooledFrame } from '../../src/kafka/client/buffer-pool.ts';

/** As large as a produce request of Causeway's. */
const bufferBytes = 1024 * 1024;
const poolBytesMax = 16 * bufferBytes;
/** With less room left in a buffer, the next read takes a new one. */
const readBytesMin = 256 * 1024;
/** Reading pauses while more is not yet taken by the reader's socket. */
const unsentBytesMax = 4 * bufferBytes;

class Relay {
  readonly #pool = new BufferPool(poolBytesMax);
  readonly #reader: Socket;
  readonly #source: Socket;
  #frame = this.#nextFrame();
  #filled = 0;

  constructor(sourcePort: number, reader: Socket) {
    this.#reader = reader;
    const onread = { buffer: () => this.#room(), callback: (count: number) => this.#received(count) };
    this.#source = connect({ host: '127.0.0.1', port: sourcePort, noDelay: true, onread });
    this.#source.on('end', () => reader.end());
    reader.on('drain', () => this.#source.resume());
  }

  #room(): Buffer {
    if (bufferBytes - this.#filled < readBytesMin) {
      this.#frame.release();
      this.#frame = this.#nextFrame();
      this.#filled = 0;
    }
    return this.#frame.bytes.subarray(this.#filled);
  }

  #received(count: number): boolean {
    const frame = this.#frame;
    frame.retain();
    const piece = frame.bytes.subarray(this.#filled, this.#filled + count);
    this.#filled += count;
    this.#reader.write(piece, () => frame.release());
    return this.#reader.writableLength < unsentBytesMax;
  }

  #nextFrame(): PooledFrame {
    const frame = this.#pool.tryAcquire(bufferBytes);
    if (frame === undefined) throw new Error('the pool is smaller than what may be unsent');
    return frame;
  }
}

const sourcePort = Number(process.argv[2]);
const server = createServer({ noDelay: true, highWaterMark: unsentBytesMax }, (reader) => {
  new Relay(sourcePort, reader);
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
