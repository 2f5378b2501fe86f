// Kafka's topic settings that `target` may name, and those that a mirror keeps in its own hands.
import { closestName } from '../base/closest-name.ts';

interface HeldSetting {
  readonly value: string;
  /** The value in words, where digits tell nothing. */
  readonly shown: string;
}

const held = (value: string, shown = value): HeldSetting => ({ value, shown });
const intMax = held(String(2 ** 31 - 1), 'its maximum');
/**
 * One less than the maximum: at the maximum, which is their default, Kafka 3.9 goes by
 * `message.timestamp.difference.max.ms` in their place, and by the broker’s setting of that name.
 */
const anyTime = held(String(2n ** 63n - 2n), 'as good as no limit');

/** Set by Causeway while a topic is a mirror: other values would change, refuse or lose the copied bytes. */
export const heldTopicSettings: ReadonlyMap<string, HeldSetting> = new Map([
  ['compression.type', held('producer')],
  ['max.message.bytes', intMax],
  ['message.timestamp.type', held('CreateTime')],
  ['message.timestamp.before.max.ms', anyTime],
  ['message.timestamp.after.max.ms', anyTime],
  ['unclean.leader.election.enable', held('false')],
]);

/**
 * Held likewise where the target knows them; others refuse a topic that is created with them, so they are set
 * on it afterwards.
 */
export const heldWhereKnown: ReadonlyMap<string, HeldSetting> = new Map([
  // Kafka 4.4, which allows no more than this.
  ['max.decompressed.message.bytes', held(String(2 ** 31 - 9), 'its maximum')],
]);

/** Belongs to the data: a copy that is cleaned otherwise has other records. */
export const followedTopicSettings: ReadonlySet<string> = new Set(['cleanup.policy']);

/** Whole numbers from 1. */
export const countTopicSettings: ReadonlySet<string> = new Set(['replication.factor', 'min.insync.replicas']);

/** org.apache.kafka.common.config.TopicConfig (Kafka 3.9 to 4.4), and the replication factor. */
export const knownTopicSettings: ReadonlySet<string> = new Set([
  ...heldTopicSettings.keys(),
  ...heldWhereKnown.keys(),
  ...followedTopicSettings,
  ...countTopicSettings,
  'compression.gzip.level',
  'compression.lz4.level',
  'compression.zstd.level',
  'delete.retention.ms',
  'errors.deadletterqueue.group.enable',
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
  'remote.copy.lag.bytes',
  'remote.copy.lag.ms',
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
