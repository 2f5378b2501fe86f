// Finds processes of a lab by a mark on their command line, so that one that was left over can be told from a
// stranger that got the same process id.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Stands on the command line of every process that a lab starts. */
export const labMark = (labId: string): string => `-Dcauseway.lab=${labId}`;

/** Process ids whose command line holds the lab's mark as an argument of its own. */
export function processesOfLab(labId: string): number[] {
  const mark = labMark(labId);
  return commandLines()
    .filter(({ pid, words }) => pid !== process.pid && words.includes(mark))
    .map(({ pid }) => pid);
}

/** Ends every process of the lab at once (SIGKILL); returns their ids. */
export function killProcessesOfLab(labId: string): number[] {
  const pids = processesOfLab(labId);
  for (const pid of pids) killIfThere(pid);
  return pids;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ESRCH';
    if (!gone) throw error;
  }
}

/** When the process began, in the system's own words; `undefined` when there is none. */
export function processStart(pid: number): string | undefined {
  if (!existsSync('/proc/self/stat')) {
    const text = ps(['-p', String(pid), '-o', 'lstart=']).trim();
    return text === '' ? undefined : text;
  }
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The name in brackets may hold spaces; the start time is the 20th word after it.
  const afterName = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const dead = afterName?.[0] === 'Z' || afterName?.[0] === 'X';
  return dead ? undefined : afterName?.[19];
}

interface CommandLine {
  readonly pid: number;
  readonly words: readonly string[];
}

function commandLines(): CommandLine[] {
  if (!existsSync('/proc/self/cmdline')) {
    return ps(['-axww', '-o', 'pid=,command='])
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .map(([pid, ...words]) => ({ pid: Number(pid), words }));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({
      pid: Number(name),
      words: (readIfThere(`/proc/${name}/cmdline`) ?? '').split('\0'),
    }));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined;
    throw error;
  }
}

// `ps` ends with 1 when the process asked for does not exist; what it printed is the answer all the same.
function ps(args: readonly string[]): string {
  try {
    return execFileSync('ps', [...args], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: string };
    if (status === 1) return stdout ?? '';
    throw error;
  }
}
