// The small requests of one broker: offsets, epochs, producers, metadata.
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type {
  ClusterView,
  DescribedPartition,
  DescribeProducersRequest,
  EpochEndOffset,
  ListedOffset,
  ListOffsetsRequest,
  OffsetForLeaderEpochRequest,
  PartitionView,
  TopicView,
} from '../../src/kafka/wire/messages.ts';
import { noTopicId } from '../../src/kafka/wire/messages.ts';
import { maxOf } from './partition-log.ts';
import type { ModelBroker } from './model-broker.ts';
import type { Replica } from './replica.ts';
import { checkLeaderEpoch } from './replica-site.ts';
import { transactionTopic } from './transaction-log.ts';

const latest = -1n;
const earliest = -2n;

export function handleListOffsets(broker: ModelBroker, request: ListOffsetsRequest): ListedOffset[] {
  return request.topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, currentLeaderEpoch, timestamp }) => {
      const at = leaderAt(broker, topic, partition, currentLeaderEpoch);
      const answer = { topic, partition, timestamp: -1n, offset: -1n, leaderEpoch: -1 };
      if (typeof at === 'number') return { ...answer, errorCode: at };
      const asConsumer = request.replicaId < 0;
      if (asConsumer && at.epochStart > at.highWatermark) {
        return { ...answer, errorCode: kafkaError.OFFSET_NOT_AVAILABLE };
      }
      const shown = request.isolationLevel === 1 ? at.lastStableOffset : at.highWatermark;
      const end = asConsumer ? shown : at.log.end;
      return { ...answer, errorCode: kafkaError.NONE, ...offsetAt(at, timestamp, end) };
    }),
  );
}

function offsetAt({ log }: Replica, timestamp: bigint, end: bigint) {
  if (timestamp === earliest) return { offset: log.start, leaderEpoch: log.epochs.atStart(log.start) };
  if (timestamp === latest) return { offset: end, leaderEpoch: log.epochs.latest };
  // All records of a batch of the model have the batch's timestamp.
  const found = log.batches.find((each) => each.lastOffset >= log.start && each.maxTimestampMs >= timestamp);
  if (found === undefined || found.baseOffset >= end) return {};
  const { baseOffset, maxTimestampMs, leaderEpoch } = found;
  return { offset: maxOf(baseOffset, log.start), timestamp: maxTimestampMs, leaderEpoch };
}

/** The leader's replica, or the error a client gets instead. */
function leaderAt(broker: ModelBroker, topic: string, partition: number, named: number): Replica | number {
  const found = broker.findByName(topic, partition);
  if (found === undefined) return kafkaError.UNKNOWN_TOPIC_OR_PARTITION;
  const { replica } = found;
  if (replica === undefined) return kafkaError.NOT_LEADER_OR_FOLLOWER;
  const epochError = checkLeaderEpoch(named, replica.image.leaderEpoch);
  if (epochError !== kafkaError.NONE) return epochError;
  return replica.isLeader ? replica : kafkaError.NOT_LEADER_OR_FOLLOWER;
}

export function handleOffsetForLeaderEpoch(
  broker: ModelBroker,
  request: OffsetForLeaderEpochRequest,
): EpochEndOffset[] {
  return request.topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
      const at = leaderAt(broker, topic, partition, currentLeaderEpoch);
      const unknown = { topic, partition, leaderEpoch: -1, endOffset: -1n };
      if (typeof at === 'number') return { ...unknown, errorCode: at };
      const end = at.log.epochs.endOf(leaderEpoch, at.log.end);
      if (end === undefined) return { ...unknown, errorCode: kafkaError.NONE };
      return {
        topic,
        partition,
        errorCode: kafkaError.NONE,
        leaderEpoch: end.epoch,
        endOffset: end.endOffset,
      };
    }),
  );
}

/** Any broker with a replica answers, also one that does not lead. */
export function handleDescribeProducers(
  broker: ModelBroker,
  request: DescribeProducersRequest,
): DescribedPartition[] {
  return request.topics.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => {
      const found = broker.findByName(topic, partition);
      const nothing = { topic, partition, errorMessage: undefined, producers: [] };
      if (found === undefined) return { ...nothing, errorCode: kafkaError.UNKNOWN_TOPIC_OR_PARTITION };
      if (found.replica === undefined) return { ...nothing, errorCode: kafkaError.NOT_LEADER_OR_FOLLOWER };
      return { ...nothing, errorCode: kafkaError.NONE, producers: found.replica.producers.describe() };
    }),
  );
}

/** What this broker believes, which may be old. */
export function handleMetadata(
  broker: ModelBroker,
  topics: readonly string[] | 'all',
  brokerIds: readonly number[],
): ClusterView {
  const views = new Map<string, { topicId: string; partitions: PartitionView[] }>();
  for (const image of broker.images.values()) {
    const view = views.get(image.topic) ?? { topicId: image.topicId, partitions: [] };
    views.set(image.topic, view);
    view.partitions.push({
      partition: image.partition,
      errorCode: image.leaderId < 0 ? kafkaError.LEADER_NOT_AVAILABLE : kafkaError.NONE,
      leaderId: image.leaderId,
      leaderEpoch: image.leaderEpoch,
      replicas: image.replicas,
      inSync: image.inSync,
    });
  }
  const asked = topics === 'all' ? [...views.keys()] : topics;
  const named = asked.map((name): TopicView => {
    const view = views.get(name);
    const errorCode = view === undefined ? kafkaError.UNKNOWN_TOPIC_OR_PARTITION : kafkaError.NONE;
    const partitions = view?.partitions.toSorted((a, b) => a.partition - b.partition) ?? [];
    return {
      name,
      topicId: view?.topicId ?? noTopicId,
      internal: name === transactionTopic,
      errorCode,
      partitions,
    };
  });
  return {
    clusterId: broker.site.name,
    controllerId: brokerIds[0] ?? -1,
    brokers: brokerIds.map((nodeId) => ({
      nodeId,
      host: `${broker.site.name}-${nodeId}`,
      port: 9092,
      rack: undefined,
    })),
    topics: named,
  };
}
