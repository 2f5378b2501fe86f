// Kafka's batch classes as a partner of tests: batches that it makes, cleans, reads, and takes as a broker
// does.
import assert from 'node:assert/strict';
import type { DecodedRecord } from '../../src/kafka/batch/decode-batch.ts';
import { JavaPeer } from './java-peer.ts';

/** A batch as Kafka shows it: 64-bit numbers and bytes as text. */
export interface Shown {
  readonly baseOffset: string;
  readonly lastOffset: string;
  readonly leaderEpoch: number;
  readonly crc: number;
  readonly canonicalCrc: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly codec: string;
  readonly appendTime: boolean;
  readonly count: number;
  readonly records: readonly ShownRecord[];
}

export interface ShownRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
}

const base64 = (field: Buffer | undefined): string | null => field?.toString('base64') ?? null;

/** A record of ours in Kafka's words. */
export const shownRecord = ({ offset, timestamp, key, value, headers }: DecodedRecord): ShownRecord => ({
  offset: String(offset),
  timestamp: String(timestamp),
  key: base64(key),
  value: base64(value),
  headers: headers.map((each) => [base64(each.key) as string, base64(each.value)] as const),
});

/** `read`: shown as it is; `produce`: as a broker stores what a client sends, at offset 1,000. */
export type Judging = 'read' | 'produce';
const letters = { read: 'R', produce: 'V' } as const;

export class BatchPeer {
  readonly #peer: JavaPeer;

  private constructor(peer: JavaPeer) {
    this.#peer = peer;
  }

  static async start(): Promise<BatchPeer> {
    return new BatchPeer(await JavaPeer.start('BatchPeer.java'));
  }

  stop(): Promise<void> {
    return this.#peer.stop();
  }

  /** Random ones, the same for the same seed; `cleaned`: most of them have been through the log cleaner. */
  async make(codec: number, count: number, seed: number, cleaned = false): Promise<[Shown, Buffer][]> {
    const order = Buffer.alloc(14);
    order.write(cleaned ? 'C' : 'M', 0);
    order.writeInt8(codec, 1);
    order.writeInt32BE(count, 2);
    order.writeBigInt64BE(BigInt(seed), 6);
    await this.#peer.send(order);
    const made: [Shown, Buffer][] = [];
    for (let index = 0; index < count; index += 1) {
      const { problem, text, bytes } = await this.#peer.next();
      assert.equal(problem, undefined);
      made.push([JSON.parse(text) as Shown, Buffer.from(bytes)]);
    }
    return made;
  }

  /** All of them have to be valid. */
  async judge(batches: readonly Buffer[], judging: Judging = 'read'): Promise<readonly Shown[]> {
    const answers = await this.#answers(batches, judging);
    return answers.map(({ problem, text }) => {
      assert.equal(problem, undefined);
      return JSON.parse(text) as Shown;
    });
  }

  /** Kafka's words against each; undefined where it is valid. */
  async problems(
    batches: readonly Buffer[],
    judging: Judging = 'read',
  ): Promise<readonly (string | undefined)[]> {
    return (await this.#answers(batches, judging)).map(({ problem }) => problem);
  }

  async #answers(batches: readonly Buffer[], judging: Judging) {
    const sendAll = async () => {
      for (const batch of batches) {
        await this.#peer.send(Buffer.concat([Buffer.from(letters[judging]), batch]));
      }
    };
    const answers: { readonly problem: string | undefined; readonly text: string }[] = [];
    const readAll = async () => {
      while (answers.length < batches.length) {
        const { problem, text } = await this.#peer.next();
        answers.push({ problem, text });
      }
    };
    await Promise.all([sendAll(), readAll()]);
    return answers;
  }
}
