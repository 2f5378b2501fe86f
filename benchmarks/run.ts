// `npm run benchmark -- mirrormaker`: starts the rig, measures, prints the tables, writes the results.
import { kafkaClasspath } from '../lab/jars.ts';
import { measureWork, workContenders } from './mirrormaker/work.ts';
import type { WorkResult } from './measure/work-run.ts';
import { type BenchmarkOptions, parseOptions, usage } from './options.ts';
import { workGoals } from './report/goals.ts';
import { describeMachine } from './report/machine.ts';
import { writeResults } from './report/results.ts';
import { goalsText, workText } from './report/work-report.ts';
import { startLabRig } from './rig/lab-rig.ts';
import { type Rig, rigOnClusters } from './rig/rig.ts';

const startMs = performance.now();
const say = (line: string) => {
  process.stderr.write(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
};

async function main(): Promise<void> {
  const options = readOptions();
  await using rig = await startRig(options);
  const machine = describeMachine(rig.classpath);
  const work: WorkResult[] = [];
  const at = new Date();
  try {
    if (options.parts.includes('work')) {
      await measureWork({ rig, options, say }, (result) => work.push(result));
    }
  } finally {
    const titles = new Map(workContenders(options).map(({ name, title }) => [name, title]));
    const goals = workGoals(work);
    if (work.length > 0) {
      process.stdout.write(`\n${workText(work, titles)}\n\n${goalsText(goals)}\n\n`);
      const settings = Object.fromEntries(workContenders(options).map((each) => [each.name, each.settings]));
      const path = writeResults('mirrormaker', at, { at, machine, options, settings, goals, work });
      say(`written: ${path}`);
    }
  }
}

async function startRig(options: BenchmarkOptions): Promise<Rig> {
  if (options.own === undefined) return startLabRig({ keepLogs: options.keepLogs, onProgress: say });
  return rigOnClusters({ ...options.own, classpath: await kafkaClasspath() });
}

function readOptions(): BenchmarkOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    process.exit(2);
  }
}

await main();
