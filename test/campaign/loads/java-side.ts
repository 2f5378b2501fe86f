// Kafka's own clients, in a process of theirs: what they are told, and what they answer.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type JavaProgram, startJava } from '../../fixtures/java-lines.ts';
import { waitUntil } from '../../fixtures/wait-until.ts';

const program = fileURLToPath(new URL('./JavaSide.java', import.meta.url));
export const sides = ['source', 'target'] as const;
export type Side = (typeof sides)[number];

export class JavaSide implements AsyncDisposable {
  readonly #java: JavaProgram;
  readonly #folder: string;
  readonly #ended: Promise<Error | undefined>;
  readonly #answers = new Map<string, (refusal: string | undefined) => void>();
  #asked = 0;
  #resting = '';
  #positions: ReadonlyMap<string, number> = new Map();
  #trouble: string | undefined;
  /** Transactions that were left to their time-out. */
  leftOpen = 0;

  private constructor(java: JavaProgram, folder: string) {
    this.#java = java;
    this.#folder = folder;
    this.#ended = this.#listen();
  }

  static async start(source: string, target: string, folder: string, seed: number): Promise<JavaSide> {
    return new JavaSide(await startJava(program, [source, target, folder, String(seed)]), folder);
  }

  get histories(): string[] {
    const names = ['java-plain', 'java-keyed', 'java-txn-1', 'java-txn-2'];
    return names.map((name) => path.join(this.#folder, `${name}.history`));
  }

  seenFile(level: string): string {
    return path.join(this.#folder, `${level}.seen`);
  }

  /** Resolves when nothing is under way any more. */
  async pause(): Promise<void> {
    this.#tell('pause');
    await waitUntil(
      'Java’s producers to rest',
      () => {
        this.#mustLive();
        this.#tell('resting');
        return /^(\d+) \1$/.test(this.#resting) && !this.#resting.startsWith('0');
      },
      { pollMs: 100, giveUpMs: 60_000, seen: () => this.#resting },
    );
  }

  /** The next transaction is neither committed nor aborted. */
  leaveOpen(): void {
    this.#tell('leave-open');
  }

  resume(): void {
    this.#resting = '';
    this.#tell('resume');
  }

  /** By `level/topic/partition`: the next offset that the consumer will read. */
  positions(): ReadonlyMap<string, number> {
    this.#mustLive();
    this.#tell('positions');
    return this.#positions;
  }

  /** Resolves with why it was refused, or undefined. */
  administer(side: Side, ...words: readonly string[]): Promise<string | undefined> {
    this.#asked += 1;
    const id = String(this.#asked);
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#tell(['admin', id, side, ...words].join(' '));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#java.child.kill('SIGKILL');
    await this.#ended;
  }

  #mustLive(): void {
    if (this.#trouble !== undefined) throw new Error(`Java’s clients have failed: ${this.#trouble}`);
    if (this.#java.child.exitCode !== null) throw new Error('Java’s clients have ended');
  }

  #tell(line: string): void {
    if (this.#java.child.exitCode === null) this.#java.child.stdin.write(`${line}\n`);
  }

  async #listen(): Promise<Error | undefined> {
    for await (const line of this.#java.lines) {
      const [word = '', id = '', ...rest] = line.split(' ');
      if (word === 'resting') this.#resting = `${id} ${rest.join(' ')}`;
      else if (word === 'positions') this.#positions = positionsIn([id, ...rest]);
      else if (word === 'left') this.leftOpen += 1;
      else if (word === 'failed') this.#trouble = line;
      else this.#answered(id, word === 'refused' ? rest.join(' ') : undefined);
    }
    const trouble = await this.#java.ended;
    for (const id of this.#answers.keys()) this.#answered(id, 'Java’s clients have ended');
    return trouble;
  }

  #answered(id: string, refusal: string | undefined): void {
    this.#answers.get(id)?.(refusal);
    this.#answers.delete(id);
  }
}

function positionsIn(words: readonly string[]): Map<string, number> {
  return new Map(
    words.filter(Boolean).map((word) => {
      const cut = word.lastIndexOf('/');
      return [word.slice(0, cut), Number(word.slice(cut + 1))] as const;
    }),
  );
}
