// The transaction coordinator of one broker: transactional ids, their transactions, and the markers that end
// them (Kafka's TransactionCoordinator). What it knows comes from its log, and is lost with the lead of it.
import type { Timer } from '../../src/base/clock.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type {
  AddPartitionsToTxnRequest,
  DescribedTransaction,
  EndTxnRequest,
  InitProducerIdRequest,
  InitProducerIdResponse,
} from '../../src/kafka/wire/messages.ts';
import type { BrokerFace } from './broker-face.ts';
import { MarkerSender, type MarkerTask } from './marker-sender.ts';
import type { Replica } from './replica.ts';
import { readTransactions, transactionLogAt, writeTransaction } from './transaction-log.ts';
import * as transactions from './transaction-state.ts';
import type { Named, Transaction, TransactionPartition, Transition } from './transaction-state.ts';

/** How often a coordinator looks for transactions that have taken too long. */
const timeoutLookMs = 10_000;
/** `transaction.max.timeout.ms`. */
const timeoutMsMax = 900_000;
const retryMs = 20;

interface Held {
  transaction: Transaction;
  /** A change is on its way into the log; nothing else happens to the id meanwhile. */
  changing: boolean;
  timer: Timer | undefined;
  /** The markers that end the transaction, while they are written. */
  task: MarkerTask | undefined;
}

export class TransactionCoordinator {
  readonly #broker: BrokerFace;
  readonly #sender: MarkerSender;
  #held = new Map<string, Held>();
  /** Of the log's replica when it was read; -1 while this broker does not lead it. */
  #term = -1;

  constructor(broker: BrokerFace) {
    this.#broker = broker;
    this.#sender = new MarkerSender(broker);
  }

  /** The controller has spoken about the log: read it where its lead is new, forget it where it is gone. */
  logChanged(log: Replica): void {
    if (!log.isLeader) {
      this.#forgetAll();
      return;
    }
    if (this.#term === log.term) return;
    this.#forgetAll();
    this.#term = log.term;
    for (const [id, transaction] of readTransactions(log)) {
      const held = { transaction, changing: false, timer: undefined, task: undefined };
      this.#held.set(id, held);
      this.#watch(id, held);
      if (transactions.isEnding(transaction)) this.#sendMarkers(id, held);
    }
  }

  /** A broker has died, and connections to it with it. */
  disconnected(brokerId: number): void {
    this.#sender.disconnected(brokerId);
  }

  #forgetAll(): void {
    for (const { timer } of this.#held.values()) timer?.cancel();
    this.#held = new Map();
    this.#term = -1;
  }

  get #log(): Replica | undefined {
    const log = transactionLogAt(this.#broker);
    return log?.isLeader === true && log.term === this.#term ? log : undefined;
  }

  // ---- requests -------------------------------------------------------------------------------------------

  initProducerId(request: InitProducerIdRequest, respond: (answer: InitProducerIdResponse) => void): void {
    const { transactionalId, producerId, producerEpoch, transactionTimeoutMs: timeoutMs } = request;
    const refuse = (errorCode: number) => respond({ errorCode, producerId: -1n, producerEpoch: -1 });
    if (producerId < 0n !== producerEpoch < 0) return refuse(kafkaError.INVALID_REQUEST);
    const newId = () => this.#broker.site.producerIds.next();
    if (transactionalId === undefined) {
      return respond({ errorCode: kafkaError.NONE, producerId: newId(), producerEpoch: 0 });
    }
    if (transactionalId === '') return refuse(kafkaError.INVALID_REQUEST);
    if (timeoutMs <= 0 || timeoutMs > timeoutMsMax) return refuse(kafkaError.INVALID_TRANSACTION_TIMEOUT);
    if (this.#log === undefined) return refuse(kafkaError.NOT_COORDINATOR);
    const held = this.#find(transactionalId) ?? this.#open(transactionalId, newId(), timeoutMs);
    if (held.changing) return refuse(kafkaError.CONCURRENT_TRANSACTIONS);
    const named = producerId < 0n ? undefined : { producerId, producerEpoch };
    const { transaction } = held;
    if (named !== undefined && !transactions.isHolder(transaction, named)) {
      return refuse(kafkaError.PRODUCER_FENCED);
    }
    if (transactions.isEnding(transaction)) return refuse(kafkaError.CONCURRENT_TRANSACTIONS);
    if (transaction.state === 'Ongoing') {
      this.#fence(transactionalId, held, (errorCode) =>
        refuse(errorCode === kafkaError.NONE ? kafkaError.CONCURRENT_TRANSACTIONS : errorCode),
      );
      return;
    }
    const nowMs = this.#broker.wallMs();
    const transition = transactions.initialised(transaction, named, { timeoutMs, nowMs, newId });
    this.#change(transactionalId, held, transition, (errorCode) => {
      if (errorCode !== kafkaError.NONE) refuse(errorCode);
      else {
        const { producerId: id, producerEpoch: epoch } = held.transaction;
        respond({ errorCode, producerId: id, producerEpoch: epoch });
      }
    });
  }

  addPartitions(
    request: AddPartitionsToTxnRequest,
    partitions: readonly TransactionPartition[],
    respond: (errorCode: number) => void,
  ): void {
    this.#changeOf(request.transactionalId, respond, (transaction) =>
      transactions.withPartitions(transaction, request, partitions, this.#broker.wallMs()),
    );
  }

  /** Answered once the end is in the log; the markers follow. */
  end(request: EndTxnRequest, respond: (errorCode: number) => void): void {
    const { transactionalId, committed } = request;
    this.#changeOf(transactionalId, respond, (transaction) =>
      transactions.endedByClient(transaction, request, committed, this.#broker.wallMs()),
    );
  }

  describe(transactionalId: string): DescribedTransaction {
    const held = this.#find(transactionalId);
    if (transactionalId === '') return undescribed(transactionalId, kafkaError.INVALID_REQUEST);
    if (this.#log === undefined) return undescribed(transactionalId, kafkaError.NOT_COORDINATOR);
    if (held === undefined) return undescribed(transactionalId, kafkaError.TRANSACTIONAL_ID_NOT_FOUND);
    const { state, timeoutMs, startMs, producerId, producerEpoch } = held.transaction;
    const partitions = held.task?.left ?? held.transaction.partitions;
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, those]) => ({
      topic,
      partitions: those.map(({ partition }) => partition),
    }));
    const startTimeMs = BigInt(Math.floor(startMs));
    return {
      errorCode: kafkaError.NONE,
      transactionalId,
      state,
      timeoutMs,
      startTimeMs,
      producerId,
      producerEpoch,
      topics,
    };
  }

  /** Whether a transactional batch of the id belongs to a transaction here. Returns an error code. */
  verify(transactionalId: string, named: Named, partition: TransactionPartition): number {
    if (this.#log === undefined) return kafkaError.NOT_COORDINATOR;
    const held = this.#find(transactionalId);
    if (held === undefined) return kafkaError.INVALID_PRODUCER_ID_MAPPING;
    return transactions.verified(held.transaction, named, partition);
  }

  /** For tests: as after a week without use. */
  forget(transactionalId: string): void {
    const log = this.#log;
    const held = this.#held.get(transactionalId);
    if (log === undefined || held === undefined) return;
    held.timer?.cancel();
    this.#held.delete(transactionalId);
    writeTransaction(this.#broker, log, transactionalId, undefined, () => undefined);
  }

  // ---- changes --------------------------------------------------------------------------------------------

  #find(transactionalId: string): Held | undefined {
    const held = this.#held.get(transactionalId);
    if (held === undefined || held.changing) return held;
    if (!transactions.isForgotten(held.transaction, this.#broker.wallMs())) return held;
    this.#held.delete(transactionalId);
    return undefined;
  }

  #open(transactionalId: string, producerId: bigint, timeoutMs: number): Held {
    const transaction = transactions.newTransaction(producerId, timeoutMs, this.#broker.wallMs());
    const held = { transaction, changing: false, timer: undefined, task: undefined };
    this.#held.set(transactionalId, held);
    return held;
  }

  #changeOf(
    transactionalId: string,
    respond: (errorCode: number) => void,
    change: (transaction: Transaction) => Transition,
  ): void {
    if (transactionalId === '') return respond(kafkaError.INVALID_REQUEST);
    if (this.#log === undefined) return respond(kafkaError.NOT_COORDINATOR);
    const held = this.#find(transactionalId);
    if (held === undefined) return respond(kafkaError.INVALID_PRODUCER_ID_MAPPING);
    const transition = change(held.transaction);
    const names = transition.kind === 'error' && namesWrongly.has(transition.errorCode);
    if (held.changing && !names) return respond(kafkaError.CONCURRENT_TRANSACTIONS);
    this.#change(transactionalId, held, transition, respond);
  }

  #change(id: string, held: Held, transition: Transition, then: (errorCode: number) => void): void {
    if (transition.kind === 'error') return then(transition.errorCode);
    if (transition.kind === 'same') return then(kafkaError.NONE);
    const log = this.#log;
    if (log === undefined) return then(kafkaError.NOT_COORDINATOR);
    const term = this.#term;
    held.changing = true;
    writeTransaction(this.#broker, log, id, transition.next, (errorCode) => {
      if (this.#term !== term) return then(kafkaError.NOT_COORDINATOR);
      held.changing = false;
      if (errorCode !== kafkaError.NONE) return then(errorCode);
      held.transaction = transition.next;
      held.task = undefined;
      this.#watch(id, held);
      then(kafkaError.NONE);
      if (transactions.isEnding(held.transaction)) this.#sendMarkers(id, held);
    });
  }

  #fence(id: string, held: Held, then: (errorCode: number) => void): void {
    const next = transactions.fenced(held.transaction, {
      nowMs: this.#broker.wallMs(),
      raises: this.#broker.site.settings.transactionVersion === 2,
      newId: () => this.#broker.site.producerIds.next(),
    });
    this.#change(id, held, { kind: 'next', next }, then);
  }

  /** An open transaction is aborted when it has taken too long. */
  #watch(id: string, held: Held): void {
    held.timer?.cancel();
    held.timer = undefined;
    const { state, startMs, timeoutMs } = held.transaction;
    if (state !== 'Ongoing') return;
    const leftMs = Math.max(0, startMs + timeoutMs - this.#broker.wallMs());
    const delayMs =
      leftMs + this.#broker.site.randomOf(`time-out of ${id} since ${startMs}`).int(timeoutLookMs) + 1;
    held.timer = this.#broker.later(`transaction of ${id} has taken too long`, delayMs, () => {
      if (held.changing) this.#watch(id, held);
      else if (this.#log !== undefined) this.#fence(id, held, () => this.#watch(id, held));
    });
  }

  #sendMarkers(transactionalId: string, held: Held): void {
    const log = this.#log;
    const { transaction } = held;
    if (log === undefined) return;
    const { producerId, producerEpoch } = transaction;
    const committed = transaction.state === 'PrepareCommit';
    const term = this.#term;
    held.task = {
      transactionalId,
      marker: { producerId, producerEpoch, committed, coordinatorEpoch: log.image.leaderEpoch },
      left: transaction.partitions,
      isCurrent: () => this.#term === term && held.transaction === transaction,
      finished: () => this.#complete(transactionalId, held),
    };
    this.#sender.send(held.task);
  }

  #complete(id: string, held: Held): void {
    if (held.changing) return;
    const next = transactions.completed(held.transaction, this.#broker.wallMs());
    this.#change(id, held, { kind: 'next', next }, (errorCode) => {
      if (errorCode !== kafkaError.COORDINATOR_NOT_AVAILABLE) return;
      this.#broker.later('complete again', retryMs, () => this.#complete(id, held));
    });
  }
}

/** Found out before a change that is under way is. */
const namesWrongly: ReadonlySet<number> = new Set([
  kafkaError.INVALID_PRODUCER_ID_MAPPING,
  kafkaError.PRODUCER_FENCED,
]);

const undescribed = (transactionalId: string, errorCode: number): DescribedTransaction => ({
  errorCode,
  transactionalId,
  state: '',
  timeoutMs: 0,
  startTimeMs: 0n,
  producerId: 0n,
  producerEpoch: 0,
  topics: [],
});
