// One `causeway serve` as a child of `lab run`. It is started again when it dies, unless it was asked to
// stop; and it stops by itself when this process dies, because its channel to us closes then.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';

export interface CausewayProcessParts {
  readonly region: string;
  readonly name: string;
  /** The topology as seen from this region. */
  readonly topology: string;
  /** Where its log goes. */
  readonly folder: string;
  readonly clock: Clock;
  /** Told in a sentence when it died and is started again. */
  readonly onTrouble: (text: string) => void;
}

const restartDelayMs = 2_000;
/** An orderly stop drains what is in flight; after this the process is killed. */
const stopMsMax = 20_000;

export class CausewayProcess {
  readonly #parts: CausewayProcessParts;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(parts: CausewayProcessParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get logFile(): string {
    return join(this.#parts.folder, `causeway-${this.#parts.name}.log`);
  }

  start(): void {
    const launcher = fileURLToPath(new URL('../../../bin/causeway', import.meta.url));
    const { region, name, topology } = this.#parts;
    const command = [
      launcher,
      'serve',
      '--region',
      region,
      '--name',
      name,
      '--config',
      topology,
      '--http-port',
      '0',
    ];
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, command, { stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#parts.onTrouble(`${name} cannot be started: ${error.message}`);
        resolve();
      });
      child.once('exit', (code, signal) => {
        resolve();
        this.#onExit(code, signal);
      });
    });
  }

  /** Asks for an orderly stop, and kills after a while. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = this.#parts.clock.schedule(stopMsMax, () => child.kill('SIGKILL'));
    await this.#exited;
    timer.cancel();
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    const how = signal === null ? `ended with exit code ${code ?? '?'}` : `was ended by ${signal}`;
    this.#parts.onTrouble(`${this.name} ${how} and is started again in 2 s; its log: ${this.logFile}`);
    this.#parts.clock.schedule(restartDelayMs, () => {
      if (!this.#stopping) this.start();
    });
  }
}
