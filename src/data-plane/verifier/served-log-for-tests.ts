// A partition with one broker that serves hand-made batches by Kafka's rules: whole batches from the one that
// holds the offset, up to the last stable offset, with the aborted transactions that touch the answer.
import assert from 'node:assert/strict';
import type { FetchRequest } from '../../kafka/wire/messages.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import { decodeRecords } from './records.ts';

export interface AbortedSpan {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
  /** Of its marker. */
  readonly lastOffset: bigint;
}

/** What may change while it is read. */
export interface ServedLog {
  batches: readonly Buffer[];
  start: bigint;
  /** Last stable offset. */
  end: bigint;
  aborted?: readonly AbortedSpan[];
  /** Batches in one answer. */
  batchesAtOnce?: number;
  /** Called before each request is answered. */
  onRequest?: (request: 'Fetch' | 'ListOffsets') => void;
  /** Counted here. */
  fetches?: number;
}

const firstOf = (batch: Buffer) => batch.readBigInt64BE(0);
const lastOf = (batch: Buffer) => firstOf(batch) + BigInt(batch.readInt32BE(23));

function answerOf(log: ServedLog, partition: number, offset: bigint) {
  const isOutside = offset < log.start;
  const ahead = log.batches.filter((batch) => lastOf(batch) >= offset && firstOf(batch) < log.end);
  const batches = isOutside ? [] : ahead.slice(0, log.batchesAtOnce ?? 3);
  const end = batches.length === 0 ? offset : lastOf(batches.at(-1) as Buffer);
  const aborted = (log.aborted ?? []).filter((each) => each.lastOffset >= offset && each.firstOffset <= end);
  return {
    partition,
    errorCode: isOutside ? kafkaError.OFFSET_OUT_OF_RANGE : kafkaError.NONE,
    highWatermark: log.end,
    lastStableOffset: log.end,
    logStartOffset: log.start,
    diverging: undefined,
    currentLeader: undefined,
    abortedTransactions: aborted,
    records: Buffer.concat(batches),
  };
}

function offsetAt(log: ServedLog, timestamp: bigint): bigint {
  if (timestamp === -2n) return log.start;
  if (timestamp === -1n) return log.end;
  const isData = (batch: Buffer) => (batch.readInt16BE(21) & 0x20) === 0;
  const records = log.batches.filter(isData).flatMap((batch) => decodeRecords(batch));
  const found = records.find(({ offset, timestampMs }) => timestampMs >= timestamp && offset >= log.start);
  return found !== undefined && found.offset < log.end ? found.offset : -1n;
}

/** The cluster of topic `t`: partition 0, or as many as there are logs. */
export function servedCluster(served: ServedLog | readonly ServedLog[]): KafkaCluster {
  const logs = 'batches' in served ? [served] : served;
  const logOf = (partition = -1): ServedLog => logs[partition] ?? assert.fail(`partition ${partition}`);
  const connection: Partial<BrokerConnection> = {
    brokerId: 1,
    closed: false,
    fetch: ({ topics }: FetchRequest) => {
      const asked = topics[0]?.partitions[0];
      const log = logOf(asked?.partition);
      log.onRequest?.('Fetch');
      log.fetches = (log.fetches ?? 0) + 1;
      const partition = answerOf(log, asked?.partition ?? -1, asked?.fetchOffset ?? -1n);
      const lease = { retain: () => undefined, release: () => undefined };
      const answer = { topicId: 'a', partitions: [partition] };
      return Promise.resolve({ throttleMs: 0, errorCode: 0, sessionId: 0, topics: [answer], lease });
    },
    listOffsets: ({ topics }) => {
      const asked = topics[0]?.partitions[0];
      const log = logOf(asked?.partition);
      log.onRequest?.('ListOffsets');
      const offset = offsetAt(log, asked?.timestamp ?? -1n);
      const partition = asked?.partition ?? -1;
      const listed = { topic: 't', partition, errorCode: 0, timestamp: -1n, offset, leaderEpoch: 0 };
      return Promise.resolve([listed]);
    },
    destroy: () => undefined,
  };
  const partitions = logs.map((_, partition) => {
    return { partition, errorCode: 0, leaderId: 1, leaderEpoch: 0, replicas: [1], inSync: [1] };
  });
  const topic = { name: 't', topicId: 'a', internal: false, errorCode: 0, partitions };
  return {
    metadata: () => Promise.resolve({ clusterId: 'c', controllerId: 1, brokers: [], topics: [topic] }),
    connect: () => Promise.resolve(connection as BrokerConnection),
    close: () => Promise.resolve(),
  };
}
