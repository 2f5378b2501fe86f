// `npm run benchmark:fillers`: how fast offsets are used up that carry no record, by control records in both
// ways, and by a prefix. Prints a table and writes the results.
import { goalsText } from '../report/work-report.ts';
import { describeMachine, type Machine } from '../report/machine.ts';
import { writeResults } from '../report/results.ts';
import { shownCell } from '../report/table.ts';
import { startLabRig } from '../rig/lab-rig.ts';
import type { Rig } from '../rig/rig.ts';
import { measureCoordinated } from './coordinated.ts';
import { fillGoals, fillText } from './fill-report.ts';
import { type FillResult, runFill, startEngine } from './fill-run.ts';
import { type FillerOptions, parseOptions, usage } from './options.ts';
import { type SourceSite, writeHoles, writeLate } from './sources.ts';

const startMs = performance.now();
const say = (line: string) => {
  process.stderr.write(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
};

async function main(options: FillerOptions): Promise<void> {
  const at = new Date();
  const results: FillResult[] = [];
  const onResult = (result: FillResult) => {
    results.push(result);
    const [seconds, rate] = [result.seconds, result.perSecond].map(shownCell);
    say(`  ${result.part}, round ${result.round}: ${seconds} s, ${rate} offsets a second`);
  };
  const machine = await measureOnRig(options, onResult);
  if (options.parts.includes('coordinated')) {
    say(`the coordinator's way: brokers with an authorizer, ${options.holesCoordinated} holes`);
    await measureCoordinated(options.holesCoordinated, options.rounds, onResult);
  }
  const goals = fillGoals(results);
  process.stdout.write(`\n${fillText(results)}\n\n${goalsText(goals)}\n\n`);
  say(`written: ${writeResults('fillers', at, { at, machine, options, goals, results })}`);
}

/** The parts that need no authorizer. Returns the machine as it was when they began. */
async function measureOnRig(
  options: FillerOptions,
  onResult: (result: FillResult) => void,
): Promise<Machine> {
  await using rig = await startLabRig({ keepLogs: options.keepLogs, onProgress: say });
  const machine = describeMachine(rig.classpath);
  for (let round = 1; round <= options.rounds; round += 1) {
    if (options.parts.includes('direct')) onResult(await direct(rig, options, round));
    if (options.parts.includes('prefix')) onResult(await prefix(rig, options, round));
  }
  return machine;
}

async function direct(rig: Rig, { holes, profileFolder }: FillerOptions, round: number) {
  say(`an aborted transaction of ${holes} records`);
  const topic = `direct-${round}`;
  const end = await writeHoles(siteOf(rig), topic, holes);
  // Its marker is a hole, too.
  const plan = { part: 'direct', round, offsets: holes + 1, end } as const;
  const result = await runFill(plan, () => startEngine(rig, topic, end, profileFolder));
  await clean(rig);
  return result;
}

async function prefix(rig: Rig, { prefix: firstOffset, profileFolder }: FillerOptions, round: number) {
  say(`a log that begins at ${firstOffset}`);
  const topic = `prefix-${round}`;
  const end = await writeLate(siteOf(rig), topic, firstOffset);
  const plan = { part: 'prefix', round, offsets: firstOffset, end } as const;
  const result = await runFill(plan, () => startEngine(rig, topic, end, profileFolder));
  const [start] = await rig.target.admin.logStarts(topic, 1);
  if (start !== BigInt(firstOffset)) throw new Error(`the copy begins at ${start}, not at ${firstOffset}`);
  await clean(rig);
  return result;
}

const siteOf = ({ source }: Rig): SourceSite => ({
  bootstrapServers: source.bootstrapServers,
  createTopic: (topic, settings) => source.admin.createTopic(topic, 1, settings),
});

async function clean({ source, target }: Rig): Promise<void> {
  for (const place of [source, target]) await place.admin.deleteTopicsExcept(() => false);
}

function readOptions(): FillerOptions {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options !== undefined) return options;
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exit(2);
  }
}

await main(readOptions());
process.exit();
