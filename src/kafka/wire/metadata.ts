// Metadata, version 12: brokers, topics with their ids, partitions with leaders and epochs.
import type { ClusterView, PartitionView, TopicView } from './messages.ts';
import { noTopicId } from './messages.ts';
import type { WireReader } from './reader.ts';
import type { WireWriter } from './writer.ts';

/** `'all'` names every topic. Topics are never created by asking. */
export interface MetadataRequest {
  readonly topics: readonly string[] | 'all';
}

/** "Not asked for" in Kafka's field of authorised operations. */
const operationsUnknown = -0x8000_0000;

export function encodeMetadataRequest(w: WireWriter, _version: number, request: MetadataRequest): void {
  if (request.topics === 'all') w.uvarint(0);
  else
    w.compactArray(request.topics, (each, name) => each.uuid(noTopicId).compactNullableString(name).noTags());
  w.boolean(false).boolean(false).noTags();
}

export function decodeMetadataRequest(r: WireReader, _version: number): MetadataRequest {
  const count = r.compactNullableCount(18);
  const topics: string[] = [];
  for (let i = 0; i < count; i += 1) {
    r.uuid();
    topics.push(r.compactNullableString() ?? '');
    r.taggedFields();
  }
  r.boolean();
  r.boolean();
  r.taggedFields();
  return { topics: count < 0 ? 'all' : topics };
}

export function encodeMetadataResponse(w: WireWriter, _version: number, view: ClusterView): void {
  w.int32(0);
  w.compactArray(view.brokers, (each, broker) => {
    each.int32(broker.nodeId).compactString(broker.host).int32(broker.port);
    each.compactNullableString(broker.rack).noTags();
  });
  w.compactNullableString(view.clusterId).int32(view.controllerId);
  w.compactArray(view.topics, (each, topic) => {
    each.int16(topic.errorCode).compactNullableString(topic.name).uuid(topic.topicId).boolean(topic.internal);
    each.compactArray(topic.partitions, encodePartition);
    each.int32(operationsUnknown).noTags();
  });
  w.noTags();
}

function encodePartition(w: WireWriter, partition: PartitionView): void {
  w.int16(partition.errorCode).int32(partition.partition).int32(partition.leaderId);
  w.int32(partition.leaderEpoch).compactInts(partition.replicas).compactInts(partition.inSync);
  w.compactInts([]).noTags();
}

export function decodeMetadataResponse(r: WireReader, _version: number): ClusterView {
  r.throttle();
  const brokers = r.compactArray(11, decodeBroker);
  const clusterId = r.compactNullableString() ?? '';
  const controllerId = r.int32();
  const topics = r.compactArray(26, decodeTopic);
  r.taggedFields();
  return { clusterId, controllerId, brokers, topics };
}

function decodeBroker(r: WireReader): ClusterView['brokers'][number] {
  const broker = {
    nodeId: r.int32(),
    host: r.compactString(),
    port: r.int32(),
    rack: r.compactNullableString(),
  };
  r.taggedFields();
  return broker;
}

function decodeTopic(r: WireReader): TopicView {
  const errorCode = r.int16();
  const name = r.compactNullableString() ?? '';
  const topicId = r.uuid();
  const internal = r.boolean();
  const partitions = r.compactArray(18, decodePartition);
  r.int32();
  r.taggedFields();
  return { name, topicId, internal, errorCode, partitions };
}

function decodePartition(r: WireReader): PartitionView {
  const errorCode = r.int16();
  const partition = r.int32();
  const leaderId = r.int32();
  const leaderEpoch = r.int32();
  const replicas = r.compactInts();
  const inSync = r.compactInts();
  r.skipCompactInts();
  r.taggedFields();
  return { partition, errorCode, leaderId, leaderEpoch, replicas, inSync };
}
