// CPU seconds and peak memory of a process and all its descendants, as the operating system counts them
// (Linux, /proc).
import { readdirSync, readFileSync } from 'node:fs';

/** USER_HZ: the unit of utime and stime in /proc/<pid>/stat. 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  /** All threads of the process, ended ones too; without its children. */
  readonly cpuSeconds: number;
}

export interface ProcessUse {
  readonly cpuSeconds: number;
  readonly memoryBytesMax: number;
  readonly processes: number;
}

/**
 * One line of /proc/<pid>/stat. The command name stands in brackets and may itself hold blanks and
 * brackets.
 */
export function parseStat(line: string): ProcessStat {
  const close = line.lastIndexOf(')');
  const pid = Number.parseInt(line, 10);
  const fields = line.slice(close + 2).split(' ');
  const parentPid = Number(fields[1]);
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (close < 0 || !Number.isInteger(pid) || !Number.isInteger(parentPid) || !Number.isFinite(ticks)) {
    throw new Error(`not a line of /proc/<pid>/stat: ${line.slice(0, 80)}`);
  }
  return { pid, parentPid, cpuSeconds: ticks / ticksPerSecond };
}

/** `VmHWM` (peak resident memory) of /proc/<pid>/status, in bytes; 0 for a process that has just ended. */
export function parsePeakMemory(status: string): number {
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(status);
  return match === null ? 0 : Number(match[1]) * 1024;
}

/** The process itself and everything below it. */
export function treeOf(rootPid: number, all: readonly ProcessStat[]): ProcessStat[] {
  const tree = all.filter(({ pid }) => pid === rootPid);
  for (let at = 0; at < tree.length; at += 1) {
    const parent = tree[at];
    tree.push(...all.filter(({ pid, parentPid }) => parentPid === parent?.pid && pid !== rootPid));
  }
  return tree;
}

/**
 * What a process tree has used since it started. Children that have ended are not counted: the replicators
 * measured here keep theirs to the end.
 */
export function readProcessUse(rootPid: number): ProcessUse {
  const tree = treeOf(rootPid, readAllStats());
  let cpuSeconds = 0;
  let memoryBytesMax = 0;
  for (const stat of tree) {
    cpuSeconds += stat.cpuSeconds;
    memoryBytesMax += parsePeakMemory(readIfThere(`/proc/${stat.pid}/status`));
  }
  return { cpuSeconds, memoryBytesMax, processes: tree.length };
}

function readAllStats(): ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readIfThere(`/proc/${pid}/stat`))
    .filter((line) => line !== '')
    .map(parseStat);
}

/** Empty where the process has ended between the listing and the reading. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}
