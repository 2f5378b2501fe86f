// Free ports below the range from which the system takes ports for outgoing connections, so that a broker
// finds its port free again after a restart.
import { createServer } from 'node:net';
import { CausewayError } from '../src/base/errors.ts';
import { type Random, systemRandom } from '../src/base/random.ts';

const portMin = 15_000;
const portMaxExclusive = 32_000;
const triesMax = 2_000;

/** Different ports of 127.0.0.1 that nobody listens on now. Throws CW-5007. */
export async function freePorts(count: number, random: Random = systemRandom): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries >= triesMax) {
      throw new CausewayError(
        'CW-5007',
        `no ${count} free ports between ${portMin} and ${portMaxExclusive} in ${triesMax} tries on 127.0.0.1`,
      );
    }
    const port = portMin + random.int(portMaxExclusive - portMin);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
