// A program in a process group of its own, as a terminal would run it: its output is kept, Ctrl-C reaches all
// of it.
import { type ChildProcess, spawn } from 'node:child_process';

export class Session {
  /** Everything that was printed so far, on both channels. */
  text = '';
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #end: Promise<number>;

  constructor(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
    this.#name = [program, ...args].join(' ');
    this.#child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (piece: string) => {
        this.text += piece;
      });
    }
    this.#end = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
    });
  }

  /** Resolves once the output matches; rejects when the program ends before, or after `msMax`. */
  async until(pattern: RegExp, msMax: number): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const look = () => {
        if (pattern.test(this.text)) resolve();
      };
      this.#child.stdout?.on('data', look);
      this.#child.stderr?.on('data', look);
      look();
    });
    const early = this.#end.then((code) => {
      throw new Error(`${this.#name} ended with ${code} before it said ${String(pattern)}:\n${this.text}`);
    });
    await this.#within(Promise.race([seen, early]), msMax);
  }

  /** What Ctrl-C does: the signal goes to the whole group. */
  interrupt(): void {
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGINT');
  }

  /** The exit code. */
  ended(msMax: number): Promise<number> {
    return this.#within(this.#end, msMax);
  }

  async #within<T>(promise: Promise<T>, msMax: number): Promise<T> {
    let guard: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      guard = setTimeout(() => reject(new Error(`${this.#name}: not done in time:\n${this.text}`)), msMax);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(guard);
    }
  }
}
