// Control batches as a leader appends them for WriteTxnMarkers: one record, whose key is version and type and
// whose value is version and coordinator epoch (Kafka's EndTransactionMarker, MemoryRecords).
import { decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';

export interface EndMarker {
  readonly committed: boolean;
  readonly coordinatorEpoch: number;
}

export interface ControlBatchSpec extends EndMarker {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly timestampMs: bigint;
}

const abortType = 0;
const commitType = 1;

export function controlBatch(spec: ControlBatchSpec): Buffer {
  const key = Buffer.alloc(4);
  key.writeInt16BE(spec.committed ? commitType : abortType, 2);
  const value = Buffer.alloc(6);
  value.writeInt32BE(spec.coordinatorEpoch, 2);
  return encodeBatch([{ timestamp: spec.timestampMs, key, value }], {
    producerId: spec.producerId,
    producerEpoch: spec.producerEpoch,
    transactional: true,
    control: true,
  });
}

/** What the marker in a control batch says; undefined for control records of another kind. */
export function endMarkerIn(bytes: Buffer): EndMarker | undefined {
  const [record] = decodeBatch(bytes);
  if (record?.key === undefined || record.value === undefined) return undefined;
  const type = record.key.readInt16BE(2);
  if (type !== abortType && type !== commitType) return undefined;
  return { committed: type === commitType, coordinatorEpoch: record.value.readInt32BE(2) };
}
