// The coordinator's log: the topic __transaction_state as a replica of the model, one JSON record for each
// change of a transactional id. It is read again by whichever broker leads it next.
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { BrokerFace } from './broker-face.ts';
import { awaitAppends, pendingAppend } from './pending-append.ts';
import type { Replica } from './replica.ts';
import type { Transaction } from './transaction-state.ts';

export const transactionTopic = '__transaction_state';

/** This broker's replica of the log; undefined where it has none. */
export const transactionLogAt = (broker: BrokerFace): Replica | undefined =>
  broker.findByName(transactionTopic, 0)?.replica;

/** Appends a change, or with undefined that the id is forgotten; `then` is told when all in sync have it. */
export function writeTransaction(
  broker: BrokerFace,
  log: Replica,
  transactionalId: string,
  transaction: Transaction | undefined,
  then: (errorCode: number) => void,
): void {
  if (!log.isLeader) return then(kafkaError.NOT_COORDINATOR);
  if (log.belowMinimum) return then(kafkaError.COORDINATOR_NOT_AVAILABLE);
  const value = transaction && Buffer.from(JSON.stringify(transaction, (_, each: unknown) => plain(each)));
  const timestamp = BigInt(Math.floor(broker.wallMs()));
  const bytes = encodeBatch([{ timestamp, key: Buffer.from(transactionalId), value }]);
  const pending = pendingAppend(log, log.append(bytes));
  const wait = { timeoutMs: transaction?.timeoutMs ?? 30_000, label: 'transaction log has waited' };
  awaitAppends(broker, [pending], wait, () => {
    if (pending.errorCode === kafkaError.NONE) then(kafkaError.NONE);
    else if (pending.errorCode === kafkaError.NOT_LEADER_OR_FOLLOWER) then(kafkaError.NOT_COORDINATOR);
    else then(kafkaError.COORDINATOR_NOT_AVAILABLE);
  });
}

/**
 * The last state of each transactional id in the log, where the epoch before the present one is not kept: a
 * coordinator that has read it does not know a repeat of InitProducerId.
 */
export function readTransactions({ log }: Replica): Map<string, Transaction> {
  const transactions = new Map<string, Transaction>();
  for (const { bytes } of log.batches) {
    for (const { key, value } of decodeBatch(bytes)) {
      const transactionalId = key?.toString() ?? '';
      transactions.delete(transactionalId);
      if (value === undefined) continue;
      transactions.set(transactionalId, { ...transactionIn(value), lastProducerEpoch: -1 });
    }
  }
  return transactions;
}

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

const idFields: ReadonlySet<string> = new Set(['producerId', 'previousProducerId', 'nextProducerId']);

const transactionIn = (value: Buffer): Transaction =>
  JSON.parse(value.toString(), (name, each: unknown) =>
    idFields.has(name) ? BigInt(each as string) : each,
  ) as Transaction;
