// DeleteRecords, version 2 (KIP-107): moves where a log starts.
import { groupByTopic, readName } from './group-by-topic.ts';
import type { DeleteRecordsRequest, TrimmedPartition } from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export function encodeDeleteRecordsRequest(
  w: WireWriter,
  _version: number,
  request: DeleteRecordsRequest,
): void {
  w.compactArray(request.topics, (each, { topic, partitions }) => {
    each.compactString(topic);
    each.compactArray(partitions, (one, { partition, offset }) =>
      one.int32(partition).int64(offset).noTags(),
    );
    each.noTags();
  });
  w.int32(request.timeoutMs).noTags();
}

export function decodeDeleteRecordsRequest(r: WireReader, _version: number): DeleteRecordsRequest {
  const topics = r.compactArray(3, (each) => {
    const topic = each.compactString();
    const partitions = each.compactArray(13, (one) => {
      const trimmed = { partition: one.int32(), offset: one.int64() };
      one.taggedFields();
      return trimmed;
    });
    each.taggedFields();
    return { topic, partitions };
  });
  const timeoutMs = r.int32();
  r.taggedFields();
  return { topics, timeoutMs };
}

export function encodeDeleteRecordsResponse(
  w: WireWriter,
  _version: number,
  answer: readonly TrimmedPartition[],
): void {
  w.int32(0);
  w.compactArray(groupByTopic(answer), (each, { topic, partitions }) => {
    each.compactString(topic);
    each.compactArray(partitions, (one, { partition, lowWatermark, errorCode }) =>
      one.int32(partition).int64(lowWatermark).int16(errorCode).noTags(),
    );
    each.noTags();
  });
  w.noTags();
}

export function decodeDeleteRecordsResponse(r: WireReader, _version: number): readonly TrimmedPartition[] {
  r.throttle();
  const answer = r.partitionsOfTopics(3, 15, readName, decodeTrimmed);
  r.taggedFields();
  return answer;
}

function decodeTrimmed(r: WireReader, topic: string): TrimmedPartition {
  const trimmed = { topic, partition: r.int32(), lowWatermark: r.int64(), errorCode: r.int16() };
  r.taggedFields();
  return trimmed;
}
