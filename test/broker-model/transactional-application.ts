// An application that writes transactions into a model cluster by their protocol, over connections that fail:
// one after the other, each over several partitions, some of them aborted.
import { pick, type Random } from '../../src/base/random.ts';
import { kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import type { TopicId } from '../../src/kafka/wire/messages.ts';
import type { Clock } from '../../src/base/clock.ts';
import { madeBatch } from './made-batch.ts';
import type { ModelCluster } from './model-cluster.ts';
import type { ModelConnection } from './model-connection.ts';

const transactionalBit = 0x10;
const retryMs = 50;
const connectMs = 3_000;

export interface ApplicationParts {
  /** Its process. */
  readonly owner: string;
  readonly cluster: ModelCluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly transactionalId: string;
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partitions: readonly number[];
  readonly transactionTimeoutMs: number;
}

/** What became of a transaction, as far as the application was told. */
export type Outcome = 'committed' | 'aborted' | 'unknown';

interface Holder {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** The transaction can not go on: the application begins anew, with a new epoch. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export class TransactionalApplication {
  readonly #parts: ApplicationParts;
  /** By the number of the transaction, which its values begin with. */
  readonly outcomes = new Map<number, Outcome>();
  /** What each has written, in the order in which it was acknowledged. */
  readonly written = new Map<number, string[]>();
  /** Why transactions were interrupted, and how often. */
  readonly interruptions = new Map<string, number>();
  readonly #connections = new Map<number, ModelConnection>();
  readonly #sequences = new Map<number, number>();
  #holder: Holder | undefined;
  #number = 0;

  constructor(parts: ApplicationParts) {
    this.#parts = parts;
  }

  /** Until `isOver`. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      try {
        this.#holder ??= await this.#initialised();
        await this.#transaction(this.#holder);
      } catch (error) {
        const why =
          error instanceof Error ? `${error.name}: ${error.message.replace(/.*: /, '')}` : 'unknown';
        this.interruptions.set(why, (this.interruptions.get(why) ?? 0) + 1);
        this.#holder = undefined;
        await this.#parts.clock.sleep(retryMs);
      }
    }
  }

  async #transaction(holder: Holder): Promise<void> {
    const { random, transactionalId, topic } = this.#parts;
    const number = (this.#number += 1);
    this.outcomes.set(number, 'unknown');
    this.written.set(number, []);
    const some = this.#parts.partitions.filter(() => random.int(3) > 0);
    const partitions = some.length > 0 ? some : this.#parts.partitions;
    const topics = [{ topic, partitions }];
    await this.#asked(() =>
      this.#coordinated((coordinator) =>
        coordinator
          .addPartitionsToTxn({ transactionalId, ...holder, topics })
          .then((all) => all[0]?.errorCode ?? 0),
      ),
    );
    for (const partition of partitions) await this.#write(holder, number, partition);
    const committed = random.int(4) > 0;
    await this.#asked(() =>
      this.#coordinated((coordinator) =>
        coordinator.endTxn({ transactionalId, ...holder, committed }).then(({ errorCode }) => errorCode),
      ),
    );
    this.outcomes.set(number, committed ? 'committed' : 'aborted');
  }

  async #write(holder: Holder, number: number, partition: number): Promise<void> {
    const { random, transactionalId, topic, topicId, cluster } = this.#parts;
    const baseSequence = this.#sequences.get(partition) ?? 0;
    const values = Array.from({ length: 1 + random.int(3) }, (_, at) =>
      Buffer.from(`${number} ${partition} ${at}`),
    );
    const records = madeBatch({ values, ...holder, baseSequence, attributes: transactionalBit });
    await this.#asked(async () => {
      const leaderId = cluster.leaderOf(topic, partition)?.site.brokerId;
      if (leaderId === undefined) return kafkaCode.notLeader;
      const connection = await this.#connection(leaderId);
      const answer = await connection.produceInTransaction(transactionalId, {
        acks: -1,
        timeoutMs: 2_000,
        topics: [{ topic, topicId, partitions: [{ partition, records }] }],
      });
      return answer.partitions[0]?.errorCode ?? 0;
    });
    this.#sequences.set(partition, baseSequence + values.length);
    this.written.get(number)?.push(...values.map(String));
  }

  async #initialised(): Promise<Holder> {
    const { transactionalId, transactionTimeoutMs } = this.#parts;
    const request = { transactionalId, transactionTimeoutMs, producerId: -1n, producerEpoch: -1 };
    let holder: Holder = { producerId: -1n, producerEpoch: -1 };
    await this.#asked(() =>
      this.#coordinated(async (coordinator) => {
        const { errorCode, ...named } = await coordinator.initProducerId(request);
        holder = named;
        return errorCode;
      }),
    );
    this.#sequences.clear();
    return holder;
  }

  /** Asks until the answer is NONE; throws where it never will be. A lost answer counts as "again". */
  async #asked(ask: () => Promise<number>): Promise<void> {
    for (let tries = 0; tries < 200; tries += 1) {
      const errorCode = await ask().catch(() => kafkaCode.notLeader);
      if (errorCode === 0) return;
      const name = kafkaErrorName(errorCode);
      if (ends.has(name)) throw new Interrupted(name);
      await this.#parts.clock.sleep(retryMs);
    }
    throw new Interrupted('tried for too long');
  }

  async #coordinated(ask: (coordinator: ModelConnection) => Promise<number>): Promise<number> {
    const { cluster, random, transactionalId } = this.#parts;
    const any = await this.#connection(pick(random, cluster.brokerIds));
    const { errorCode, nodeId } = await any.findCoordinator(transactionalId);
    return errorCode === 0 ? ask(await this.#connection(nodeId)) : errorCode;
  }

  async #connection(brokerId: number): Promise<ModelConnection> {
    const kept = this.#connections.get(brokerId);
    if (kept !== undefined && !kept.closed) return kept;
    const connection = this.#parts.cluster.openConnection(this.#parts.owner, brokerId);
    await connection.open(connectMs);
    this.#connections.set(brokerId, connection);
    return connection;
  }
}

const kafkaCode = { notLeader: 6 };

/** After these the epoch is of no use any more. */
const ends: ReadonlySet<string> = new Set([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'TRANSACTION_ABORTABLE',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
]);
