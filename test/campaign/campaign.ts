// `npm run campaign`: everything breaks at random on real brokers, under load, and checkers judge. Prints
// what it does and writes a report as JSON; the last line is the verdict.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryFolder } from '../../lab/folders.ts';
import { describeError } from '../../src/base/errors.ts';
import { addUp, sumText } from './add-up.ts';
import { type CampaignReport, summaryText } from './campaign-report.ts';
import { catalogue } from './faults/catalogue.ts';
import { runCampaign } from './run-campaign.ts';

const usage = `npm run campaign -- [--minutes 10] [--seed N] [--at-once 3] [--only KIND] [--report FILE]
npm run campaign -- --add-up FILE ...
npm run campaign -- --list
  --minutes  begins no round after that
  --seed     repeats the same choices of faults; a new one each time unless given
  --at-once  how many things are broken at once, at most
  --only     a kind of faults by its name; may be given again
  --list     shows the kinds and does nothing
  --report   where the JSON report goes; below .cache/campaigns unless given
  --add-up   tells what the reports named behind it come to, and breaks nothing
Exit code 0: no violation (with --add-up: and enough of everything); 1: otherwise; 2: not understood`;

const faultsMs = 32_000;

async function main(): Promise<number> {
  const given = readArguments();
  if (given === undefined) return 2;
  const { values, positionals } = given;

  const [minutes = 0, seed = 0, atOnceMax = 0] = [values.minutes, values.seed, values['at-once']].map(Number);
  const all = new Map(catalogue(1).map(({ name, family }) => [name, family]));
  const isMeant =
    minutes > 0 &&
    Number.isInteger(seed) &&
    atOnceMax >= 1 &&
    (values.only ?? []).every((name) => all.has(name));
  if (values.help || !isMeant || positionals.length > 0 !== values['add-up']) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  if (values.list) {
    for (const [name, family] of all) console.log(`${family.padEnd(18)} ${name}`);
    return 0;
  }
  if (values['add-up']) {
    const sum = addUp(positionals.map(readReport));
    console.log(sumText(sum));
    return sum.missing.length === 0 ? 0 : 1;
  }
  const began = performance.now();
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const report = await runCampaign({
    seed,
    minutes,
    faultsMs,
    atOnceMax,
    ...(values.only !== undefined && { only: values.only }),
    say: (text) => console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${text}`),
    signal: interrupted.signal,
  });
  const file = values.report ?? defaultFile(report);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`report: ${file}\n${summaryText(report)}`);
  return report.passed ? 0 : 1;
}

/** undefined, and said so, where they are not understood. */
function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        'at-once': { type: 'string', default: '3' },
        only: { type: 'string', multiple: true },
        report: { type: 'string' },
        list: { type: 'boolean', default: false },
        'add-up': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    console.log(`${describeError(error)}\n${usage}`);
    return undefined;
  }
}

const readReport = (file: string): CampaignReport => JSON.parse(readFileSync(file, 'utf8')) as CampaignReport;

const defaultFile = ({ startedAt, seed }: CampaignReport) =>
  path.join(repositoryFolder, '.cache', 'campaigns', `${startedAt.replaceAll(':', '-')}-seed-${seed}.json`);

try {
  process.exitCode = await main();
} catch (error) {
  console.error(describeError(error));
  console.log('FAILED: the campaign could not be run');
  process.exitCode = 1;
}
