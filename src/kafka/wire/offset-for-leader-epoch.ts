// OffsetForLeaderEpoch, version 4 (KIP-101, KIP-320): where a leader epoch ended.
import type { EpochEndOffset, OffsetForLeaderEpochRequest } from './messages.ts';
import { groupByTopic, readName } from './group-by-topic.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export function encodeOffsetForLeaderEpochRequest(
  w: WireWriter,
  _version: number,
  request: OffsetForLeaderEpochRequest,
): void {
  // Asked as a consumer.
  w.int32(-1);
  w.compactArray(request.topics, (each, { topic, partitions }) => {
    each.compactString(topic);
    each.compactArray(partitions, (one, { partition, currentLeaderEpoch, leaderEpoch }) =>
      one.int32(partition).int32(currentLeaderEpoch).int32(leaderEpoch).noTags(),
    );
    each.noTags();
  });
  w.noTags();
}

export function decodeOffsetForLeaderEpochRequest(
  r: WireReader,
  _version: number,
): OffsetForLeaderEpochRequest {
  r.int32();
  const topics = r.compactArray(3, (each) => {
    const topic = each.compactString();
    const partitions = each.compactArray(13, (one) => {
      const asked = { partition: one.int32(), currentLeaderEpoch: one.int32(), leaderEpoch: one.int32() };
      one.taggedFields();
      return asked;
    });
    each.taggedFields();
    return { topic, partitions };
  });
  r.taggedFields();
  return { topics };
}

export function encodeOffsetForLeaderEpochResponse(
  w: WireWriter,
  _version: number,
  answer: readonly EpochEndOffset[],
): void {
  w.int32(0);
  w.compactArray(groupByTopic(answer), (each, { topic, partitions }) => {
    each.compactString(topic);
    each.compactArray(partitions, (one, end) =>
      one.int16(end.errorCode).int32(end.partition).int32(end.leaderEpoch).int64(end.endOffset).noTags(),
    );
    each.noTags();
  });
  w.noTags();
}

export function decodeOffsetForLeaderEpochResponse(
  r: WireReader,
  _version: number,
): readonly EpochEndOffset[] {
  r.throttle();
  const answer = r.partitionsOfTopics(3, 19, readName, decodeEnd);
  r.taggedFields();
  return answer;
}

function decodeEnd(r: WireReader, topic: string): EpochEndOffset {
  const errorCode = r.int16();
  const partition = r.int32();
  const end = { topic, partition, errorCode, leaderEpoch: r.int32(), endOffset: r.int64() };
  r.taggedFields();
  return end;
}
