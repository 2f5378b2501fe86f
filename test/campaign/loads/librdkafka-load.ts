// librdkafka's producer as a load, where it is to be had on this machine.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { librdkafkaFolder } from '../../clients/librdkafka.ts';
import { endOf } from '../../fixtures/hittable-process.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';

const program = fileURLToPath(new URL('./librdkafka_producer.py', import.meta.url));

export class LibrdkafkaLoad implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<number | undefined>;
  readonly history: string;
  #rests = false;

  private constructor(servers: string, topics: readonly string[], folder: string, packageFolder: string) {
    this.history = path.join(folder, 'librdkafka.history');
    this.#child = spawn('python3', [program, servers, topics.join(','), this.history], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, PYTHONPATH: packageFolder },
    });
    this.#ended = endOf(this.#child);
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#rests = line === 'resting';
    });
  }

  /** Or why there is none. */
  static async start(servers: string, topics: readonly string[], folder: string) {
    const found = await librdkafkaFolder();
    return 'trouble' in found ? found.trouble : new LibrdkafkaLoad(servers, topics, folder, found.folder);
  }

  async pause(): Promise<void> {
    this.#rests = false;
    this.#child.stdin.write('pause\n');
    const isOver = () => this.#rests || this.#child.exitCode !== null;
    await waitUntil('librdkafka’s producer to rest', isOver, { giveUpMs: 60_000 });
    if (this.#child.exitCode !== null) throw new Error('librdkafka’s producer has ended');
  }

  resume(): void {
    this.#child.stdin.write('resume\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
