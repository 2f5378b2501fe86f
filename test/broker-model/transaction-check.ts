// Before a transactional batch is appended, its leader asks the coordinator whether the transaction has the
// partition (KIP-890, for requests of clients that add partitions themselves).
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { ModelBroker } from './model-broker.ts';
import type { Replica } from './replica.ts';
import { storedBatch } from './stored-batch.ts';
import { transactionTopic } from './transaction-log.ts';

export interface TransactionalBatch {
  readonly replica: Replica;
  readonly records: Buffer;
}

/** Calls `then` with an error code for each batch, once the coordinator has answered for all. */
export function checkTransactions(
  broker: ModelBroker,
  transactionalId: string,
  batches: readonly TransactionalBatch[],
  then: (errorCodes: readonly number[]) => void,
): void {
  const asked = batches.map(({ replica, records }) => {
    const batch = storedBatch(records);
    if (replica.producers.isOpenAt(batch)) return undefined;
    replica.producers.verifies(batch);
    const { topic, partition } = replica.image;
    return { named: batch, partition: { topic, partition } };
  });
  if (asked.every((each) => each === undefined)) return then(asked.map(() => kafkaError.NONE));
  const coordinatorId = broker.findByName(transactionTopic, 0)?.image.leaderId ?? -1;
  if (coordinatorId < 0) return then(asked.map(() => kafkaError.NOT_ENOUGH_REPLICAS));
  broker.ask(
    coordinatorId,
    'transaction check',
    ({ coordinator }, answer: (codes: number[]) => void) =>
      answer(
        asked.map((each) =>
          each === undefined
            ? kafkaError.NONE
            : coordinator.verify(transactionalId, each.named, each.partition),
        ),
      ),
    (codes) => then(codes.map(toldToProducer)),
  );
}

/** Older clients know none of the coordinator's own errors, and try again after this one. */
function toldToProducer(errorCode: number): number {
  switch (errorCode) {
    case kafkaError.CONCURRENT_TRANSACTIONS:
    case kafkaError.COORDINATOR_NOT_AVAILABLE:
    case kafkaError.NOT_COORDINATOR:
      return kafkaError.NOT_ENOUGH_REPLICAS;
    case kafkaError.PRODUCER_FENCED:
      return kafkaError.INVALID_PRODUCER_EPOCH;
    default:
      return errorCode;
  }
}
