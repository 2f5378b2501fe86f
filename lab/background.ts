// Starts a lab in a process of its own that stays when this one ends.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, errorCatalog } from '../src/base/error-catalog.ts';
import { CausewayError } from '../src/base/errors.ts';
import { cacheFolder } from './folders.ts';
import type { LabStatus, StartOptions } from './lab-types.ts';

/** What `background-program.ts` says while it starts. */
export type BackgroundMessage =
  | { readonly say: 'progress'; readonly message: string; readonly share?: number }
  | { readonly say: 'ready'; readonly status: LabStatus }
  | { readonly say: 'failed'; readonly code: string; readonly message: string };

/** What it is told, once. */
export type BackgroundOrder = Pick<StartOptions, 'regions' | 'load'>;

const logFile = join(cacheFolder, 'lab', 'background.log');

/** Throws what the start threw there. */
export function startInBackground({ onProgress, signal, ...order }: StartOptions): Promise<LabStatus> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'w');
  const program = fileURLToPath(new URL('background-program.ts', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['ignore', log, log, 'ipc'], detached: true });
  closeSync(log);
  // Without a channel to us before it is ready, it gives up and clears what it has started.
  const giveUp = () => child.connected && child.disconnect();
  signal?.addEventListener('abort', giveUp, { once: true });
  const started = new Promise<LabStatus>((resolve, reject) => {
    const fail = (how: string) =>
      reject(
        new CausewayError(
          'CW-5012',
          `the lab's process ended while it started (${how}); its log: ${logFile}`,
        ),
      );
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, killedBy) => {
      if (signal?.aborted) reject(signal.reason as Error);
      else fail(killedBy ?? `exit code ${code ?? '?'}`);
    });
    child.on('message', (message: BackgroundMessage) => {
      if (message.say === 'progress') onProgress?.(message.message, message.share);
      else if (message.say === 'ready') resolve(message.status);
      else {
        const code = message.code in errorCatalog ? (message.code as ErrorCode) : 'CW-5012';
        reject(new CausewayError(code, message.message));
      }
    });
    child.send(order, (error) => error !== null && fail(error.message));
  });
  return started.finally(() => {
    signal?.removeEventListener('abort', giveUp);
    if (child.connected) child.disconnect();
    child.unref();
  });
}
