// Runs the test files of one phase under `node --test`, and reads their totals back.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Phase } from './phases.ts';
import { startGroup, waitForEnd } from './processes.ts';

export interface FilesResult {
  readonly passed: number;
  readonly skipped: number;
  readonly failed: readonly string[];
}

interface Totals {
  readonly counts: { readonly passed: number; readonly skipped: number; readonly cancelled: number };
  readonly failed: readonly string[];
}

const reporter = fileURLToPath(new URL('./totals-reporter.mjs', import.meta.url));

/** One file that hangs must not use up the time of the others. */
const fileHangMinutes = 8;

/** Runs `files`; whatever happens is in the result, a crash of the runner as a failure of its own. */
export async function runFiles(
  root: string,
  phase: Phase,
  files: readonly string[],
  name: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<FilesResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-test-'));
  const totalsPath = path.join(folder, 'totals.json');
  const args = [
    '--test',
    `--test-concurrency=${phase.filesAtOnce}`,
    `--test-timeout=${Math.min(phase.hangMinutes, fileHangMinutes) * 60_000}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${totalsPath}`,
    ...(name === undefined ? [] : [`--test-name-pattern=${name}`]),
    ...files,
  ];
  try {
    const { code, hung } = await waitForEnd(startGroup(process.execPath, args, env, root), phase.hangMinutes);
    return resultOf(readTotals(totalsPath), code, hung, phase);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function resultOf(
  totals: Totals | undefined,
  code: number | undefined,
  hung: boolean,
  phase: Phase,
): FilesResult {
  const failed = [...(totals?.failed ?? [])];
  if (hung) failed.push(`ended after ${phase.hangMinutes} minutes: it hung`);
  else if (totals === undefined)
    failed.push(`node --test ended with ${code ?? 'a signal'} before it reported anything`);
  else if (code !== 0 && failed.length === 0) failed.push(`node --test ended with ${code ?? 'a signal'}`);
  if (totals !== undefined && totals.counts.cancelled > 0)
    failed.push(`${totals.counts.cancelled} tests were cancelled`);
  return { passed: totals?.counts.passed ?? 0, skipped: totals?.counts.skipped ?? 0, failed };
}

/** The reporter's line; `undefined` if the run ended before it was written. */
function readTotals(totalsPath: string): Totals | undefined {
  try {
    return JSON.parse(readFileSync(totalsPath, 'utf8')) as Totals;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
