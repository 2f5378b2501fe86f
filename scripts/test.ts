// `npm test`: all phases, one after the other, with their times and one verdict at the end.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { findTests } from './test-runner/find-tests.ts';
import { readOptions, type TestOptions } from './test-runner/options.ts';
import { type Phase, phaseOf, phases } from './test-runner/phases.ts';
import { endOnSignals, runPhase } from './test-runner/run-phase.ts';
import { type PhaseReport, summaryText } from './test-runner/summary.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const mark = randomBytes(8).toString('hex');

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: TestOptions;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 2;
  }
  const plan = planOf(options);
  if (options.list) return list(plan);
  if (plan.length === 0) {
    process.stderr.write(`no test file matches ${options.filters.join(' ')}\n`);
    return 2;
  }
  endOnSignals(mark);
  const reports: PhaseReport[] = [];
  for (const { phase, files } of plan) {
    process.stdout.write(`\n── ${phase.name}: ${phase.shows}\n`);
    reports.push(await runPhase({ root, mark, name: options.name }, phase, files));
  }
  process.stdout.write(summaryText(reports));
  return reports.every(({ failed }) => failed.length === 0) ? 0 : 1;
}

/** The chosen phases with their files; a phase that has none is left out, but for the static one. */
function planOf({ only, filters }: TestOptions): { phase: Phase; files: string[] }[] {
  const files = findTests(root).filter(
    (file) => filters.length === 0 || filters.some((part) => file.includes(part)),
  );
  return phases
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .map((phase) => ({ phase, files: files.filter((file) => phaseOf(file) === phase.name) }))
    .filter(({ phase, files: own }) => own.length > 0 || (phase.name === 'static' && filters.length === 0));
}

function list(plan: readonly { phase: Phase; files: readonly string[] }[]): number {
  for (const { phase, files } of plan) {
    process.stdout.write(`${phase.name}: ${phase.shows}, ${phase.budgetMinutes} min\n`);
    for (const file of files) process.stdout.write(`  ${file}\n`);
  }
  return 0;
}
