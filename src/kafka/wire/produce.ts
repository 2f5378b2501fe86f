// Produce, versions 9 to 13: topics by name up to 12, by id from 13 on. The request is laid out for the
// network in client/produce-frame.ts; the plain form here is for tests, the broker model and the check
// against Java.
import { noTopicId } from './messages.ts';
import type { ProducedPartition, ProduceRequest, ProduceResponse } from './messages.ts';
import { readName } from './group-by-topic.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

/** From this version on topics are named by id (KIP-516). */
export const produceByIdFrom = 13;

export function encodeProduceRequest(w: WireWriter, version: number, request: ProduceRequest): void {
  w.compactNullableString(undefined).int16(request.acks).int32(request.timeoutMs);
  w.compactArray(request.topics, (each, { topic, topicId, partitions }) => {
    if (version >= produceByIdFrom) each.uuid(topicId);
    else each.compactString(topic);
    each.compactArray(partitions, (one, { partition, records }) =>
      one.int32(partition).compactBytes(records).noTags(),
    );
    each.noTags();
  });
  w.noTags();
}

export function decodeProduceRequest(r: WireReader, version: number): ProduceRequest {
  r.compactNullableString();
  const acksRead = r.int16();
  const acks = acksRead === 0 || acksRead === 1 || acksRead === -1 ? acksRead : r.fail(`acks ${acksRead}`);
  const timeoutMs = r.int32();
  const byId = version >= produceByIdFrom;
  const topics = r.compactArray(byId ? 18 : 3, (each) => {
    const topicId = byId ? each.uuid() : noTopicId;
    const topic = byId ? '' : each.compactString();
    const partitions = each.compactArray(6, (one) => {
      const partition = one.int32();
      const records = one.compactNullableBytes();
      one.taggedFields();
      return { partition, records };
    });
    each.taggedFields();
    return { topic, topicId, partitions };
  });
  r.taggedFields();
  return { acks, timeoutMs, topics };
}

/** Partitions of one topic stand together in `answer`. */
export function encodeProduceResponse(w: WireWriter, version: number, answer: ProduceResponse): void {
  const byId = version >= produceByIdFrom;
  const topics = Map.groupBy(answer.partitions, (each) => (byId ? each.topicId : each.topic));
  w.compactArray([...topics], (each, [name, partitions]) => {
    if (byId) each.uuid(name);
    else each.compactString(name);
    each.compactArray(partitions, (one, produced) => encodeProduced(one, version, produced)).noTags();
  });
  w.int32(answer.throttleMs).noTags();
}

function encodeProduced(w: WireWriter, version: number, produced: ProducedPartition): void {
  w.int32(produced.partition).int16(produced.errorCode).int64(produced.baseOffset);
  w.int64(produced.logAppendTimeMs).int64(produced.logStartOffset);
  w.compactInts([]).compactNullableString(produced.errorMessage);
  const { currentLeader } = produced;
  if (version < 10 || currentLeader === undefined) {
    w.noTags();
    return;
  }
  w.uvarint(1);
  w.tag(0, (body) => body.int32(currentLeader.leaderId).int32(currentLeader.leaderEpoch).noTags());
}

export function decodeProduceResponse(r: WireReader, version: number): ProduceResponse {
  const byId = version >= produceByIdFrom;
  const partitions = r.partitionsOfTopics(byId ? 18 : 3, 33, byId ? readTopicId : readName, (one, topic) =>
    decodeProduced(one, byId ? '' : topic, byId ? topic : noTopicId),
  );
  const throttleMs = r.throttle();
  r.taggedFields();
  return { throttleMs, partitions };
}

const readTopicId = (reader: WireReader): string => reader.uuid();

function decodeProduced(r: WireReader, topic: string, topicId: string): ProducedPartition {
  const partition = r.int32();
  const errorCode = r.int16();
  const baseOffset = r.int64();
  const logAppendTimeMs = r.int64();
  const logStartOffset = r.int64();
  const recordErrors = r.compactCount(6);
  let recordError: string | undefined;
  for (let i = 0; i < recordErrors; i += 1) {
    r.int32();
    recordError = r.compactNullableString() ?? recordError;
    r.taggedFields();
  }
  const errorMessage = r.compactNullableString() ?? recordError;
  const currentLeader = r.emptyTags() ? undefined : decodeLeader(r);
  return {
    topic,
    topicId,
    partition,
    errorCode,
    baseOffset,
    logAppendTimeMs,
    logStartOffset,
    errorMessage,
    currentLeader,
  };
}

interface ProducedTags {
  currentLeader: ProducedPartition['currentLeader'];
}

function decodeLeader(r: WireReader): ProducedPartition['currentLeader'] {
  const tags: ProducedTags = { currentLeader: undefined };
  r.taggedFieldsInto(tags, decodeProducedTag);
  return tags.currentLeader;
}

function decodeProducedTag(tags: ProducedTags, tag: number, r: WireReader): void {
  if (tag !== 0) return;
  tags.currentLeader = { leaderId: r.int32(), leaderEpoch: r.int32() };
  r.taggedFields();
}
