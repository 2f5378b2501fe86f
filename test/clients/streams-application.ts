// An application with Kafka Streams and exactly-once, as a process that is started and stopped cleanly.
import { fileURLToPath } from 'node:url';
import { streamsClasspath } from '../../lab/jars.ts';
import { type JavaProgram, startJava } from '../fixtures/java-lines.ts';

const program = fileURLToPath(new URL('./StreamsCounts.java', import.meta.url));

export interface StreamsPlace {
  readonly servers: string;
  /** Also the name of its group, and the beginning of its own topics' names. */
  readonly applicationId: string;
  readonly input: string;
  readonly output: string;
  readonly stateFolder: string;
}

export class StreamsApplication implements AsyncDisposable {
  readonly #java: JavaProgram;
  readonly #ended: Promise<Error | undefined>;
  #processed = 0;
  #hasStopped = false;

  private constructor(java: JavaProgram) {
    this.#java = java;
    this.#ended = this.#listen();
  }

  /** `failsAfter`: it fails once behind so many records, with a transaction under way. */
  static async start(place: StreamsPlace, failsAfter = 0): Promise<StreamsApplication> {
    const { servers, applicationId, input, output, stateFolder } = place;
    const args = [servers, applicationId, input, output, `${failsAfter}`, stateFolder];
    return new StreamsApplication(await startJava(program, args, await streamsClasspath()));
  }

  /** Records that it has taken, those of transactions that it aborted included. Throws once it has failed. */
  get processed(): number {
    const { exitCode } = this.#java.child;
    if (exitCode !== null && exitCode !== 0)
      throw new Error('the application has failed; stopping it tells why');
    return this.#processed;
  }

  /** Cleanly: what it has taken is committed. */
  async stop(): Promise<void> {
    this.#java.child.stdin.end();
    const trouble = await this.#ended;
    if (trouble !== undefined) throw trouble;
    if (!this.#hasStopped) throw new Error('the application has ended without stopping');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#java.child.kill('SIGKILL');
    await this.#ended;
  }

  async #listen(): Promise<Error | undefined> {
    for await (const line of this.#java.lines) {
      const [word, count] = line.split(' ');
      if (word === 'processed') this.#processed = Number(count);
      if (word === 'stopped') this.#hasStopped = true;
    }
    return this.#java.ended;
  }
}
