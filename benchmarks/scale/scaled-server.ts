// One `causeway serve` of a scale run, and what it tells of itself.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../test/fixtures/wait-until.ts';
import { readProcessUse } from '../measure/process-cpu.ts';
import { Child } from '../rig/child.ts';

const command = fileURLToPath(new URL('../../bin/causeway', import.meta.url));

export interface ServerParts {
  readonly name: string;
  readonly role: string;
  readonly region: string;
  readonly file: string;
  readonly logFile: string;
}

export interface Use {
  /** Of one core. */
  readonly cpuShare: number;
  readonly memoryBytesMax: number;
}

export class ScaledServer implements AsyncDisposable {
  readonly name: string;
  readonly #child: Child;
  readonly #logFile: string;
  #url: string | undefined;

  constructor({ name, role, region, file, logFile }: ServerParts) {
    this.name = name;
    this.#logFile = logFile;
    const place = ['--region', region, '--name', name, '--role', role, '--http-port', '0'];
    const args = [command, 'serve', '--config', file, ...place];
    this.#child = new Child(`causeway serve ${name}`, process.execPath, args, { logFile });
  }

  /** The sum of a metric over all its labels, or over those lines that hold `label`. */
  async metric(name: string, label = ''): Promise<number> {
    this.#child.mustRun();
    const text = await (await fetch(`${await this.#address()}/metrics`)).text();
    const lines = text.split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));
    const wanted = lines.filter((line) => line.includes(label));
    return wanted.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** Resolves when so many partitions are mirroring here. */
  async mirrors(partitions: number, giveUpMs = 300_000): Promise<void> {
    let seen = 0;
    const isSo = async () => {
      seen = await this.metric('causeway_mirror_state', 'state="mirroring"');
      return seen >= partitions;
    };
    await waitUntil(`${partitions} partitions`, isSo, { giveUpMs, pollMs: 250, seen: () => seen });
  }

  /** What the process needs while `during` lasts. */
  async measured(during: () => Promise<void>): Promise<Use> {
    const before = readProcessUse(this.#child.pid);
    const beganMs = performance.now();
    await during();
    const after = readProcessUse(this.#child.pid);
    const seconds = (performance.now() - beganMs) / 1_000;
    return {
      cpuShare: (after.cpuSeconds - before.cpuSeconds) / seconds,
      memoryBytesMax: after.memoryBytesMax,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }

  /** It says so in its log. */
  async #address(): Promise<string> {
    this.#url ??= await waitUntil(`${this.name} to serve`, () => {
      this.#child.mustRun();
      return /http:\/\/[\d.]+:\d+/.exec(readFileSync(this.#logFile, 'utf8'))?.[0];
    });
    return this.#url;
  }
}
