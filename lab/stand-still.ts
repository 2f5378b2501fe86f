// Freezes a process, and returns once it stands still: on a busy machine its threads go on for a while behind
// the signal, and what they still answer is what a test has them frozen for not to answer.
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const stopMsMax = 10_000;

/**
 * SIGSTOP. Blocks until no thread of the process runs any more; throws where that takes 10 s. False where
 * there is no such process any more.
 */
export function standStill(child: Pick<ChildProcess, 'pid' | 'kill'>): boolean {
  const { pid } = child;
  if (pid === undefined || !child.kill('SIGSTOP')) return false;
  const began = performance.now();
  while (!areStopped(pid)) {
    if (performance.now() - began > stopMsMax) throw new Error(`process ${pid} does not stop`);
    Atomics.wait(sleeping, 0, 0, 1);
  }
  return true;
}

const sleeping = new Int32Array(new SharedArrayBuffer(4));

/** Where the system does not tell, a process is believed to stop at once. */
function areStopped(pid: number): boolean {
  const folder = `/proc/${pid}/task`;
  const threads = listIfThere(folder);
  return threads.every((thread) => {
    const stat = readIfThere(`${folder}/${thread}/stat`);
    // Behind the name, which stands in brackets. A thread that has ended meanwhile does not run either.
    const state = stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
    return state === undefined || 'TtZX'.includes(state);
  });
}

function listIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
