// One phase of a run from start to end: its lab where it needs one, its files, and what it left running.
import { startSharedLab } from './lab-for-all.ts';
import type { Phase } from './phases.ts';
import { endAllGroups, endLeftovers, runMarkName } from './processes.ts';
import { type FilesResult, runFiles } from './run-files.ts';
import { runStatic } from './run-static.ts';
import type { PhaseReport } from './summary.ts';

export interface Run {
  readonly root: string;
  /** Carried by every process of the run. */
  readonly mark: string;
  /** Only tests whose name matches. */
  readonly name: string | undefined;
  /** For the lab and the tests, beside what is there already. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told the environment of the tests once their lab runs. */
  readonly onLab?: (env: Readonly<Record<string, string>>) => Promise<void>;
}

const leftoverGraceMs = 5_000;

export async function runPhase(run: Run, phase: Phase, files: readonly string[]): Promise<PhaseReport> {
  const startedMs = performance.now();
  const { passed, skipped, failed: failedTests } = await runBody(run, phase, files);
  const failed = [...failedTests];
  for (const left of await endLeftovers(run.mark, leftoverGraceMs)) failed.push(`left running: ${left}`);
  if (passed === 0 && failed.length === 0 && run.name === undefined) failed.push('no test ran');
  const seconds = (performance.now() - startedMs) / 1000;
  return { phase, seconds, files: files.length, passed, skipped, failed };
}

async function runBody(run: Run, phase: Phase, files: readonly string[]): Promise<FilesResult> {
  const { root, mark, name } = run;
  const color = process.stdout.isTTY ? '1' : '0';
  const env = { ...process.env, ...run.env, [runMarkName]: mark, FORCE_COLOR: color };
  if (phase.name === 'static') {
    const { run: checks, failed } = await runStatic(root, env, phase.hangMinutes);
    return { passed: checks - failed.length, skipped: 0, failed };
  }
  if (!phase.needsSharedLab) return runFiles(root, phase, files, name, env);
  try {
    const lab = await startSharedLab(root, env);
    try {
      await run.onLab?.(lab?.env ?? {});
      return await runFiles(root, phase, files, name, { ...env, ...lab?.env });
    } finally {
      await lab?.end();
    }
  } catch (error) {
    return { passed: 0, skipped: 0, failed: [(error as Error).message] };
  }
}

/** Ctrl-C, or the end of a CI job: everything that was started ends with us. */
export function endOnSignals(mark: string): void {
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
