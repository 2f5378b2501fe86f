// Children of the test runner in process groups of their own, and the search for anything a phase left
// running.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Environment variable that all processes of one run inherit, whatever group they move to. */
export const runMarkName = 'CAUSEWAY_TEST_RUN';

export interface Ended {
  readonly code: number | undefined;
  readonly hung: boolean;
}

const groups = new Set<number>();

/** Starts a program as the leader of a new process group, its output passed through unless `quiet`. */
export function startGroup(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): ChildProcess {
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
  if (child.pid !== undefined) groups.add(child.pid);
  return child;
}

/** Waits for the end of `child`; ends its whole group after `hangMinutes`. */
export async function waitForEnd(child: ChildProcess, hangMinutes: number): Promise<Ended> {
  let hung = false;
  const guard = setTimeout(() => {
    hung = true;
    endGroup(child.pid, 'SIGTERM');
  }, hangMinutes * 60_000);
  try {
    const code = await new Promise<number | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exitCode) => resolve(exitCode ?? undefined));
    });
    return { code, hung };
  } finally {
    clearTimeout(guard);
    endGroup(child.pid, 'SIGKILL');
    if (child.pid !== undefined) groups.delete(child.pid);
  }
}

/** Ends every group that is still there; for the runner's own end by a signal. */
export function endAllGroups(signal: NodeJS.Signals): void {
  for (const group of groups) endGroup(group, signal);
}

/**
 * Ends all processes that carry this run's mark in their environment and returns what they were. Processes
 * may need a moment to end by themselves, so they are looked at for up to `graceMs` first. Only Linux shows
 * environments.
 */
export async function endLeftovers(mark: string, graceMs: number): Promise<string[]> {
  let left = findMarked(mark);
  for (let waitedMs = 0; left.length > 0 && waitedMs < graceMs; waitedMs += 200) {
    await sleep(200);
    left = findMarked(mark);
  }
  for (const { pid } of left) {
    kill(pid, 'SIGCONT');
    kill(pid, 'SIGKILL');
  }
  return left.map(({ pid, command }) => `${pid} ${command}`);
}

/** Living processes that carry the mark. */
export function findMarked(mark: string): { pid: number; command: string }[] {
  if (process.platform !== 'linux') return [];
  const wanted = `${runMarkName}=${mark}`;
  const found = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if (!readProc(pid, 'environ').split('\0').includes(wanted)) continue;
    const command = readProc(pid, 'cmdline').replaceAll('\0', ' ').trim();
    if (command !== '') found.push({ pid, command: command.slice(0, 160) });
  }
  return found;
}

/** A file of a process; empty when the process has just ended or belongs to another user. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return '';
    throw error;
  }
}

function endGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group !== undefined) kill(-group, signal);
}

/** Sends a signal; that the process is gone already is what we want. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
