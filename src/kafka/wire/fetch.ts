// Fetch, versions 13 to 16: topics by id, record sets as views of the frame.
import type {
  FetchedPartition,
  FetchPartition,
  FetchRequest,
  FetchResponse,
  FetchTopic,
  Lease,
} from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

export function encodeFetchRequest(w: WireWriter, version: number, request: FetchRequest): void {
  if (version <= 14) w.int32(-1);
  w.int32(request.maxWaitMs).int32(request.minBytes).int32(request.maxBytes).int8(request.isolationLevel);
  w.int32(request.sessionId).int32(request.sessionEpoch);
  w.compactArray(request.topics, encodeTopic);
  w.compactArray(request.forgotten, (each, { topicId, partitions }) =>
    each.uuid(topicId).compactInts(partitions).noTags(),
  );
  w.compactString('').noTags();
}

function encodeTopic(w: WireWriter, { topicId, partitions }: FetchTopic): void {
  w.uuid(topicId).compactArray(partitions, encodeFetchPartition).noTags();
}

function encodeFetchPartition(w: WireWriter, asked: FetchPartition): void {
  w.int32(asked.partition).int32(asked.currentLeaderEpoch).int64(asked.fetchOffset);
  w.int32(asked.lastFetchedEpoch).int64(-1n).int32(asked.partitionMaxBytes).noTags();
}

export function decodeFetchRequest(r: WireReader, version: number): FetchRequest {
  if (version <= 14) r.int32();
  const maxWaitMs = r.int32();
  const minBytes = r.int32();
  const maxBytes = r.int32();
  const isolationLevel = r.int8() === 0 ? 0 : 1;
  const sessionId = r.int32();
  const sessionEpoch = r.int32();
  const topics = r.compactArray(18, (each) => {
    const topicId = each.uuid();
    const partitions = each.compactArray(33, decodeFetchPartition);
    each.taggedFields();
    return { topicId, partitions };
  });
  const forgotten = r.compactArray(18, (each) => {
    const topicId = each.uuid();
    const partitions = each.compactInts();
    each.taggedFields();
    return { topicId, partitions };
  });
  r.compactString();
  r.taggedFields();
  return { maxWaitMs, minBytes, maxBytes, isolationLevel, sessionId, sessionEpoch, topics, forgotten };
}

function decodeFetchPartition(r: WireReader): FetchPartition {
  const partition = r.int32();
  const currentLeaderEpoch = r.int32();
  const fetchOffset = r.int64();
  const lastFetchedEpoch = r.int32();
  r.int64();
  const partitionMaxBytes = r.int32();
  r.taggedFields();
  return { partition, currentLeaderEpoch, fetchOffset, lastFetchedEpoch, partitionMaxBytes };
}

export function encodeFetchResponse(
  w: WireWriter,
  _version: number,
  answer: Omit<FetchResponse, 'lease'>,
): void {
  w.int32(answer.throttleMs).int16(answer.errorCode).int32(answer.sessionId);
  w.compactArray(answer.topics, (each, { topicId, partitions }) =>
    each.uuid(topicId).compactArray(partitions, encodeFetched).noTags(),
  );
  w.noTags();
}

function encodeFetched(w: WireWriter, fetched: FetchedPartition): void {
  w.int32(fetched.partition).int16(fetched.errorCode).int64(fetched.highWatermark);
  w.int64(fetched.lastStableOffset).int64(fetched.logStartOffset);
  w.compactArray(fetched.abortedTransactions, (each, { producerId, firstOffset }) =>
    each.int64(producerId).int64(firstOffset).noTags(),
  );
  w.int32(-1).compactBytes(fetched.records);
  const { diverging, currentLeader } = fetched;
  w.uvarint((diverging === undefined ? 0 : 1) + (currentLeader === undefined ? 0 : 1));
  if (diverging !== undefined) {
    w.tag(0, (body) => body.int32(diverging.epoch).int64(diverging.endOffset).noTags());
  }
  if (currentLeader !== undefined) {
    w.tag(1, (body) => body.int32(currentLeader.leaderId).int32(currentLeader.leaderEpoch).noTags());
  }
}

/** `lease` keeps the reader's bytes alive; the answer takes over one reference. */
export function decodeFetchResponse(r: WireReader, _version: number, lease: Lease): FetchResponse {
  const throttleMs = r.throttle();
  const errorCode = r.int16();
  const sessionId = r.int32();
  const topics = r.compactArray(18, (each) => {
    const topicId = each.uuid();
    const partitions = each.compactArray(37, decodeFetched);
    each.taggedFields();
    return { topicId, partitions };
  });
  r.taggedFields();
  return { throttleMs, errorCode, sessionId, topics, lease };
}

function decodeFetched(r: WireReader): FetchedPartition {
  const partition = r.int32();
  const errorCode = r.int16();
  const highWatermark = r.int64();
  const lastStableOffset = r.int64();
  const logStartOffset = r.int64();
  const abortedTransactions = r.compactNullableArray(17, decodeAborted);
  r.int32();
  const records = r.recordSet();
  const { diverging, currentLeader } = r.emptyTags() ? noTags : decodeFetchedTags(r);
  return {
    partition,
    errorCode,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    diverging,
    currentLeader,
    abortedTransactions,
    records,
  };
}

type FetchedTags = { -readonly [name in 'diverging' | 'currentLeader']: FetchedPartition[name] };
const noTags: Readonly<FetchedTags> = { diverging: undefined, currentLeader: undefined };

function decodeFetchedTags(r: WireReader): FetchedTags {
  const tags: FetchedTags = { diverging: undefined, currentLeader: undefined };
  r.taggedFieldsInto(tags, decodeFetchedTag);
  return tags;
}

function decodeFetchedTag(tags: FetchedTags, tag: number, r: WireReader): void {
  if (tag > 1) return;
  if (tag === 0) tags.diverging = { epoch: r.int32(), endOffset: r.int64() };
  else tags.currentLeader = { leaderId: r.int32(), leaderEpoch: r.int32() };
  r.taggedFields();
}

function decodeAborted(r: WireReader): { producerId: bigint; firstOffset: bigint } {
  const aborted = { producerId: r.int64(), firstOffset: r.int64() };
  r.taggedFields();
  return aborted;
}
