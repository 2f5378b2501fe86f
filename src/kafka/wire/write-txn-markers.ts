// WriteTxnMarkers, version 1 (KIP-98): control records, appended by the partitions' leader without a
// transaction.
import { groupByTopic } from './group-by-topic.ts';
import type { TxnMarker, WriteTxnMarkersRequest, WrittenMarker } from './messages.ts';
import type { WireReader } from './reader.ts';
import { readTopicPartitions, topicPartitionsBytesMin, writeTopicPartitions } from './topic-partitions.ts';
import type { WireWriter } from './writer.ts';

/** A marker that is the one before it, the same object, is copied as bytes: thousands of fillers are. */
export function encodeWriteTxnMarkersRequest(
  w: WireWriter,
  _version: number,
  { markers }: WriteTxnMarkersRequest,
): void {
  let last: TxnMarker | undefined;
  let lastFrom = 0;
  let lastTo = 0;
  w.compactArray(markers, (_, marker) => {
    if (marker === last) return w.again(lastFrom, lastTo);
    lastFrom = w.position;
    encodeMarker(w, marker);
    lastTo = w.position;
    last = marker;
  });
  w.noTags();
}

function encodeMarker(w: WireWriter, marker: TxnMarker): void {
  w.int64(marker.producerId).int16(marker.producerEpoch).boolean(marker.committed);
  w.compactArray(marker.topics, writeTopicPartitions);
  w.int32(marker.coordinatorEpoch).noTags();
}

export function decodeWriteTxnMarkersRequest(r: WireReader, _version: number): WriteTxnMarkersRequest {
  const markers = r.compactArray(17, decodeMarker);
  r.taggedFields();
  return { markers };
}

function decodeMarker(r: WireReader): TxnMarker {
  const marker = {
    producerId: r.int64(),
    producerEpoch: r.int16(),
    committed: r.boolean(),
    topics: r.compactArray(topicPartitionsBytesMin, readTopicPartitions),
    coordinatorEpoch: r.int32(),
  };
  r.taggedFields();
  return marker;
}

export function encodeWriteTxnMarkersResponse(
  w: WireWriter,
  _version: number,
  answer: readonly WrittenMarker[],
): void {
  const ids = Map.groupBy(answer, ({ producerId }) => producerId);
  w.compactArray([...ids], (each, [producerId, those]) => {
    each.int64(producerId);
    each.compactArray(groupByTopic(those), (topics, { topic, partitions }) => {
      topics.compactString(topic);
      topics.compactArray(partitions, (one, { partition, errorCode }) =>
        one.int32(partition).int16(errorCode).noTags(),
      );
      topics.noTags();
    });
    each.noTags();
  });
  w.noTags();
}

/** There is no throttle time in it: it is an answer among brokers. */
export function decodeWriteTxnMarkersResponse(r: WireReader, _version: number): readonly WrittenMarker[] {
  const ids = r.compactCount(10);
  const written = r.roomFor<WrittenMarker>(7);
  let filled = 0;
  for (let i = 0; i < ids; i += 1) {
    const producerId = r.int64();
    const topics = r.compactCount(3);
    for (let k = 0; k < topics; k += 1) {
      const topic = r.compactString();
      for (let left = r.compactCount(7); left > 0; left -= 1, filled += 1) {
        written[filled] = { producerId, topic, partition: r.int32(), errorCode: r.int16() };
        r.taggedFields();
      }
      r.taggedFields();
    }
    r.taggedFields();
  }
  r.taggedFields();
  written.length = filled;
  return written;
}
