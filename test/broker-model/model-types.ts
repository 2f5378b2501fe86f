// What the parts of the broker model tell each other: settings, images of partitions, requests.
import type {
  AddPartitionsToTxnRequest,
  DeleteRecordsRequest,
  DescribeProducersRequest,
  EndTxnRequest,
  FetchRequest,
  InitProducerIdRequest,
  ListOffsetsRequest,
  OffsetForLeaderEpochRequest,
  ProduceRequest,
  TopicId,
  WriteTxnMarkersRequest,
} from '../../src/kafka/wire/messages.ts';

export interface ClusterSettings {
  /** One way between client and broker, and between brokers; the jitter comes on top. */
  readonly clientDelayMs: number;
  readonly brokerDelayMs: number;
  readonly jitterMs: number;
  /** How long the controller takes to notice that a broker is gone or stands still. */
  readonly sessionTimeoutMs: number;
  /** `replica.lag.time.max.ms`. */
  readonly replicaLagMsMax: number;
  /**
   * Whether the high watermark moves while fewer replicas than the minimum are in sync (Kafka before 3.7).
   */
  readonly advanceBelowMinimum: boolean;
  /** Produce names topics by id (version 13) and not by name. */
  readonly produceById: boolean;
  /** `producer.id.expiration.ms`, counted from the timestamps of the batches. */
  readonly producerIdExpirationMs: number;
  /** `producer.id.expiration.check.interval.ms`; undefined for never. */
  readonly expirationCheckMs: number | undefined;
  /**
   * Whether a broker that starts forgets expired ids at once, as real ones do. The simulator's worlds leave
   * that out, as ids that are forgotten under a request (docs/design/simulation.md): with it, seed 22 stops
   * a copy of old records whose brokers were killed.
   */
  readonly expiresAtStart: boolean;
  readonly batchBytesMax: number;
  /** `message.timestamp.after.max.ms`. */
  readonly timestampAheadMsMax: number;
  /**
   * `transaction.version`: from 2 on (Kafka 4.0) a holder whose transaction the coordinator has aborted may
   * still name its epoch.
   */
  readonly transactionVersion: 0 | 2;
  /** `eligible.leader.replicas.version` is 1. */
  readonly eligibleLeaders: boolean;
  /**
   * Whether log starts and high watermarks are also written down now and then, so that they may survive a
   * kill, or at an orderly stop alone (`log.flush.start.offset.checkpoint.interval.ms`,
   * `replica.high.watermark.checkpoint.interval.ms`).
   */
  readonly keepsCheckpoints: boolean;
  /**
   * `replica.fetch.wait.max.ms`; undefined for ever, which saves events: then a broker that stands still is
   * given, when it goes on, the first of what was written meanwhile.
   */
  readonly followerWaitMs: number | undefined;
  /** How long a client waits for an answer, on top of what the request itself may wait. */
  readonly requestDeadlineMs: number;
}

export const quietCluster: ClusterSettings = {
  clientDelayMs: 1,
  brokerDelayMs: 1,
  jitterMs: 0,
  sessionTimeoutMs: 9_000,
  replicaLagMsMax: 10_000,
  advanceBelowMinimum: false,
  produceById: true,
  producerIdExpirationMs: 86_400_000,
  expirationCheckMs: 600_000,
  expiresAtStart: false,
  batchBytesMax: 1_048_588,
  timestampAheadMsMax: 3_600_000,
  transactionVersion: 2,
  eligibleLeaders: false,
  keepsCheckpoints: true,
  followerWaitMs: undefined,
  requestDeadlineMs: 30_000,
};

/** What the controller decided about one partition; brokers learn of it one by one. */
export interface PartitionImage {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly inSync: readonly number[];
  /** May lead although they are not in sync (see elections.ts). */
  readonly eligible: readonly number[];
  /** Who led when nobody could any more; -1 before that. */
  readonly lastLeaderId: number;
  readonly replicas: readonly number[];
  /** Grows with every change, also of the replicas in sync alone. */
  readonly version: number;
  readonly minInSync: number;
  /** `message.timestamp.type=LogAppendTime`. */
  readonly logAppendTime: boolean;
  /** `cleanup.policy` contains `compact`. */
  readonly compacted: boolean;
}

export const partitionKey = (topicId: TopicId, partition: number): string => `${topicId}/${partition}`;

export type ModelRequest =
  | { readonly kind: 'hello' }
  | {
      readonly kind: 'produce';
      readonly body: ProduceRequest;
      /** Of an application with transactions. */
      readonly transactionalId?: string;
    }
  | { readonly kind: 'fetch'; readonly body: FetchRequest }
  | { readonly kind: 'listOffsets'; readonly body: ListOffsetsRequest }
  | { readonly kind: 'describeProducers'; readonly body: DescribeProducersRequest }
  | { readonly kind: 'offsetForLeaderEpoch'; readonly body: OffsetForLeaderEpochRequest }
  | { readonly kind: 'initProducerId'; readonly body: InitProducerIdRequest }
  | { readonly kind: 'findCoordinator'; readonly body: string }
  | { readonly kind: 'writeTxnMarkers'; readonly body: WriteTxnMarkersRequest }
  | { readonly kind: 'addPartitionsToTxn'; readonly body: AddPartitionsToTxnRequest }
  | { readonly kind: 'endTxn'; readonly body: EndTxnRequest }
  | { readonly kind: 'describeTransactions'; readonly body: readonly string[] }
  | { readonly kind: 'deleteRecords'; readonly body: DeleteRecordsRequest }
  | { readonly kind: 'metadata'; readonly body: readonly string[] | 'all' };
