// The two faces behind which a Kafka cluster stands for the data plane: real connections in production,
// the broker model in the simulator.
import type { Account } from '../acl/right.ts';
import type {
  AddedPartition,
  AddPartitionsToTxnRequest,
  ClusterView,
  DeleteRecordsRequest,
  DescribedPartition,
  DescribedTransaction,
  DescribeProducersRequest,
  EndTxnRequest,
  EndTxnResponse,
  EpochEndOffset,
  FetchRequest,
  FetchResponse,
  FindCoordinatorResponse,
  InitProducerIdRequest,
  InitProducerIdResponse,
  ListedOffset,
  ListOffsetsRequest,
  OffsetForLeaderEpochRequest,
  ProduceRequest,
  ProduceResponse,
  TrimmedPartition,
  WriteTxnMarkersRequest,
  WrittenMarker,
} from '../wire/messages.ts';

/** One Kafka cluster as seen from this process. */
export interface KafkaCluster {
  /** Whom an administrator of the cluster has to permit what; absent where there are no permissions. */
  readonly account?: Account | undefined;
  /** Asks any broker that answers. `'all'` names every topic. Throws CW-3001 when none can be reached. */
  metadata(topics: readonly string[] | 'all'): Promise<ClusterView>;
  /** Opens a connection of its own to one broker of the last metadata. Throws CW-3002 when it cannot. */
  connect(brokerId: number): Promise<BrokerConnection>;
  /** Closes the connection kept for metadata. Connections from `connect` belong to their callers. */
  close(): Promise<void>;
}

/**
 * One ordered pipeline to one broker: requests are answered in the order in which they were sent, several may
 * be under way. Each call rejects with CW-3003 (connection lost: outcome unknown) or CW-3004 (deadline
 * passed: the connection is destroyed with it, since a late answer could not be told apart), or CW-3006 where
 * this broker does not offer it.
 */
export interface BrokerConnection {
  readonly brokerId: number;
  /** True once the connection is of no use any more. */
  readonly closed: boolean;
  /** Bytes handed over and not yet taken by the operating system. */
  readonly unsentBytes: number;
  fetch(request: FetchRequest): Promise<FetchResponse>;
  /** `records` stay untouched by the caller until the promise settles. */
  produce(request: ProduceRequest): Promise<ProduceResponse>;
  listOffsets(request: ListOffsetsRequest): Promise<readonly ListedOffset[]>;
  describeProducers(request: DescribeProducersRequest): Promise<readonly DescribedPartition[]>;
  offsetForLeaderEpoch(request: OffsetForLeaderEpochRequest): Promise<readonly EpochEndOffset[]>;
  initProducerId(request: InitProducerIdRequest): Promise<InitProducerIdResponse>;
  /** Coordinator of a transactional id. */
  findCoordinator(transactionalId: string): Promise<FindCoordinatorResponse>;
  /**
   * Control records, in the order given, by the leaders that are asked; answered when all replicas in sync
   * have them. Kafka answers once per producer id, so only the log end tells how many were written.
   */
  writeTxnMarkers(request: WriteTxnMarkersRequest): Promise<readonly WrittenMarker[]>;
  /** Asked of the id's coordinator, as are the next two. */
  addPartitionsToTxn(request: AddPartitionsToTxnRequest): Promise<readonly AddedPartition[]>;
  endTxn(request: EndTxnRequest): Promise<EndTxnResponse>;
  /** Ids that may not be described are left out of the answer. */
  describeTransactions(transactionalIds: readonly string[]): Promise<readonly DescribedTransaction[]>;
  /** Asked of the leaders. A compacted topic refuses with POLICY_VIOLATION. */
  deleteRecords(request: DeleteRecordsRequest): Promise<readonly TrimmedPartition[]>;
  /** Ends the connection now; everything under way rejects with CW-3003. Idempotent. */
  destroy(reason: string): void;
}
