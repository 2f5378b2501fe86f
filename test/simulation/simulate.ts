// `npm run simulate`: random worlds for as long as one likes, and what to do about those that fail.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { repositoryFolder } from '../../lab/folders.ts';
import { BrokenWorld, type Reduction, runRandomWorld } from './random-world.ts';
import { complaintOf, shrink } from './shrink.ts';
import { type Failure, SimulationTotals } from './simulation-totals.ts';

const usage = `npm run simulate -- [--worlds 1000] [--from 1] [--failures 3] [--report FILE]
                      --seed S [--shrink] [--log] | --replay FILE [--log]

  --worlds    random worlds of the seeds --from, --from + 1, …; ends after so many --failures
  --report    what they came to, as JSON
  --seed      one world alone
  --shrink    where it fails, leaves out of it what does not matter, and writes what is left to a file
  --replay    a world that was made small, from that file
  --log       prints every event

More orders in small worlds: CAUSEWAY_ORDERS=2 node --test test/simulation/small-orders.test.ts
Every wake of a paused worker: CAUSEWAY_WAKE_STRIDE=1 node --test test/simulation/paused-worker.test.ts
`;

interface Options {
  readonly worlds: number;
  readonly from: number;
  readonly failures: number;
  readonly report: string | undefined;
  readonly seed: number | undefined;
  readonly shrink: boolean;
  readonly replay: string | undefined;
  readonly log: boolean;
}

const say = (text: string) => process.stdout.write(`${text}\n`);

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  if (options.replay !== undefined) return replay(options.replay, options.log);
  if (options.seed !== undefined) return runOne(options.seed, options);
  return runMany(options);
}

function readOptions(): Options | number {
  try {
    const { values } = parseArgs({
      options: {
        worlds: { type: 'string', default: '1000' },
        from: { type: 'string', default: '1' },
        failures: { type: 'string', default: '3' },
        report: { type: 'string' },
        seed: { type: 'string' },
        shrink: { type: 'boolean', default: false },
        replay: { type: 'string' },
        log: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { worlds, from, failures, seed, report, replay: file, help, ...flags } = values;
    const numbers = [worlds, from, failures, seed ?? '1'].map(Number);
    if (!help && numbers.every((each) => Number.isSafeInteger(each) && each >= 1)) {
      const [worldsNumber = 0, fromNumber = 0, failuresNumber = 0] = numbers;
      const given = { worlds: worldsNumber, from: fromNumber, failures: failuresNumber };
      return { ...given, ...flags, report, replay: file, seed: seed === undefined ? seed : Number(seed) };
    }
    say(usage);
    return help ? 0 : 2;
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
}

async function runMany({ worlds, from, failures, report }: Options): Promise<number> {
  const totals = new SimulationTotals();
  const failed: Failure[] = [];
  for (let seed = from; seed < from + worlds && failed.length < failures; seed += 1) {
    const run = await attempt(seed);
    if (run instanceof BrokenWorld) {
      failed.push({ seed, complaint: complaintOf(run) });
      say(`\n${inspect(run)}\n\nnpm run simulate -- --seed ${seed} --shrink\n`);
    } else totals.add(run);
    if ((seed - from + 1) % 250 === 0) say(`seed ${seed}: ${totals.text}, ${failed.length} failed`);
  }
  say(`${totals.text}, ${failed.length} failed`);
  if (report !== undefined)
    writeFileSync(report, `${JSON.stringify(totals.report(from, failed), undefined, 2)}\n`);
  return failed.length === 0 ? 0 : 1;
}

async function runOne(seed: number, { log, shrink: makesSmall }: Options): Promise<number> {
  const run = await attempt(seed, { log });
  if (!(run instanceof BrokenWorld)) {
    say(`seed ${seed} broke no promise: ${inspect(run)}`);
    return 0;
  }
  say(inspect(run));
  if (!makesSmall) return 1;
  const { acts, failure, reduction, runs } = await shrink(run, async (each) => {
    const again = await attempt(seed, { reduction: each });
    return again instanceof BrokenWorld ? again : undefined;
  });
  const file = path.join(repositoryFolder, '.cache', 'simulation', `${seed}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  const kept = { seed, faultsUntilMs: reduction.faultsUntilMs, leftOut: [...reduction.leftOut] };
  writeFileSync(file, `${JSON.stringify(kept)}\n`);
  say(`\n${inspect(failure)}\n\nAfter ${runs} runs ${acts.length} of ${run.acts.length} acts are left:`);
  for (const act of acts) say(`  ${act}`);
  say(`npm run simulate -- --replay ${path.relative(process.cwd(), file)} --log`);
  return 1;
}

async function replay(file: string, log: boolean): Promise<number> {
  const { seed, faultsUntilMs, leftOut } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly seed: number;
    readonly faultsUntilMs: number;
    readonly leftOut: readonly string[];
  };
  const run = await attempt(seed, { log, reduction: { faultsUntilMs, leftOut: new Set(leftOut) } });
  say(inspect(run));
  return run instanceof BrokenWorld ? 1 : 0;
}

async function attempt(seed: number, options: { log?: boolean; reduction?: Reduction } = {}) {
  const { log = false, reduction } = options;
  const onLog = (lines: readonly string[]) => process.stdout.write(`${lines.join('\n')}\n`);
  try {
    return await runRandomWorld(seed, {
      ...(reduction !== undefined && { reduction }),
      ...(log && { onLog }),
    });
  } catch (error) {
    if (error instanceof BrokenWorld) return error;
    throw error;
  }
}
