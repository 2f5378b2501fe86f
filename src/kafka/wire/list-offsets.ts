// ListOffsets, version 7: earliest, latest or by time; as a replica, the leader's log end.
import type { ListedOffset, ListOffsetsRequest } from './messages.ts';
import { groupByTopic, readName } from './group-by-topic.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export function encodeListOffsetsRequest(w: WireWriter, _version: number, request: ListOffsetsRequest): void {
  w.int32(request.replicaId).int8(request.isolationLevel);
  w.compactArray(request.topics, (each, { topic, partitions }) => {
    each.compactString(topic);
    each.compactArray(partitions, (one, { partition, currentLeaderEpoch, timestamp }) =>
      one.int32(partition).int32(currentLeaderEpoch).int64(timestamp).noTags(),
    );
    each.noTags();
  });
  w.noTags();
}

export function decodeListOffsetsRequest(r: WireReader, _version: number): ListOffsetsRequest {
  const replicaId = r.int32();
  const isolationLevel = r.int8() === 0 ? 0 : 1;
  const topics = r.compactArray(3, (each) => {
    const topic = each.compactString();
    const partitions = each.compactArray(17, (one) => {
      const asked = { partition: one.int32(), currentLeaderEpoch: one.int32(), timestamp: one.int64() };
      one.taggedFields();
      return asked;
    });
    each.taggedFields();
    return { topic, partitions };
  });
  r.taggedFields();
  return { replicaId, isolationLevel, topics };
}

export function encodeListOffsetsResponse(
  w: WireWriter,
  _version: number,
  answer: readonly ListedOffset[],
): void {
  w.int32(0);
  w.compactArray(groupByTopic(answer), (each, { topic, partitions }) => {
    each.compactString(topic);
    each.compactArray(partitions, (one, listed) =>
      one
        .int32(listed.partition)
        .int16(listed.errorCode)
        .int64(listed.timestamp)
        .int64(listed.offset)
        .int32(listed.leaderEpoch)
        .noTags(),
    );
    each.noTags();
  });
  w.noTags();
}

export function decodeListOffsetsResponse(r: WireReader, _version: number): readonly ListedOffset[] {
  r.throttle();
  const answer = r.partitionsOfTopics(3, 27, readName, decodeListed);
  r.taggedFields();
  return answer;
}

function decodeListed(r: WireReader, topic: string): ListedOffset {
  const listed = {
    topic,
    partition: r.int32(),
    errorCode: r.int16(),
    timestamp: r.int64(),
    offset: r.int64(),
    leaderEpoch: r.int32(),
  };
  r.taggedFields();
  return listed;
}
