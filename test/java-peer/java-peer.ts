// A Java program of this folder, started from its source on Kafka's jars, and the frames spoken with it.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ensureKafkaJars } from '../../lab/jars.ts';
import { mustFindJava } from '../../lab/java.ts';

/** What the program answered to one command: its text, and bytes where it made some. */
export interface PeerAnswer {
  readonly problem: string | undefined;
  readonly text: string;
  readonly bytes: Buffer;
}

export class JavaPeer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncGenerator<PeerAnswer, void>;
  #errors = '';

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stderr.on('data', (bytes: Buffer) => {
      this.#errors += bytes.toString();
    });
    this.#answers = this.#read();
  }

  /** `program` is the name of a source file here. The jars are fetched where they are missing. */
  static async start(program: string): Promise<JavaPeer> {
    const { java } = await mustFindJava();
    const { classpath } = await ensureKafkaJars();
    const source = fileURLToPath(new URL(program, import.meta.url));
    // Compiled for seconds, run for seconds: the second compiler of the virtual machine would not pay.
    const options = ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m'];
    return new JavaPeer(spawn(java, [...options, '-Dfile.encoding=UTF-8', '-cp', classpath, source]));
  }

  /** Hands over a command; resolves once there is room for more. */
  async send(command: Buffer): Promise<void> {
    const head = Buffer.alloc(4);
    head.writeInt32BE(command.length);
    if (!this.#child.stdin.write(Buffer.concat([head, command]))) await once(this.#child.stdin, 'drain');
  }

  /** The next answer, in the order of the commands. Throws with the program's own words when it has ended. */
  async next(): Promise<PeerAnswer> {
    const { value, done } = await this.#answers.next();
    if (done !== true) return value;
    throw new Error(`the Java program has ended: ${this.#errors.slice(0, 4_000)}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async *#read(): AsyncGenerator<PeerAnswer, void> {
    let pending: Buffer = Buffer.alloc(0);
    for await (const chunk of this.#child.stdout) {
      pending = pending.length === 0 ? (chunk as Buffer) : Buffer.concat([pending, chunk as Buffer]);
      let at = 0;
      for (;;) {
        if (pending.length - at < 4) break;
        const end = at + 4 + pending.readInt32BE(at);
        if (pending.length < end) break;
        yield answerIn(pending.subarray(at + 4, end));
        at = end;
      }
      pending = pending.subarray(at);
    }
  }
}

function answerIn(frame: Buffer): PeerAnswer {
  const textEnd = 5 + frame.readInt32BE(1);
  const text = frame.toString('utf8', 5, textEnd);
  return { problem: frame[0] === 0 ? undefined : text, text, bytes: frame.subarray(textEnd) };
}
