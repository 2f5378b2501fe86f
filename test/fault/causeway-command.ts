// Runs the `causeway` command as a person does, and starts `causeway serve` processes that faults can hit.
import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endOf, HittableProcess } from '../fixtures/hittable-process.ts';
import { waitUntil } from '../fixtures/wait-until.ts';

const launcher = fileURLToPath(new URL('../../bin/causeway', import.meta.url));

export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command to its end. */
export async function causeway(...args: readonly string[]): Promise<CommandResult> {
  const child = spawn(process.execPath, [launcher, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const result = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    result.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    result.stderr += text;
  });
  const exitCode = await endOf(child);
  return { ...result, exitCode };
}

/** The same, where anything but success is a failure of the run. */
export async function mustCauseway(...args: readonly string[]): Promise<CommandResult> {
  const result = await causeway(...args);
  if (result.exitCode === 0) return result;
  const said = `${result.stdout}${result.stderr}`.trim();
  throw new Error(`causeway ${args.join(' ')}: exit code ${result.exitCode ?? '?'}\n${said}`);
}

export interface ServeParts {
  readonly region: string;
  readonly name: string;
  readonly role: string;
  readonly topologyFile: string;
  readonly logFile: string;
  /** Flags for Node.js, before the program. */
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One `causeway serve`. It ends by itself when this process does: its channel to us closes then. */
export class ServeProcess extends HittableProcess {
  readonly name: string;
  readonly #logFile: string;

  constructor({ region, name, role, topologyFile, logFile, nodeFlags = [], env = {} }: ServeParts) {
    const log = openSync(logFile, 'a');
    const where = ['--region', region, '--name', name, '--role', role, '--config', topologyFile];
    const args = [...nodeFlags, launcher, 'serve', ...where, '--http-port', '0'];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, ...env },
    });
    closeSync(log);
    super(child);
    this.name = name;
    this.#logFile = logFile;
  }

  /** Over its channel; nothing where it is gone already. */
  tell(message: object): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** Resolves once the process is gone, however. */
  async gone(): Promise<void> {
    await this.ended;
  }

  /** Orderly, by SIGTERM; the exit code, or undefined where it had to be killed. */
  async stop(giveUpMs = 30_000): Promise<number | undefined> {
    this.thaw();
    // Before its first word it does not listen for signals yet.
    const hasBegun = () => statSync(this.#logFile).size > 0 || this.child.exitCode !== null;
    await waitUntil(`${this.name} begins`, hasBegun, { giveUpMs });
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), giveUpMs);
    return this.ended.finally(() => clearTimeout(timer));
  }
}
