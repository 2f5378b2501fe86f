// One end of a mirror partition as the start procedure and the checks see it, and the reads they make there.
// Every read names the leader epoch, so that a broker that was paused as leader cannot answer with old state.
import { type AuthorizedRequest, rightOfRequest } from '../../kafka/acl/request-rights.ts';
import { type Account, lackText } from '../../kafka/acl/right.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import type { FetchedPartition, ProducerState, TopicId } from '../../kafka/wire/messages.ts';
import { type KafkaErrorName, kafkaErrorName } from '../../kafka/wire/error-codes.ts';
import { Obstacle } from './obstacle.ts';
import { causeOf } from './stop-cause.ts';

export interface PartitionEnd {
  readonly side: 'source' | 'target';
  readonly region: string;
  readonly topic: string;
  readonly partition: number;
  readonly topicId: TopicId;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly connection: BrokerConnection;
  /** Ours on this side's cluster, for what it does not permit. */
  readonly account?: Account | undefined;
}

/**
 * `latest` asked as a consumer: the high watermark, or of committed records the stable offset; asked as a
 * replica: the leader's log end. A time stands for the first record of then or later.
 */
export type OffsetKind = 'start' | 'highWatermark' | 'stable' | 'end' | { readonly timestampMs: number };

const timestampAsked = (kind: OffsetKind): bigint => {
  if (typeof kind === 'object') return BigInt(kind.timestampMs);
  return kind === 'start' ? -2n : -1n;
};

/** -1 where no record is so young. Throws Obstacle unless the leader answers under the epoch of `at`. */
export async function readOffset(at: PartitionEnd, kind: OffsetKind): Promise<bigint> {
  const answers = await at.connection.listOffsets({
    // Any id of 0 or more reads the log end; it names no real follower and changes nothing at the broker.
    replicaId: kind === 'end' ? 0 : -1,
    isolationLevel: kind === 'stable' || typeof kind === 'object' ? 1 : 0,
    topics: [
      {
        topic: at.topic,
        partitions: [
          {
            partition: at.partition,
            currentLeaderEpoch: at.leaderEpoch,
            timestamp: timestampAsked(kind),
          },
        ],
      },
    ],
  });
  const answer = answers[0];
  if (answer === undefined) throw new Obstacle(causeOf('CW-2024', `${placeOf(at)}: no offset in the answer`));
  refuseError(at, answer.errorCode, undefined, 'ListOffsets');
  return answer.offset;
}

/** What the leader knows of `producerId` at its log end; undefined where it knows nothing. */
export async function readProducer(at: PartitionEnd, producerId: bigint): Promise<ProducerState | undefined> {
  return (await readProducers(at)).find((producer) => producer.producerId === producerId);
}

/** Whose open transaction begins at `offset`; undefined where none does. */
export async function readTransactionAt(at: PartitionEnd, offset: bigint): Promise<bigint | undefined> {
  const producers = await readProducers(at);
  return producers.find(({ currentTransactionStartOffset: from }) => from === offset)?.producerId;
}

export async function readProducers(at: PartitionEnd): Promise<readonly ProducerState[]> {
  const request = { topics: [{ topic: at.topic, partitions: [at.partition] }] };
  const answer = (await at.connection.describeProducers(request))[0];
  if (answer === undefined)
    throw new Obstacle(causeOf('CW-2024', `${placeOf(at)}: no producers in the answer`));
  refuseError(at, answer.errorCode, answer.errorMessage, 'DescribeProducers');
  return answer.producers;
}

/** What one read at `offset` brought; records are copied. */
export type LogRead = Pick<
  FetchedPartition,
  'highWatermark' | 'lastStableOffset' | 'logStartOffset' | 'records' | 'abortedTransactions' | 'errorCode'
>;

/** The one batch that holds `offset`, or the next one: even a limit of one byte returns it whole (KIP-74). */
export const oneBatch = 1;

/** Many batches at once, where more than one is wanted. */
export const manyBatches = 1024 * 1024;

/** What is missing may stand there: a new leader does not know at first what is committed (KIP-207). */
export const notReadable = (at: PartitionEnd, offset: bigint): Obstacle =>
  new Obstacle(causeOf('CW-2021', `${placeOf(at)}: offset ${offset} cannot be read yet`));

/** Batches from `offset` on, up to the last stable offset, or OFFSET_OUT_OF_RANGE. Throws Obstacle. */
export async function readLog(at: PartitionEnd, offset: bigint, bytesMax: number): Promise<LogRead> {
  const response = await at.connection.fetch({
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: bytesMax,
    isolationLevel: 1,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [
      {
        topicId: at.topicId,
        partitions: [
          {
            partition: at.partition,
            currentLeaderEpoch: at.leaderEpoch,
            fetchOffset: offset,
            lastFetchedEpoch: -1,
            partitionMaxBytes: bytesMax,
          },
        ],
      },
    ],
    forgotten: [],
  });
  try {
    refuseError(at, response.errorCode, undefined, 'Fetch');
    const answer = response.topics[0]?.partitions[0];
    if (answer === undefined)
      throw new Obstacle(causeOf('CW-2024', `${placeOf(at)}: no records in the answer`));
    if (kafkaErrorName(answer.errorCode) !== 'OFFSET_OUT_OF_RANGE')
      refuseError(at, answer.errorCode, undefined, 'Fetch');
    // An answer out of range names no log start: it is asked for.
    const logStartOffset = answer.errorCode === 0 ? answer.logStartOffset : await readOffset(at, 'start');
    return { ...answer, logStartOffset, records: Buffer.from(answer.records) };
  } finally {
    response.lease.release();
  }
}

export const placeOf = (at: Pick<PartitionEnd, 'region' | 'topic' | 'partition'>) =>
  `${at.region} ${at.topic}-${at.partition}`;

type Place = Pick<PartitionEnd, 'side' | 'region' | 'topic' | 'partition' | 'account'>;

/**
 * Throws the Obstacle that an error code of either end means; returns where there is no error. `request`:
 * what was answered so.
 */
export function refuseError(
  at: Place & { readonly leaderId?: number },
  errorCode: number,
  said: string | undefined,
  request: AuthorizedRequest,
): void {
  if (errorCode === 0) return;
  const name = kafkaErrorName(errorCode) as KafkaErrorName;
  const who = at.leaderId === undefined ? '' : `broker ${at.leaderId} answered `;
  const answered = `${who}${name}${said ? `: ${said}` : ''}`;
  const text = `${placeOf(at)}: ${answered}`;
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- every other code means the default
  switch (name) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'UNKNOWN_TOPIC_ID':
    case 'INCONSISTENT_TOPIC_ID':
      throw new Obstacle(causeOf(at.side === 'source' ? 'CW-2001' : 'CW-2002', text));
    case 'TOPIC_AUTHORIZATION_FAILED':
      throw new Obstacle(causeOf('CW-2017', `${placeOf(at)}: ${lackOnTopic(at, request, answered)}`));
    case 'CLUSTER_AUTHORIZATION_FAILED':
      throw new Obstacle(causeOf('CW-2017', text));
    case 'KAFKA_STORAGE_ERROR':
      throw new Obstacle(causeOf(at.side === 'target' ? 'CW-2023' : 'CW-2024', text));
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'LEADER_NOT_AVAILABLE':
    case 'FENCED_LEADER_EPOCH':
    case 'UNKNOWN_LEADER_EPOCH':
    case 'OFFSET_NOT_AVAILABLE':
    case 'REPLICA_NOT_AVAILABLE':
    case 'BROKER_NOT_AVAILABLE':
      throw new Obstacle(causeOf('CW-2021', text));
    default:
      throw new Obstacle(causeOf('CW-2024', text));
  }
}

/** Which right a refused request needs, and the command that gives it. */
export function lackOnTopic(
  { topic, account }: Pick<PartitionEnd, 'topic' | 'account'>,
  request: AuthorizedRequest,
  answered: string,
): string {
  const right = { ...rightOfRequest[request], resource: topic };
  return lackText(right, account, `${answered} to ${request}`);
}
