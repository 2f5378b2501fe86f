// Transactions of a stock producer, one after the other, each in one partition.
import { ProduceAcks, Producer } from '@platformatic/kafka';

export interface PlannedTransaction {
  readonly topic: string;
  readonly partition: number;
  /** Values of its records, a batch each. */
  readonly batches: Iterable<readonly Buffer[]>;
  readonly how: 'commit' | 'abort';
}

export class TransactionWriter implements AsyncDisposable {
  readonly #producer: Producer;

  constructor(bootstrapServers: string, transactionalId: string) {
    this.#producer = new Producer({
      clientId: 'causeway-benchmark',
      bootstrapBrokers: bootstrapServers.split(','),
      transactionalId,
      // The transaction's, too: its coordinator aborts it then.
      timeout: 120_000,
      idempotent: true,
      // The coordinator still ends the one before: for a few milliseconds.
      retries: 1_000,
      retryDelay: 3,
    });
  }

  /** Resolves once its end is in the coordinator's log; the markers follow. */
  async write({ topic, partition, batches, how }: PlannedTransaction): Promise<void> {
    const transaction = await this.#producer.beginTransaction();
    for (const values of batches) {
      const messages = values.map((value) => ({ topic, partition, value }));
      await transaction.send({ messages, acks: ProduceAcks.ALL });
    }
    await transaction[how]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.close();
  }
}
