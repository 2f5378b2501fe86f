// Kafka's batch classes as a partner of tests: batches that it makes, cleans, reads, and takes as a broker
// does.
import assert from 'node:assert/strict';
import type { DecodedRecord } from '../../src/kafka/batch/decode-batch.ts';
import { JavaPeer, type PeerAnswer } from './java-peer.ts';

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

  /** As Kafka reads them; all of them have to be valid. */
  async judge(batches: readonly Buffer[]): Promise<readonly Shown[]> {
    return (await this.#takeAll(batches, readOrder)).map(([shown]) => shown);
  }

  /**
   * As a broker stores them, at offset 1,000, where the topic has this codec; all of them have to be valid.
   */
  store(batches: readonly Buffer[], codec: number): Promise<readonly (readonly [Shown, Buffer])[]> {
    return this.#takeAll(batches, storeOrder(codec));
  }

  /** Kafka's words against reading or, where a codec is named, storing each; undefined where it is valid. */
  async problems(batches: readonly Buffer[], codec?: number): Promise<readonly (string | undefined)[]> {
    const answers = await this.#answers(batches, codec === undefined ? readOrder : storeOrder(codec));
    return answers.map(({ problem }) => problem);
  }

  async #takeAll(batches: readonly Buffer[], order: Buffer): Promise<(readonly [Shown, Buffer])[]> {
    return (await this.#answers(batches, order)).map(({ problem, text, bytes }) => {
      assert.equal(problem, undefined);
      return [JSON.parse(text) as Shown, bytes] as const;
    });
  }

  async #answers(batches: readonly Buffer[], order: Buffer): Promise<readonly PeerAnswer[]> {
    const sendAll = async () => {
      for (const batch of batches) await this.#peer.send(Buffer.concat([order, batch]));
    };
    const answers: PeerAnswer[] = [];
    const readAll = async () => {
      while (answers.length < batches.length) {
        const answer = await this.#peer.next();
        answers.push({ ...answer, bytes: Buffer.from(answer.bytes) });
      }
    };
    await Promise.all([sendAll(), readAll()]);
    return answers;
  }
}

const readOrder = Buffer.from('R');
const storeOrder = (codec: number): Buffer => Buffer.from(['V'.charCodeAt(0), codec]);
