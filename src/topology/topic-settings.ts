// Kafka's topic settings that `target` may name, and those that a mirror keeps in its own hands.
import { closestName } from '../base/closest-name.ts';

interface HeldSetting {
  readonly value: string;
  /** The value in words, where digits tell nothing. */
  readonly shown: string;
}

const held = (value: string, shown = value): HeldSetting => ({ value, shown });
const intMax = held(String(2 ** 31 - 1), 'its maximum');
const longMax = held(String(2n ** 63n - 1n), 'its maximum');

/** Set by Causeway while a topic is a mirror: other values would change, refuse or lose the copied bytes. */
export const heldTopicSettings: ReadonlyMap<string, HeldSetting> = new Map([
  ['compression.type', held('producer')],
  ['max.message.bytes', intMax],
  ['message.timestamp.type', held('CreateTime')],
  ['message.timestamp.before.max.ms', longMax],
  ['message.timestamp.after.max.ms', longMax],
  ['unclean.leader.election.enable', held('false')],
]);

/** Belongs to the data: a copy that is cleaned otherwise has other records. */
export const followedTopicSettings: ReadonlySet<string> = new Set(['cleanup.policy']);

/** Whole numbers from 1. */
export const countTopicSettings: ReadonlySet<string> = new Set(['replication.factor', 'min.insync.replicas']);

/** org.apache.kafka.common.config.TopicConfig (Kafka 4.3), and the replication factor. */
export const knownTopicSettings: ReadonlySet<string> = new Set([
  ...heldTopicSettings.keys(),
  ...followedTopicSettings,
  ...countTopicSettings,
  'compression.gzip.level',
  'compression.lz4.level',
  'compression.zstd.level',
  'delete.retention.ms',
  'file.delete.delay.ms',
  'flush.messages',
  'flush.ms',
  'follower.replication.throttled.replicas',
  'index.interval.bytes',
  'leader.replication.throttled.replicas',
  'local.retention.bytes',
  'local.retention.ms',
  'max.compaction.lag.ms',
  'min.cleanable.dirty.ratio',
  'min.compaction.lag.ms',
  'preallocate',
  'remote.copy.disable',
  'remote.log.delete.on.disable',
  'remote.storage.enable',
  'retention.bytes',
  'retention.ms',
  'segment.bytes',
  'segment.index.bytes',
  'segment.jitter.ms',
  'segment.ms',
]);

export function closestTopicSetting(name: string): string | undefined {
  return closestName(name, knownTopicSettings);
}
