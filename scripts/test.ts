// `npm test`: all phases, one after the other, with their times and one verdict at the end.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { findTests } from './test-runner/find-tests.ts';
import { readOptions, type TestOptions } from './test-runner/options.ts';
import { type Phase, phaseOf, phases } from './test-runner/phases.ts';
import { endAllGroups, endLeftovers, runMarkName } from './test-runner/processes.ts';
import { runFiles } from './test-runner/run-files.ts';
import { runStatic } from './test-runner/run-static.ts';
import { startSharedLab } from './test-runner/lab-for-all.ts';
import { type PhaseReport, summaryText } from './test-runner/summary.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const mark = randomBytes(8).toString('hex');
const leftoverGraceMs = 5_000;

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
  endOnSignals();
  const reports: PhaseReport[] = [];
  for (const { phase, files } of plan) reports.push(await runPhase(phase, files, options));
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

async function runPhase(phase: Phase, files: readonly string[], options: TestOptions): Promise<PhaseReport> {
  process.stdout.write(`\n── ${phase.name}: ${phase.shows}\n`);
  const startedMs = performance.now();
  const env = { ...process.env, [runMarkName]: mark, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' };
  const result = await runPhaseBody(phase, files, options, env);
  const failed = [...result.failed];
  for (const left of await endLeftovers(mark, leftoverGraceMs)) failed.push(`left running: ${left}`);
  if (result.passed === 0 && failed.length === 0 && options.name === undefined) failed.push('no test ran');
  const seconds = (performance.now() - startedMs) / 1000;
  return { phase, seconds, files: files.length, passed: result.passed, skipped: result.skipped, failed };
}

async function runPhaseBody(
  phase: Phase,
  files: readonly string[],
  options: TestOptions,
  env: NodeJS.ProcessEnv,
): Promise<{ passed: number; skipped: number; failed: readonly string[] }> {
  if (phase.name === 'static') {
    const { run, failed } = await runStatic(root, env, phase.hangMinutes);
    return { passed: run - failed.length, skipped: 0, failed };
  }
  if (!phase.needsSharedLab) return runFiles(root, phase, files, options.name, env);
  try {
    const lab = await startSharedLab(root, env);
    try {
      return await runFiles(root, phase, files, options.name, { ...env, ...lab?.env });
    } finally {
      await lab?.end();
    }
  } catch (error) {
    return { passed: 0, skipped: 0, failed: [(error as Error).message] };
  }
}

/** Ctrl-C, or the end of a CI job: everything that was started ends with us. */
function endOnSignals(): void {
  const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
  for (const [signal, code] of Object.entries(codes)) {
    process.once(signal, () => {
      process.stderr.write(`\n${signal}: ending what the tests started\n`);
      endAllGroups('SIGTERM');
      endLeftovers(mark, leftoverGraceMs).then(
        () => process.exit(code),
        (error: unknown) => {
          process.stderr.write(`cannot look for what is left running: ${String(error)}\n`);
          process.exit(code);
        },
      );
    });
  }
}
