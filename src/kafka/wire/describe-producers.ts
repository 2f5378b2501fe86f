// DescribeProducers, version 0 (KIP-664): each producer id that a partition knows, at the broker's log end.
import type { DescribedPartition, DescribeProducersRequest, ProducerState } from './messages.ts';
import { groupByTopic, readName } from './group-by-topic.ts';
import type { WireReader } from './reader.ts';
import { readTopicPartitions, topicPartitionsBytesMin, writeTopicPartitions } from './topic-partitions.ts';
import type { WireWriter } from './writer.ts';

export function encodeDescribeProducersRequest(
  w: WireWriter,
  _version: number,
  request: DescribeProducersRequest,
): void {
  w.compactArray(request.topics, writeTopicPartitions).noTags();
}

export function decodeDescribeProducersRequest(r: WireReader, _version: number): DescribeProducersRequest {
  const topics = r.compactArray(topicPartitionsBytesMin, readTopicPartitions);
  r.taggedFields();
  return { topics };
}

export function encodeDescribeProducersResponse(
  w: WireWriter,
  _version: number,
  answer: readonly DescribedPartition[],
): void {
  w.int32(0);
  w.compactArray(groupByTopic(answer), (each, { topic, partitions }) => {
    each.compactString(topic);
    each.compactArray(partitions, (one, { partition, errorCode, errorMessage, producers }) => {
      one.int32(partition).int16(errorCode).compactNullableString(errorMessage);
      one.compactArray(producers, encodeProducer).noTags();
    });
    each.noTags();
  });
  w.noTags();
}

function encodeProducer(w: WireWriter, state: ProducerState): void {
  w.int64(state.producerId).int32(state.producerEpoch).int32(state.lastSequence);
  w.int64(state.lastTimestampMs).int32(state.coordinatorEpoch).int64(state.currentTransactionStartOffset);
  w.noTags();
}

export function decodeDescribeProducersResponse(
  r: WireReader,
  _version: number,
): readonly DescribedPartition[] {
  r.throttle();
  const answer = r.partitionsOfTopics(3, 9, readName, decodeDescribed);
  r.taggedFields();
  return answer;
}

function decodeDescribed(r: WireReader, topic: string): DescribedPartition {
  const partition = r.int32();
  const errorCode = r.int16();
  const errorMessage = r.compactNullableString();
  const producers = r.compactArray(37, decodeProducer);
  r.taggedFields();
  return { topic, partition, errorCode, errorMessage, producers };
}

function decodeProducer(r: WireReader): ProducerState {
  const state = {
    producerId: r.int64(),
    producerEpoch: r.int32(),
    lastSequence: r.int32(),
    lastTimestampMs: r.int64(),
    coordinatorEpoch: r.int32(),
    currentTransactionStartOffset: r.int64(),
  };
  r.taggedFields();
  return state;
}
