// One end of a mirror partition kept in memory, for tests of the start procedure: a log of batches behind the
// few requests that the procedure makes, with a leader epoch of its own and a list of what was asked.
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import type { FetchRequest, FetchResponse, ProducerState } from '../../kafka/wire/messages.ts';
import { baseOffsetOf, maxTimestampOf, recordCountOf } from '../../kafka/batch/header.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import type { PartitionEnd } from './partition-end.ts';

export interface MadeEnd {
  readonly at: PartitionEnd;
  /** The batches in the log, ascending. */
  batches: Buffer[];
  producers: ProducerState[];
  /** Given: fewer records than the log holds are committed. Read once per question. */
  highWatermarks: bigint[];
  logStart: bigint;
  /** Where the log ends, if not with its last batch: a cleaner has taken what stood there. */
  emptiedTo: bigint;
  /** Where an open transaction begins, if one does. */
  stableOffset?: bigint;
  /** What the broker takes for the leader epoch; `at.leaderEpoch` is what metadata said. */
  brokerEpoch: number;
  /** Called before each answer, with the kind of question. */
  onAsk: (asked: string) => void;
}

export function madeEnd(side: PartitionEnd['side'], batches: Buffer[] = [], leaderEpoch = 5): MadeEnd {
  const connection: Partial<BrokerConnection> = {
    listOffsets: ({ replicaId, isolationLevel, topics }) => {
      const asked = topics[0]?.partitions[0];
      const isStart = asked?.timestamp === -2n;
      const isTime = (asked?.timestamp ?? -1n) >= 0n;
      const isStable = isolationLevel === 1 && !isTime;
      const atEnd =
        replicaId >= 0 ? logEnd(end) : isStable ? (end.stableOffset ?? logEnd(end)) : highWatermark(end);
      end.onAsk(
        isStart ? 'start' : isTime ? 'time' : replicaId >= 0 ? 'end' : isStable ? 'stable' : 'highWatermark',
      );
      const offset = isStart ? end.logStart : isTime ? offsetAt(end, asked?.timestamp ?? 0n) : atEnd;
      const errorCode = epochError(asked?.currentLeaderEpoch ?? -1, end.brokerEpoch);
      const answer = {
        topic: 't',
        partition: 0,
        errorCode,
        timestamp: -1n,
        offset,
        leaderEpoch: end.brokerEpoch,
      };
      return Promise.resolve([answer]);
    },
    describeProducers: () => {
      end.onAsk('producers');
      const answer = {
        topic: 't',
        partition: 0,
        errorCode: 0,
        errorMessage: undefined,
        producers: end.producers,
      };
      return Promise.resolve([answer]);
    },
    fetch: (request) => Promise.resolve(fetchAnswer(end, request)),
  };
  const at: PartitionEnd = {
    side,
    region: side === 'source' ? 'eu-west' : 'us-east',
    topic: 't',
    partition: 0,
    topicId: '00000000-0000-0000-0000-000000000001',
    leaderId: 1,
    leaderEpoch,
    connection: connection as BrokerConnection,
  };
  const end: MadeEnd = {
    at,
    batches,
    producers: [],
    highWatermarks: [],
    logStart: 0n,
    emptiedTo: 0n,
    brokerEpoch: leaderEpoch,
    onAsk: () => undefined,
  };
  return end;
}

export function producerState(
  producerId: bigint,
  producerEpoch: number,
  lastSequence: number,
): ProducerState {
  return {
    producerId,
    producerEpoch,
    lastSequence,
    lastTimestampMs: -1n,
    coordinatorEpoch: -1,
    currentTransactionStartOffset: -1n,
  };
}

const endOf = (batch: Buffer) => baseOffsetOf(batch, 0) + BigInt(recordCountOf(batch, 0));

const logEnd = ({ batches, logStart, emptiedTo }: MadeEnd) => {
  const last = batches.at(-1);
  const end = last === undefined ? logStart : endOf(last);
  return end > emptiedTo ? end : emptiedTo;
};

/** Of the first batch so young; all records of a batch have its timestamp. */
const offsetAt = ({ batches }: MadeEnd, timestamp: bigint): bigint => {
  const found = batches.find((batch) => maxTimestampOf(batch, 0) >= timestamp);
  return found === undefined ? -1n : baseOffsetOf(found, 0);
};

/** The next one on the list; the last one stays. */
function highWatermark(end: MadeEnd): bigint {
  const next = end.highWatermarks.length > 1 ? end.highWatermarks.shift() : end.highWatermarks[0];
  return next ?? logEnd(end);
}

/**
 * org.apache.kafka.server.replica: an older epoch is fenced, a newer one is not known yet, -1 is not checked.
 */
function epochError(asked: number, own: number): number {
  if (asked === -1 || asked === own) return kafkaError.NONE;
  return asked < own ? kafkaError.FENCED_LEADER_EPOCH : kafkaError.UNKNOWN_LEADER_EPOCH;
}

function fetchAnswer(end: MadeEnd, { topics }: FetchRequest): FetchResponse {
  end.onAsk('batch');
  const asked = topics[0]?.partitions[0];
  const offset = asked?.fetchOffset ?? 0n;
  const found = end.batches.find((batch) => offset < endOf(batch));
  const wrongEpoch = epochError(asked?.currentLeaderEpoch ?? -1, end.brokerEpoch);
  const outOfRange = offset < end.logStart ? kafkaError.OFFSET_OUT_OF_RANGE : kafkaError.NONE;
  const errorCode = wrongEpoch === kafkaError.NONE ? outOfRange : wrongEpoch;
  // A broker tells nothing of its log with an error.
  const told = (offsetTold: bigint) => (errorCode === kafkaError.NONE ? offsetTold : -1n);
  const partition = {
    partition: 0,
    errorCode,
    highWatermark: told(logEnd(end)),
    lastStableOffset: told(logEnd(end)),
    logStartOffset: told(end.logStart),
    diverging: undefined,
    currentLeader: undefined,
    abortedTransactions: [],
    records: errorCode === kafkaError.NONE && found !== undefined ? found : Buffer.alloc(0),
  };
  const lease = { retain: () => undefined, release: () => undefined };
  return {
    throttleMs: 0,
    errorCode: 0,
    sessionId: 0,
    topics: [{ topicId: end.at.topicId, partitions: [partition] }],
    lease,
  };
}
