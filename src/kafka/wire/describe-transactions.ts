// DescribeTransactions, version 0 (KIP-664): what a coordinator knows of transactional ids of its own.
import type { DescribedTransaction } from './messages.ts';
import type { WireReader } from './reader.ts';
import { readTopicPartitions, topicPartitionsBytesMin, writeTopicPartitions } from './topic-partitions.ts';
import type { WireWriter } from './writer.ts';

export function encodeDescribeTransactionsRequest(
  w: WireWriter,
  _version: number,
  transactionalIds: readonly string[],
): void {
  w.compactArray(transactionalIds, (each, id) => each.compactString(id)).noTags();
}

export function decodeDescribeTransactionsRequest(r: WireReader, _version: number): readonly string[] {
  const transactionalIds = r.compactArray(1, (each) => each.compactString());
  r.taggedFields();
  return transactionalIds;
}

export function encodeDescribeTransactionsResponse(
  w: WireWriter,
  _version: number,
  answer: readonly DescribedTransaction[],
): void {
  w.int32(0).compactArray(answer, encodeDescribed).noTags();
}

function encodeDescribed(w: WireWriter, described: DescribedTransaction): void {
  w.int16(described.errorCode).compactString(described.transactionalId).compactString(described.state);
  w.int32(described.timeoutMs).int64(described.startTimeMs);
  w.int64(described.producerId).int16(described.producerEpoch);
  w.compactArray(described.topics, writeTopicPartitions).noTags();
}

export function decodeDescribeTransactionsResponse(
  r: WireReader,
  _version: number,
): readonly DescribedTransaction[] {
  r.throttle();
  const answer = r.compactArray(28, decodeDescribed);
  r.taggedFields();
  return answer;
}

function decodeDescribed(r: WireReader): DescribedTransaction {
  const described = {
    errorCode: r.int16(),
    transactionalId: r.compactString(),
    state: r.compactString(),
    timeoutMs: r.int32(),
    startTimeMs: r.int64(),
    producerId: r.int64(),
    producerEpoch: r.int16(),
    topics: r.compactArray(topicPartitionsBytesMin, readTopicPartitions),
  };
  r.taggedFields();
  return described;
}
