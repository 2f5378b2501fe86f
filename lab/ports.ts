// Free ports below the range from which the system takes ports for outgoing connections, so that a broker
// finds its port free again after a restart. Labs of several processes start at the same time, and a port is
// used long after it was found free: each process takes its ports from blocks of its own, and shows that a
// block is taken by listening on the first port of it.
import { createServer, type Server } from 'node:net';
import { CausewayError } from '../src/base/errors.ts';
import { type Random, systemRandom } from '../src/base/random.ts';

export const portMin = 15_000;
export const portsOfBlock = 100;
export const blockCount = 170;
const triesMax = 2_000;

export class PortBlocks {
  readonly #random: Random;
  /** The next port of the block, and where that ends. None at first. */
  #next = 0;
  #end = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Ports of 127.0.0.1 that nobody listens on now, and that nobody else is given. Throws CW-5007. */
  take(count: number): Promise<number[]> {
    const taken = this.#turn.then(() => this.#take(count));
    this.#turn = Promise.allSettled([taken]);
    return taken;
  }

  async #take(count: number): Promise<number[]> {
    const found: number[] = [];
    for (let tries = 0; found.length < count; tries += 1) {
      if (tries >= triesMax) {
        const range = `${portMin} and ${portMin + blockCount * portsOfBlock}`;
        const text = `no ${count} free ports between ${range} in ${triesMax} tries on 127.0.0.1`;
        throw new CausewayError('CW-5007', text);
      }
      if (this.#next === this.#end) await this.#tryBlock();
      else if (await isFree(this.#next)) found.push(this.#next++);
      else this.#next += 1;
    }
    return found;
  }

  async #tryBlock(): Promise<void> {
    const first = portMin + this.#random.int(blockCount) * portsOfBlock;
    const guard = await listenOn(first);
    if (guard === undefined) return;
    // For as long as this process lives, and no longer.
    guard.unref();
    this.#next = first + 1;
    this.#end = first + portsOfBlock;
  }
}

const ofThisProcess = new PortBlocks(systemRandom);

/** Ports of 127.0.0.1 that nobody listens on now, and that no other lab is given. Throws CW-5007. */
export const freePorts = (count: number): Promise<number[]> => ofThisProcess.take(count);

async function isFree(port: number): Promise<boolean> {
  const server = await listenOn(port);
  if (server === undefined) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

/** Undefined where somebody listens already. */
function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
