// Topics of the campaign: which are never to stop, and which are there to be broken.
import type { TopicShape } from '../../lab/region-admin.ts';
import type { TopicPartition } from '../fixtures/link-plan.ts';

export const sourceRegion = 'eu-west';
export const targetRegion = 'us-east';
export const regions = [sourceRegion, targetRegion] as const;
export type Region = (typeof regions)[number];

export const mirrorSet = 'everything';
export const compactedSet = 'compacted';

/** No cleaner comes, until one is called. */
export const cleanerAtRest = {
  'min.cleanable.dirty.ratio': '1.0',
  'max.compaction.lag.ms': '9223372036854775807',
};
export const cleanerEager = {
  'min.cleanable.dirty.ratio': '0.0',
  'max.compaction.lag.ms': '100',
  'segment.ms': '500',
};

const kept = { 'retention.ms': '-1' };

/** Their copies never stop. */
export const steadyTopics: Readonly<Record<string, TopicShape>> = {
  plain: { partitions: 4, config: kept },
  wide: { partitions: 1, config: kept },
  txn: { partitions: 4, config: kept },
  keyed: { partitions: 2, config: { 'cleanup.policy': 'compact', ...cleanerAtRest } },
};

const weak = { ...kept, 'unclean.leader.election.enable': 'true', 'min.insync.replicas': '1' };

/** What befalls them explains why their copies stop. */
export const lostTopics: Readonly<Record<string, TopicShape>> = {
  'lost-unclean': { partitions: 1, brokers: [1, 2], config: weak },
  'lost-recreated': { partitions: 1, config: kept },
  'lost-trimmed': { partitions: 1, config: kept },
  'lost-retained': { partitions: 1, config: kept },
  'lost-foreign': { partitions: 1, config: kept },
  'lost-copy': { partitions: 1, config: kept },
};

export const isSteady = (topic: string): boolean => topic in steadyTopics;

/** Written by our own producer, which knows the partitions. */
export const ownPartitions: readonly TopicPartition[] = [
  ...[0, 1, 2, 3].map((partition) => ({ topic: 'plain', partition })),
  ...Object.keys(lostTopics).map((topic) => ({ topic, partition: 0 })),
];
