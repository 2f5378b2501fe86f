// A load generator as the lab holds it: a process of its own, and what it has told last.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LoadStatus } from '../lab-types.ts';
import { labMark } from '../process-table.ts';
import type { LoadOrder, LoadReport } from './load-messages.ts';

export interface LoadGeneratorParts extends LoadOrder {
  readonly labId: string;
  readonly logFile: string;
}

export class LoadGenerator {
  readonly #parts: LoadGeneratorParts;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #report: LoadReport = { records: 0, bytes: 0, recordsPerSecond: 0, retries: 0, lastError: undefined };
  #running = true;
  #stopping = false;

  /** Starts at once. */
  constructor(parts: LoadGeneratorParts) {
    this.#parts = parts;
    const log = openSync(parts.logFile, 'a');
    const program = fileURLToPath(new URL('load-program.ts', import.meta.url));
    this.#child = spawn(process.execPath, [program, labMark(parts.labId)], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    this.#child.on('message', (report: LoadReport) => {
      this.#report = report;
    });
    this.#exited = new Promise((resolve) => {
      const end = (how: string) => {
        this.#running = false;
        const lastError = this.#stopping
          ? this.#report.lastError
          : `ended (${how}); its log: ${parts.logFile}`;
        this.#report = { ...this.#report, recordsPerSecond: 0, lastError };
        resolve();
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code ?? '?'}`));
    });
    const order: LoadOrder = { settings: parts.settings, bootstrapServers: parts.bootstrapServers };
    this.#child.send(order, () => undefined);
  }

  get status(): LoadStatus {
    const { region, topics } = this.#parts.settings;
    return { running: this.#running, region, topics, ...this.#report };
  }

  /** Ends at once; what was not yet acknowledged may or may not have been written. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
