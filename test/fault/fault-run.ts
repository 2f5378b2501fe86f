// `npm run fault-run`: workers, brokers and the link break at random under load, for ten minutes unless said
// otherwise. Prints what it does and writes a report as JSON.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryFolder } from '../../lab/folders.ts';
import { describeError } from '../../src/base/errors.ts';
import { type FaultReport, runFaults } from './run-faults.ts';

const usage = `npm run fault-run -- [--minutes 10] [--seed N] [--source-brokers 1] [--workers 2]
                     [--only workers] [--report FILE]
  --minutes         how long things break; the checks come after it
  --seed            repeats the same choices of faults; a new one each time unless given
  --source-brokers  1, or 3 with replication factor 3
  --workers         how many share the partitions
  --only            workers: nothing but workers breaks, and no partition may be without one for long
  --report          where the JSON report goes; below .cache/fault-runs unless given`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      'source-brokers': { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
      only: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [minutes = 0, seed = 0, sourceBrokers = 0, workers = 0] = [
    values.minutes,
    values.seed,
    values['source-brokers'],
    values.workers,
  ].map(Number);
  const isMeant = minutes > 0 && Number.isInteger(seed) && sourceBrokers >= 1 && workers >= 1;
  if (values.help || !isMeant || (values.only ?? 'workers') !== 'workers') {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const began = performance.now();
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const report = await runFaults({
    seed,
    durationMs: minutes * 60_000,
    sourceBrokers,
    workers,
    scope: values.only === undefined ? 'all' : 'workers',
    // One worker is left to take over.
    atOnceMax: values.only === undefined ? 3 : Math.max(1, workers - 1),
    faultMsMax: 20_000,
    pauseMsMax: 5_000,
    load: { batchesPerSecond: 25, recordsPerBatchMax: 50, recordBytes: 500 },
    transactions: { producers: 4, transactionsPerSecond: 10 },
    say: (text) => console.log(`${((performance.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${text}`),
    signal: interrupted.signal,
  });
  const file = values.report ?? defaultFile(report);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
  console.log(`${summaryOf(report)}\nreport: ${file}`);
  return report.passed ? 0 : 1;
}

const defaultFile = ({ startedAt, seed }: FaultReport) =>
  path.join(repositoryFolder, '.cache', 'fault-runs', `${startedAt.replaceAll(':', '-')}-seed-${seed}.json`);

function summaryOf(report: FaultReport): string {
  const { passed, checks, faults, load, seed, longestGaps, logsFolder } = report;
  const { owned, mirroring } = longestGaps;
  const seconds = (ms: number | undefined) => (ms === undefined ? 'never' : `${(ms / 1_000).toFixed(1)} s`);
  return [
    `${passed ? 'passed' : 'FAILED'}: ${faults.length} faults, ${load.records} records, seed ${seed}`,
    `every partition mirrors again after ${seconds(checks.mirrorsAgainMs)} (at most 60 s)`,
    `log ends agree after ${seconds(checks.endsAgreeMs)} (at most 120 s)`,
    `without a worker for at most ${seconds(owned.ms)} (${owned.partition}), judged where only workers break`,
    `not mirroring for at most ${seconds(mirroring.ms)} (${mirroring.partition})`,
    `verify: exit code ${checks.verify.exitCode ?? '?'}`,
    `status: exit code ${checks.status.exitCode ?? '?'}`,
    ...(passed ? [] : [...checks.behind, checks.verify.said, checks.status.said, `logs: ${logsFolder}`]),
  ].join('\n');
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
