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
  const { values, positionals } = parseArgs({
    options: {
      worlds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      failures: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
    strict: false,
  });
  const known = ['worlds', 'from', 'failures', 'help'];
  const odd = [...positionals, ...Object.keys(values).filter((name) => !known.includes(name))];
  const [worlds = 0, from = 0, failuresMax = 0] = known.slice(0, 3).map((name) => Number(values[name]));
  const numbersFit = [worlds, from, failuresMax].every((each) => Number.isSafeInteger(each) && each >= 1);
  if (values['help'] === true || odd.length > 0 || !numbersFit) {
    process.stdout.write(usage);
    return values['help'] === true ? 0 : 2;
  }
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
