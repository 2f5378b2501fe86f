// `npm run hole-faults`: workers killed and paused, and brokers broken, at every step of a run of holes, on
// real brokers. Does a piece of the campaign, prints each run and writes a report as JSON.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryFolder } from '../../../lab/folders.ts';
import { describeError } from '../../../src/base/errors.ts';
import { addUp, sumText } from './add-up.ts';
import { type CampaignReport, runHoleFaults } from './hole-campaign.ts';
import { runsOf, runText } from './run-list.ts';

const usage = `npm run hole-faults -- [--runs 60] [--from 0] [--seed 1] [--minutes N]
                      [--only N,N] [--list] [--report FILE]
  --runs     how many of the list; every step in every way with every fault is about 350
  --from     where in the list to begin: pieces behind one another make one campaign
  --seed     the list's order and the shapes of the logs follow from it
  --only     runs of the list by their numbers, with commas between
  --minutes  begins no run after that
  --list     shows the runs and does none
  --add-up   tells what the reports named behind it come to, and does no run
  --report   where the JSON report goes; below .cache/hole-faults unless given`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '60' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      minutes: { type: 'string', default: '600' },
      'add-up': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [count = 0, from = 0, seed = 0, minutes = 0] = [
    values.runs,
    values.from,
    values.seed,
    values.minutes,
  ].map(Number);
  const only = values.only?.split(',').map(Number) ?? [];
  const isMeant = [count, from, seed, ...only].every(isCount) && count > 0 && minutes > 0;
  if (values.help || !isMeant) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  if (values['add-up']) {
    const sum = addUp(positionals.map(readReport));
    console.log(sumText(sum));
    return sum.failed.length === 0 && sum.counted > 0 ? 0 : 1;
  }
  const runs = only.length > 0 ? only.flatMap((each) => runsOf(seed, each, 1)) : runsOf(seed, from, count);
  if (values.list) {
    for (const run of runs) console.log(runText(run));
    return 0;
  }
  const began = performance.now();
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const timer = setTimeout(() => ending.abort(), minutes * 60_000);
  const report = await runHoleFaults({
    seed,
    runs,
    say: (text) => console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${text}`),
    signal: ending.signal,
  }).finally(() => clearTimeout(timer));
  const file = values.report ?? defaultFile(report, from);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`${summaryOf(report)}\nreport: ${file}`);
  return report.passed ? 0 : 1;
}

const readReport = (file: string): CampaignReport => JSON.parse(readFileSync(file, 'utf8')) as CampaignReport;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

const defaultFile = ({ startedAt, seed }: CampaignReport, from: number) =>
  path.join(
    repositoryFolder,
    '.cache',
    'hole-faults',
    `${startedAt.replaceAll(':', '-')}-seed-${seed}-from-${from}.json`,
  );

function summaryOf({ passed, counted, byOutcome, runs, minutes, seed, logsFolder }: CampaignReport): string {
  const counts = Object.entries(byOutcome).map(([outcome, count]) => `${count} ${outcome}`);
  const next = (runs.at(-1)?.index ?? -1) + 1;
  return [
    `${passed ? 'passed' : 'FAILED'}: ${counted} runs in ${minutes} min, seed ${seed}: ${counts.join(', ')}`,
    `goes on with --from ${next}`,
    ...(passed ? [] : [`logs: ${logsFolder}`]),
  ].join('\n');
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
