// Markers on their way from one coordinator to the leaders of a transaction's partitions: asked for again
// until each has been answered, so that faults leave one, several, or none (Kafka's
// TransactionMarkerChannelManager and TransactionMarkerRequestCompletionHandler).
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { TxnMarker, WrittenMarker } from '../../src/kafka/wire/messages.ts';
import type { BrokerFace } from './broker-face.ts';
import { isSamePartition, type TransactionPartition } from './transaction-state.ts';

const retryMs = 20;
/** Until a broker that takes no connection is tried again. */
const connectRetryMs = 200;
/** `request.timeout.ms`: then the connection is given up, and what it carried is sent again. */
const answerMs = 30_000;

/** One ended transaction whose markers are written; given up when `isCurrent` is false. */
export interface MarkerTask {
  readonly transactionalId: string;
  readonly marker: Omit<TxnMarker, 'topics'>;
  /** Partitions without an answer. */
  left: readonly TransactionPartition[];
  readonly isCurrent: () => boolean;
  /** Every partition has answered, or is no more. */
  readonly finished: () => void;
}

interface Asked {
  readonly brokerId: number;
  readonly again: () => void;
}

export class MarkerSender {
  readonly #broker: BrokerFace;
  readonly #asked = new Set<Asked>();

  constructor(broker: BrokerFace) {
    this.#broker = broker;
  }

  send(task: MarkerTask, partitions: readonly TransactionPartition[] = task.left): void {
    if (!task.isCurrent()) return;
    const leaders = Map.groupBy(partitions, (each) => this.#leaderOf(each));
    for (const [brokerId, those] of leaders) {
      if (brokerId >= 0) this.#ask(task, brokerId, those);
      // A partition without a leader is taken for one that was deleted: its marker is never written.
      else this.#answered(task, those);
    }
    if (partitions.length === 0) this.#answered(task, []);
  }

  /** What was under way to a broker that has died is asked again. */
  disconnected(brokerId: number): void {
    for (const asked of this.#asked) {
      if (asked.brokerId === brokerId) this.#broker.later('markers again', retryMs, asked.again);
    }
  }

  #leaderOf({ topic, partition }: TransactionPartition): number {
    return this.#broker.findByName(topic, partition)?.image.leaderId ?? -1;
  }

  #ask(task: MarkerTask, brokerId: number, partitions: readonly TransactionPartition[]): void {
    const broker = this.#broker;
    if (!broker.connects(brokerId)) {
      broker.later('markers again', connectRetryMs, () => this.send(task, partitions));
      return;
    }
    const asked: Asked = {
      brokerId,
      again: () => {
        if (this.#asked.delete(asked)) this.send(task, partitions);
      },
    };
    this.#asked.add(asked);
    const timer = broker.later(`markers to ${brokerId} have no answer`, answerMs, asked.again);
    const topics = partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
    broker.askMarkers(brokerId, { ...task.marker, topics }, (answers) => {
      timer.cancel();
      if (this.#asked.delete(asked)) this.#judge(task, answers);
    });
  }

  #judge(task: MarkerTask, answers: readonly WrittenMarker[]): void {
    if (!task.isCurrent()) return;
    const by = (wanted: (errorCode: number) => boolean) =>
      answers.filter(({ errorCode }) => wanted(errorCode));
    // Somebody has a higher epoch there: the transaction stays as it is until another coordinator reads it.
    if (by((errorCode) => givesUp.has(errorCode)).length > 0) return;
    const again = by((errorCode) => errorCode !== kafkaError.NONE);
    if (again.length > 0) this.#broker.later('markers again', retryMs, () => this.send(task, again));
    this.#answered(
      task,
      by((errorCode) => errorCode === kafkaError.NONE),
    );
  }

  #answered(task: MarkerTask, partitions: readonly TransactionPartition[]): void {
    task.left = task.left.filter((each) => !partitions.some((one) => isSamePartition(one, each)));
    if (task.left.length === 0 && task.isCurrent()) task.finished();
  }
}

const givesUp: ReadonlySet<number> = new Set([
  kafkaError.INVALID_PRODUCER_EPOCH,
  kafkaError.TRANSACTION_COORDINATOR_FENCED,
]);
