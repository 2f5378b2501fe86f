// Which right a broker asks for at each request of Causeway's: an answer that refuses does not name it. Held
// to real brokers by a test.
import type { Operation, ResourceType } from './right.ts';

interface AskedRight {
  readonly operation: Operation;
  readonly resourceType: ResourceType;
}

const onTopic = (operation: Operation) => ({ operation, resourceType: 'topic' }) as const;

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
  FindCoordinator: { operation: 'Describe', resourceType: 'transactional-id' },
  InitProducerId: { operation: 'Write', resourceType: 'transactional-id' },
} as const satisfies Readonly<Record<string, AskedRight>>;

export type AuthorizedRequest = keyof typeof rightOfRequest;
