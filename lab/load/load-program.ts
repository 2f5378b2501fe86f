// The process that produces a lab's traffic: apart, so that its work delays nobody. It ends with the lab's
// process, since its channel to it closes then.
import { systemClock } from '../../src/base/clock.ts';
import { describeError } from '../../src/base/errors.ts';
import { seededRandom, systemRandom } from '../../src/base/random.ts';
import type { LoadOrder } from './load-messages.ts';
import { Traffic } from './traffic.ts';

const reportMs = 500;

async function produce(order: LoadOrder): Promise<void> {
  const random = seededRandom(systemRandom.int(2 ** 32));
  const traffic = new Traffic({ ...order, clock: systemClock, random });
  setInterval(() => process.send?.(traffic.report()), reportMs);
  await traffic.run(new AbortController().signal);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
process.once('message', (order: LoadOrder) => {
  produce(order).catch((error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    process.exit(1);
  });
});
