// AddPartitionsToTxn, version 3 (KIP-98): which partitions a transaction will end in. Later versions are for
// brokers among themselves (KIP-890).
import { groupByTopic, readName } from './group-by-topic.ts';
import type { AddedPartition, AddPartitionsToTxnRequest } from './messages.ts';
import type { WireReader } from './reader.ts';
import { readTopicPartitions, topicPartitionsBytesMin, writeTopicPartitions } from './topic-partitions.ts';
import type { WireWriter } from './writer.ts';

export function encodeAddPartitionsToTxnRequest(
  w: WireWriter,
  _version: number,
  request: AddPartitionsToTxnRequest,
): void {
  w.compactString(request.transactionalId).int64(request.producerId).int16(request.producerEpoch);
  w.compactArray(request.topics, writeTopicPartitions).noTags();
}

export function decodeAddPartitionsToTxnRequest(r: WireReader, _version: number): AddPartitionsToTxnRequest {
  const request = {
    transactionalId: r.compactString(),
    producerId: r.int64(),
    producerEpoch: r.int16(),
    topics: r.compactArray(topicPartitionsBytesMin, readTopicPartitions),
  };
  r.taggedFields();
  return request;
}

export function encodeAddPartitionsToTxnResponse(
  w: WireWriter,
  _version: number,
  answer: readonly AddedPartition[],
): void {
  w.int32(0);
  w.compactArray(groupByTopic(answer), (each, { topic, partitions }) => {
    each.compactString(topic);
    each.compactArray(partitions, (one, { partition, errorCode }) =>
      one.int32(partition).int16(errorCode).noTags(),
    );
    each.noTags();
  });
  w.noTags();
}

export function decodeAddPartitionsToTxnResponse(r: WireReader, _version: number): readonly AddedPartition[] {
  r.throttle();
  const answer = r.partitionsOfTopics(3, 7, readName, decodeAdded);
  r.taggedFields();
  return answer;
}

function decodeAdded(r: WireReader, topic: string): AddedPartition {
  const added = { topic, partition: r.int32(), errorCode: r.int16() };
  r.taggedFields();
  return added;
}
