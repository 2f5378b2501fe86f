// Requests about transactions at one broker: who coordinates, and what is asked of the coordinator.
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type {
  AddedPartition,
  AddPartitionsToTxnRequest,
  FindCoordinatorResponse,
  TopicPartitions,
} from '../../src/kafka/wire/messages.ts';
import type { ModelBroker } from './model-broker.ts';
import { transactionTopic } from './transaction-log.ts';
import type { TransactionPartition } from './transaction-state.ts';

/** The first question makes the topic of the coordinators (kafka-facts 21). */
export function handleFindCoordinator(broker: ModelBroker): FindCoordinatorResponse {
  const { site } = broker;
  const image = broker.findByName(transactionTopic, 0)?.image;
  if (image === undefined) site.openTransactionLog();
  const nodeId = image?.leaderId ?? -1;
  if (nodeId < 0) return { errorCode: kafkaError.COORDINATOR_NOT_AVAILABLE, nodeId: -1, host: '', port: -1 };
  return { errorCode: kafkaError.NONE, nodeId, host: `${site.name}-${nodeId}`, port: 9092 };
}

/** All or none: one unknown partition, and nothing is tried. */
export function handleAddPartitions(
  broker: ModelBroker,
  request: AddPartitionsToTxnRequest,
  respond: (answer: AddedPartition[]) => void,
): void {
  const asked = placesOf(request.topics);
  const isKnown = ({ topic, partition }: TransactionPartition) =>
    broker.findByName(topic, partition) !== undefined;
  if (!asked.every(isKnown)) {
    const { OPERATION_NOT_ATTEMPTED, UNKNOWN_TOPIC_OR_PARTITION } = kafkaError;
    const errorOf = (place: TransactionPartition) =>
      isKnown(place) ? OPERATION_NOT_ATTEMPTED : UNKNOWN_TOPIC_OR_PARTITION;
    return respond(asked.map((place) => ({ ...place, errorCode: errorOf(place) })));
  }
  broker.coordinator.addPartitions(request, asked, (errorCode) =>
    respond(asked.map((place) => ({ ...place, errorCode }))),
  );
}

const placesOf = (topics: readonly TopicPartitions[]): TransactionPartition[] =>
  topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
