// A small process beside each lab. It holds the reading end of a pipe; when the lab's process is gone, in
// whichever way, the pipe ends, and this process ends the brokers and deletes their data.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { clearLab } from './state-file.ts';

export interface Watchdog {
  /** Ends the watchdog and waits until it has made sure that nothing is left. */
  release(): Promise<void>;
}

/** Starts the watchdog for a lab of this process. */
export function startWatchdog(labId: string, dataFolders: readonly string[]): Watchdog {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), labId, ...dataFolders], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  // Its failure to start would show as an error here; without a listener it would end this process
  // unexplained.
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  ended.catch((error: Error) => process.emitWarning(`the lab's watchdog did not start: ${error.message}`));
  child.stdin.on('error', () => child.stdin.destroy());
  return {
    async release() {
      child.stdin.end();
      await ended;
    },
  };
}

function watch(): void {
  const [labId, ...dataFolders] = process.argv.slice(2);
  if (labId === undefined) throw new Error('usage: watchdog.ts LAB_ID DATA_FOLDER...');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.stdin.on('end', () => {
    clearLab({ id: labId, dataFolders });
    process.exit(0);
  });
  process.stdin.resume();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) watch();
