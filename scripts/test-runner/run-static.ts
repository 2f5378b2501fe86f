// The static phase: types, lint and format, each with its own line and time; all of them run even if one
// fails.
import { startGroup, waitForEnd } from './processes.ts';

const checks: readonly (readonly [string, ...string[]])[] = [
  ['tsc', '--noEmit', '--project', '.'],
  ['oxlint', '--type-aware', '--quiet', '.'],
  ['biome', 'format'],
];

export interface StaticResult {
  readonly run: number;
  readonly failed: readonly string[];
}

/** Runs the checks one after the other; each of them uses all cores by itself. */
export async function runStatic(
  root: string,
  env: NodeJS.ProcessEnv,
  hangMinutes: number,
): Promise<StaticResult> {
  const failed: string[] = [];
  for (const [program, ...args] of checks) {
    const startedMs = performance.now();
    const { code } = await waitForEnd(startGroup(program, args, env, root), hangMinutes);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    process.stdout.write(`${code === 0 ? '✔' : '✖'} ${[program, ...args].join(' ')} (${seconds} s)\n`);
    if (code !== 0) failed.push([program, ...args].join(' '));
  }
  return { run: checks.length, failed };
}
