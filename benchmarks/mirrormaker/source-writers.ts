// Writes plain records and transactions at a source, and takes them away again as retention does.
import { ProduceAcks, Producer } from '@platformatic/kafka';
import { setTimeout as sleep } from 'node:timers/promises';
import { trimTo } from '../../test/fixtures/odd-topics.ts';
import { TransactionWriter } from '../load/transactions.ts';

export const sourceRegion = 'eu-west';
export const topics = ['plain', 'transactional'] as const;

const pastRecords = 500;
/** Of each topic, where its log begins when somebody comes to copy it. */
export const firstOffsets = { plain: pastRecords / 2, transactional: 0 } as const;

const pauseMs = 20;
const recordsOfTransaction = 3;

export class SourceWriters implements AsyncDisposable {
  readonly #servers: string;
  readonly #producer: Producer;
  readonly #transactions: TransactionWriter;
  #written = 0;
  /** The next offset of the plain topic. */
  #end = 0n;

  constructor(servers: string) {
    this.#servers = servers;
    this.#producer = new Producer({ clientId: 'judged', bootstrapBrokers: servers.split(',') });
    this.#transactions = new TransactionWriter(servers, 'judged');
  }

  /** Records of which the older half is gone. */
  async writePast(): Promise<void> {
    for (let count = 0; count < pastRecords; count += 1) await this.#writePlain();
    await trimTo(this.#servers, 'plain', BigInt(firstOffsets.plain));
    await this.#writeTransaction('commit');
  }

  /** Every third transaction is aborted. `halfway` happens in the middle. */
  async writeFor(ms: number, halfway: () => void = () => undefined): Promise<void> {
    const beganMs = performance.now();
    let isHalf = false;
    for (let round = 0; performance.now() - beganMs < ms; round += 1) {
      await this.#writePlain();
      await this.#writeTransaction(round % 3 === 0 ? 'abort' : 'commit');
      if (!isHalf && performance.now() - beganMs > ms / 2) {
        isHalf = true;
        halfway();
      }
      await sleep(pauseMs);
    }
  }

  /** Everything that there is: nothing says so to who copies it. */
  async trimAll(): Promise<void> {
    await trimTo(this.#servers, 'plain', this.#end);
  }

  /** One record of each topic, by its value. */
  async writeLast(): Promise<readonly string[]> {
    await this.#writePlain();
    const plain = `plain ${this.#written}`;
    await this.#writeTransaction('commit');
    return [plain, `transactional ${this.#written}`];
  }

  async #writePlain(): Promise<void> {
    this.#written += 1;
    const message = { topic: 'plain', partition: 0, value: Buffer.from(`plain ${this.#written}`) };
    const { offsets } = await this.#producer.send({ messages: [message], acks: ProduceAcks.ALL });
    this.#end = (offsets?.[0]?.offset ?? this.#end) + 1n;
  }

  async #writeTransaction(how: 'commit' | 'abort'): Promise<void> {
    const values = Array.from({ length: recordsOfTransaction }, () => {
      this.#written += 1;
      return Buffer.from(`transactional ${this.#written}`);
    });
    await this.#transactions.write({ topic: 'transactional', partition: 0, batches: [values], how });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close();
    await this.#transactions[Symbol.asyncDispose]();
  }
}
