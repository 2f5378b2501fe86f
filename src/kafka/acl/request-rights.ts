// Which right a broker asks for at each request of Causeway's: an answer that refuses does not name it. Held
// to real brokers by a test.
import type { Operation, ResourceType } from './right.ts';

export interface AskedRight {
  readonly operation: Operation;
  readonly resourceType: ResourceType;
  /** Needed as well; its absence is answered with another error. */
  readonly besides?: AskedRight;
}

const onTopic = (operation: Operation) => ({ operation, resourceType: 'topic' }) as const;
const onId = (operation: Operation) => ({ operation, resourceType: 'transactional-id' }) as const;

/** By Kafka's names of its requests. */
export const rightOfRequest = {
  Metadata: onTopic('Describe'),
  ListOffsets: onTopic('Describe'),
  OffsetForLeaderEpoch: onTopic('Describe'),
  Fetch: onTopic('Read'),
  DescribeProducers: onTopic('Read'),
  Produce: onTopic('Write'),
  CreateTopics: onTopic('Create'),
  CreatePartitions: onTopic('Alter'),
  DeleteTopics: onTopic('Delete'),
  DescribeConfigs: onTopic('DescribeConfigs'),
  IncrementalAlterConfigs: onTopic('AlterConfigs'),
  DescribeAcls: { operation: 'Describe', resourceType: 'cluster' },
  DescribeLogDirs: { operation: 'Describe', resourceType: 'cluster' },
  JoinGroup: { operation: 'Read', resourceType: 'group' },
  DeleteRecords: onTopic('Delete'),
  FindCoordinator: onId('Describe'),
  InitProducerId: onId('Write'),
  AddPartitionsToTxn: { ...onId('Write'), besides: onTopic('Write') },
  EndTxn: onId('Write'),
  DescribeTransactions: onId('Describe'),
  // ClusterAction would do, too, and is the brokers' own (KIP-1037).
  WriteTxnMarkers: { operation: 'Alter', resourceType: 'cluster' },
} as const satisfies Readonly<Record<string, AskedRight>>;

export type AuthorizedRequest = keyof typeof rightOfRequest;
