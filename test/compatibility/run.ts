// `npm run compatibility`: the mirror's broker tests on every supported version of Kafka, on different ones
// at the two ends, and through rolling upgrades. Writes a report per row, and docs/operating/versions.md.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endOnSignals } from '../../scripts/test-runner/run-phase.ts';
import { type CompatibilityOptions, readOptions, usage } from './options.ts';
import { versionsPage } from './page.ts';
import { isCurrent, readReport, readReports, type RowReport, writeReport } from './report.ts';
import { nameOf, type Row } from './rows.ts';
import { runRow } from './run-row.ts';
import { tableText } from '../../benchmarks/report/table.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const say = (text: string) => process.stdout.write(`${text}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: CompatibilityOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}\n`);
    return 2;
  }
  if (options.does === 'help') say(usage);
  if (options.does === 'list') for (const row of options.rows) say(`${nameOf(row)}: ${stateOf(row)}`);
  if (options.does === 'page') writePage();
  if (options.does !== 'run') return 0;
  return runRows(options);
}

async function runRows({ rows, again }: CompatibilityOptions): Promise<number> {
  const mark = randomBytes(8).toString('hex');
  endOnSignals(mark);
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      interrupted = true;
    });
  }
  const reports: RowReport[] = [];
  for (const row of rows) {
    const name = nameOf(row);
    const kept = readReport(name);
    if (!again && kept?.passed && isCurrent(kept)) {
      say(`── ${name}: has a report of this tree`);
      reports.push(kept);
      continue;
    }
    say(`\n── ${name}`);
    const report = await runRow(row, { root, mark });
    // It failed because it was ended, which says nothing of the version.
    if (interrupted) return 130;
    reports.push(report);
    say(`report: ${writeReport(name, report)}`);
    writePage();
  }
  const cells = reports.map(({ row, passed, tests, seconds }) => [
    nameOf(row),
    passed ? 'passed' : 'failed',
    tests.passed,
    tests.failed.length,
    seconds,
  ]);
  say(`\n${tableText(['row', 'result', 'passed', 'failed', 'seconds'], cells)}\n`);
  const failed = reports.filter(({ passed }) => !passed);
  for (const { row, tests } of failed) for (const test of tests.failed) say(`✖ ${nameOf(row)}: ${test}`);
  return failed.length === 0 ? 0 : 1;
}

function stateOf(row: Row): string {
  const report = readReport(nameOf(row));
  if (report === undefined) return 'has no report';
  const verdict = report.passed ? 'passed' : 'failed';
  return `${verdict} at ${report.commit}, ${isCurrent(report) ? 'the present tree' : 'another tree'}`;
}

function writePage(): void {
  writeFileSync(`${root}docs/operating/versions.md`, versionsPage(readReports()));
}
