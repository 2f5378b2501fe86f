// `npm run benchmark -- mirrormaker`: starts the rig, measures, prints the tables, writes the results.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { kafkaClasspath } from '../lab/jars.ts';
import { relay } from './contenders/relay.ts';
import { latencyContenders, measureLatency } from './mirrormaker/latency.ts';
import { longLinkContenders, measureLongLink } from './mirrormaker/long-link.ts';
import { measureWork, workContenders } from './mirrormaker/work.ts';
import type { LatencyResult } from './latency/latency-run.ts';
import type { WorkResult } from './measure/work-run.ts';
import { type BenchmarkOptions, parseOptions, usage } from './options.ts';
import { againstGoals, againstText } from './report/against-report.ts';
import { type Goal, mirrorMakerMaxBytesPerSecond, workGoals } from './report/goals.ts';
import { latencyGoals, latencyText, longLinkGoals, longLinkText } from './report/latency-report.ts';
import { commitOf, describeMachine } from './report/machine.ts';
import { writeResults } from './report/results.ts';
import { goalsText, workText } from './report/work-report.ts';
import { startLabRig } from './rig/lab-rig.ts';
import { type Rig, rigOnClusters } from './rig/rig.ts';
import { shapes } from './rig/shapes.ts';

const startMs = performance.now();
const say = (line: string) => {
  process.stderr.write(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
};

/** What has been measured so far; an interrupted run still tells it. */
interface Measured {
  readonly work: WorkResult[];
  readonly latency: LatencyResult[];
  readonly longLink: WorkResult[];
}

async function main(): Promise<void> {
  const options = readOptions();
  await using rig = await startRig(options);
  const machine = describeMachine(rig.classpath);
  const measured: Measured = { work: [], latency: [], longLink: [] };
  const at = new Date();
  try {
    await Promise.race([measure(options, rig, measured), interrupted()]);
  } finally {
    const { text, goals, settings } = summarise(options, measured);
    if (text !== '') {
      process.stdout.write(`\n${text}\n\n${goalsText(goals)}\n\n`);
      const { against } = options;
      const other = against === undefined ? {} : { against: commitOf(against) };
      const chosen = { options: withoutPlaces(options), settings, shapes: shapesOf(options) };
      const told = { at, machine, ...other, ...chosen, goals, ...measured };
      say(`written: ${writeResults(against === undefined ? 'mirrormaker' : 'against', at, told)}`);
    }
  }
}

const shapesOf = (options: BenchmarkOptions) => shapes.filter(({ name }) => options.shapes.includes(name));

/** Results say nothing of where folders are on this machine. */
const withoutPlaces = (options: BenchmarkOptions) => ({
  ...options,
  against: options.against && basename(options.against),
  profileFolder: options.profileFolder && basename(options.profileFolder),
  variants: options.variants.map((each) => ({ ...each, folder: each.folder && basename(each.folder) })),
});

/** Rejects at SIGINT or SIGTERM: what has been measured is then told, and nothing is left running. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Interruption(signal)));
    }
  });
}

class Interruption extends Error {}

async function measure(options: BenchmarkOptions, rig: Rig, { work, latency, longLink }: Measured) {
  const run = { rig, options, say };
  if (options.parts.includes('work')) await measureWork(run, (result) => work.push(result));
  if (options.parts.includes('latency')) {
    const maxBytesPerSecond =
      options.mirrorMakerMaxBytesPerSecond ?? mirrorMakerMaxBytesPerSecond(work, '1kb-plain');
    if (maxBytesPerSecond === undefined) say('latency is left out: MirrorMaker 2’s maximum is not known');
    else await measureLatency(run, maxBytesPerSecond, (result) => latency.push(result));
  }
  if (options.parts.includes('long-link')) await measureLongLink(run, (result) => longLink.push(result));
}

function summarise(options: BenchmarkOptions, { work, latency, longLink }: Measured) {
  const contenders = [
    ...workContenders(options),
    relay(1),
    ...latencyContenders(options),
    ...longLinkContenders(options),
  ];
  const titles = new Map(contenders.map(({ name, title }) => [name, title]));
  const settings = Object.fromEntries(contenders.map((each) => [each.name, each.settings]));
  const texts: string[] = [];
  const goals: Goal[] = [];
  if (work.length > 0) {
    texts.push(workText(work, titles));
    if (options.against === undefined) goals.push(...workGoals(work));
    else {
      texts.push(againstText(work));
      goals.push(...againstGoals(work));
    }
  }
  if (latency.length > 0) {
    texts.push(latencyText(latency, titles));
    goals.push(...latencyGoals(latency));
  }
  if (longLink.length > 0) {
    texts.push(longLinkText(longLink, titles));
    goals.push(...longLinkGoals(longLink));
  }
  return { text: texts.join('\n\n'), goals, settings };
}

async function startRig(options: BenchmarkOptions): Promise<Rig> {
  if (options.own === undefined) return startLabRig({ keepLogs: options.keepLogs, onProgress: say });
  return rigOnClusters({ ...options.own, classpath: await kafkaClasspath() });
}

/** Throws where another checkout cannot run. */
function mustHaveEngine(folder: string): void {
  for (const part of ['benchmarks/engine/serve-engine.ts', 'node_modules']) {
    if (!existsSync(join(folder, part))) {
      throw new Error(`${folder} has no ${part}: name the root of a checkout, and run npm ci there`);
    }
  }
}

function readOptions(): BenchmarkOptions {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    const options = parseOptions(process.argv.slice(2));
    for (const { folder } of options.variants) if (folder !== undefined) mustHaveEngine(folder);
    return options;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exit(2);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Interruption)) throw error;
  say(`ended by ${error.message}`);
  process.exit(130);
}
process.exit();
