// `npm run campaign`: random worlds for as long as one likes, and what to do about those that fail.
import { inspect, parseArgs } from 'node:util';
import { runRandomWorld } from './random-world.ts';

const usage = `npm run campaign -- [--worlds 1000] [--from 1] [--failures 3]

Runs the random worlds of the seeds --from, --from + 1, … and prints those that fail, up to --failures.
Replay one with every event: CAUSEWAY_SIM_SEED=<seed> node --test test/simulation/random-worlds.test.ts
More orders in small worlds: CAUSEWAY_ORDERS=2 node --test test/simulation/small-orders.test.ts
Every wake of a paused worker: CAUSEWAY_WAKE_STRIDE=1 node --test test/simulation/paused-worker.test.ts
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      worlds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      failures: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [worlds, from, failuresMax] = [Number(values.worlds), Number(values.from), Number(values.failures)];
  const failed: number[] = [];
  let virtualMs = 0;
  let faults = 0;
  const report = (seed: number) =>
    process.stdout.write(
      `seed ${seed}: ${Math.round(virtualMs / 3_600_000)} virtual hours, ${faults} faults, ` +
        `${failed.length} failed\n`,
    );
  for (let seed = from; seed < from + worlds && failed.length < failuresMax; seed += 1) {
    try {
      const run = await runRandomWorld(seed);
      virtualMs += run.virtualMs;
      faults += run.faults;
    } catch (error) {
      failed.push(seed);
      process.stdout.write(`\nseed ${seed} failed: ${inspect(error)}\n\n`);
    }
    if ((seed - from + 1) % 250 === 0) report(seed);
  }
  report(from + worlds - 1);
  return failed.length === 0 ? 0 : 1;
}
