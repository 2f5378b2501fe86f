// Requests and responses of the calls that Causeway sends itself, decoded. Field names follow Kafka's own
// message definitions. Record sets stay bytes. -1 means "unknown" wherever Kafka says so.

/** A 16-byte topic id as 32 lower-case hex digits; all zeros where unknown. */
export type TopicId = string;
export const noTopicId: TopicId = '0'.repeat(32);
/** As Kafka's own tools print it (org.apache.kafka.common.Uuid). */
export const topicIdText = (id: TopicId): string => Buffer.from(id, 'hex').toString('base64url');

export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Keeps pooled memory alive. Every holder releases exactly what it retained. */
export interface Lease {
  retain(): void;
  release(): void;
}

export interface FetchRequest {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  /** Bytes of the whole answer; the first batch is sent even if it is larger (KIP-74). */
  readonly maxBytes: number;
  /** 0 read uncommitted, 1 read committed. */
  readonly isolationLevel: 0 | 1;
  /** Incremental fetch session (KIP-227): 0 and -1 for no session, 0 and 0 to open one. */
  readonly sessionId: number;
  readonly sessionEpoch: number;
  readonly topics: readonly FetchTopic[];
  readonly forgotten: readonly { topicId: TopicId; partitions: readonly number[] }[];
}
export interface FetchTopic {
  readonly topicId: TopicId;
  readonly partitions: readonly FetchPartition[];
}
export interface FetchPartition {
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: bigint;
  /** Leader epoch of the last batch the reader has, or -1 (KIP-595). */
  readonly lastFetchedEpoch: number;
  readonly partitionMaxBytes: number;
}
/** `lease` keeps every `records` slice valid; the receiver owns one reference and releases it. */
export interface FetchResponse {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly topics: readonly { topicId: TopicId; partitions: readonly FetchedPartition[] }[];
  readonly lease: Lease;
}
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  readonly logStartOffset: bigint;
  /** KIP-595: the largest epoch and its end offset that both logs share, when they have diverged. */
  readonly diverging: { epoch: number; endOffset: bigint } | undefined;
  readonly currentLeader: { leaderId: number; leaderEpoch: number } | undefined;
  readonly abortedTransactions: readonly { producerId: bigint; firstOffset: bigint }[];
  /** Whole batches, and possibly a cut one at the end. A view of pooled memory, writable by its reader. */
  readonly records: Buffer;
}

export interface ProduceRequest {
  readonly acks: -1 | 0 | 1;
  readonly timeoutMs: number;
  /** Never the same partition twice: the broker would silently lose one of the two batches. */
  readonly topics: readonly ProduceTopic[];
}
export interface ProduceTopic {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partitions: readonly { partition: number; records: Buffer }[];
}
export interface ProduceResponse {
  readonly throttleMs: number;
  readonly partitions: readonly ProducedPartition[];
}
export interface ProducedPartition {
  /** Empty where the broker answered by topic id (version 13); then `topicId` tells. */
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: bigint;
  readonly logAppendTimeMs: bigint;
  readonly logStartOffset: bigint;
  readonly errorMessage: string | undefined;
  readonly currentLeader: { leaderId: number; leaderEpoch: number } | undefined;
}

export interface ListOffsetsRequest {
  /** -1 asks as a consumer (high watermark); 0 or more asks for the leader's log end. */
  readonly replicaId: number;
  readonly isolationLevel: 0 | 1;
  readonly topics: readonly {
    topic: string;
    partitions: readonly {
      partition: number;
      currentLeaderEpoch: number;
      /** -1 latest, -2 earliest, or milliseconds. */
      timestamp: bigint;
    }[];
  }[];
}
export interface ListedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly timestamp: bigint;
  readonly offset: bigint;
  readonly leaderEpoch: number;
}

export interface DescribeProducersRequest {
  readonly topics: readonly TopicPartitions[];
}
export interface DescribedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly errorMessage: string | undefined;
  readonly producers: readonly ProducerState[];
}
export interface ProducerState {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: bigint;
  readonly coordinatorEpoch: number;
  readonly currentTransactionStartOffset: bigint;
}

export interface InitProducerIdRequest {
  readonly transactionalId: string | undefined;
  readonly transactionTimeoutMs: number;
  /** -1 and -1 for "whatever it is". */
  readonly producerId: bigint;
  readonly producerEpoch: number;
}
export interface InitProducerIdResponse {
  readonly errorCode: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export interface OffsetForLeaderEpochRequest {
  readonly topics: readonly {
    topic: string;
    partitions: readonly { partition: number; currentLeaderEpoch: number; leaderEpoch: number }[];
  }[];
}
export interface EpochEndOffset {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly leaderEpoch: number;
  readonly endOffset: bigint;
}

/** One request may carry thousands of the same: give the same object, which is encoded once. */
export interface WriteTxnMarkersRequest {
  readonly markers: readonly TxnMarker[];
}
export interface TxnMarker {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly committed: boolean;
  readonly coordinatorEpoch: number;
  readonly topics: readonly TopicPartitions[];
}
/** Once per producer id and partition, however many markers were asked for. */
export interface WrittenMarker {
  readonly producerId: bigint;
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
}

export interface AddPartitionsToTxnRequest {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly topics: readonly TopicPartitions[];
}
export interface AddedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
}

export interface EndTxnRequest {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Aborted otherwise. */
  readonly committed: boolean;
}
/** NONE is answered before the control records are in the logs. */
export interface EndTxnResponse {
  readonly errorCode: number;
}

export interface DescribedTransaction {
  readonly errorCode: number;
  readonly transactionalId: string;
  /** Kafka's name: `Empty`, `Ongoing`, `PrepareCommit`, `CompleteAbort`, … */
  readonly state: string;
  readonly timeoutMs: number;
  readonly startTimeMs: bigint;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Those whose control records are not written yet. */
  readonly topics: readonly TopicPartitions[];
}

export interface DeleteRecordsRequest {
  /** `offset`: where the log will start; -1 stands for the high watermark. */
  readonly topics: readonly {
    topic: string;
    partitions: readonly { partition: number; offset: bigint }[];
  }[];
  /** How long the broker waits for the replicas. */
  readonly timeoutMs: number;
}
export interface TrimmedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Where the log starts on every replica; -1 with an error. */
  readonly lowWatermark: bigint;
  readonly errorCode: number;
}

export interface FindCoordinatorResponse {
  readonly errorCode: number;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** What one Metadata answer says (version 12). */
export interface ClusterView {
  readonly clusterId: string;
  readonly controllerId: number;
  readonly brokers: readonly { nodeId: number; host: string; port: number; rack: string | undefined }[];
  readonly topics: readonly TopicView[];
}
export interface TopicView {
  readonly name: string;
  readonly topicId: TopicId;
  readonly internal: boolean;
  /** 0, UNKNOWN_TOPIC_OR_PARTITION, … */
  readonly errorCode: number;
  readonly partitions: readonly PartitionView[];
}
export interface PartitionView {
  readonly partition: number;
  readonly errorCode: number;
  /** -1 while there is no leader. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}
