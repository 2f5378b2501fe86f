// A child process with its output in a log file: started, watched, and stopped for certain.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const stopGraceMs = 15_000;
const logTailLines = 25;

export interface ChildOptions {
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Opens a message channel to a Node child. */
  readonly ipc?: boolean;
}

export class Child implements AsyncDisposable {
  readonly pid: number;
  readonly process: ChildProcess;
  readonly #logFile: string;
  readonly #what: string;

  constructor(what: string, command: string, args: readonly string[], options: ChildOptions) {
    this.#what = what;
    this.#logFile = options.logFile;
    const log = openSync(options.logFile, 'a');
    this.process = spawn(command, args, {
      stdio: options.ipc === true ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    closeSync(log);
    this.process.on('error', () => undefined);
    this.pid = this.process.pid ?? -1;
    const kill = () => this.process.kill('SIGKILL');
    process.once('exit', kill);
    this.process.once('exit', () => process.off('exit', kill));
  }

  get ended(): boolean {
    return this.pid === -1 || this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Throws, with the end of its log, when the process is not there any more. */
  mustRun(): void {
    if (!this.ended) return;
    const how = this.process.signalCode ?? this.process.exitCode ?? 'not started';
    throw new Error(`${this.#what} ended (${how}); the end of ${this.#logFile}:\n${this.logTail()}`);
  }

  logTail(): string {
    return readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-logTailLines).join('\n');
  }

  /** Awaits its end; throws unless it ended well. */
  async finished(): Promise<void> {
    if (!this.ended) await once(this.process, 'exit');
    if (this.process.exitCode !== 0) this.mustRun();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.ended) return;
    const exit = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const grace = new AbortController();
    const late = sleep(stopGraceMs, 'late', { signal: grace.signal }).catch(() => 'stopped');
    if ((await Promise.race([exit, late])) === 'late') this.process.kill('SIGKILL');
    await exit;
    grace.abort();
  }
}
