// What is kept in the control topics. Every record is JSON with `kind` and `version`; a reader that meets a
// newer version leaves the record alone and says so. Offsets are decimal strings in JSON and bigint here.
import type { DifferenceKind } from '../base/difference-kinds.ts';
import type { StartWay } from '../base/partition-start.ts';
import type { Softness } from '../base/softness.ts';

/**
 * `causeway.desired` (compacted): key `topology`. The topology as last applied, as YAML text with
 * placeholders.
 */
export interface DesiredTopology {
  readonly kind: 'topology';
  readonly yaml: string;
  readonly appliedAtMs: number;
  readonly actor: string;
  readonly reason: string;
}
/** `causeway.desired`: key `pause/<set>/<topic or *>`; a tombstone resumes. */
export interface DesiredPause {
  readonly kind: 'pause';
  readonly set: string;
  readonly topic: string;
  readonly pausedAtMs: number;
  readonly actor: string;
  readonly reason: string;
}
/**
 * `causeway.desired`: key `resume/<set>/<topic or *>`. Asks the workers once to start again what has stopped
 * or waits. It is never taken away: a worker acts on one that a partition has not had before.
 */
export interface DesiredResume {
  readonly kind: 'resume';
  readonly set: string;
  readonly topic: string;
  readonly resumedAtMs: number;
  readonly actor: string;
  readonly reason: string;
}
export type DesiredRecord = DesiredTopology | DesiredPause | DesiredResume;

/** `causeway.generations` (one partition, never deleted): the first record for (set, generation) wins. */
export interface GenerationOpened {
  readonly kind: 'opened';
  readonly set: string;
  readonly generation: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Start offset per topic and partition; 0 for partitions not named. */
  readonly startOffsets: readonly { topic: string; partition: number; offset: bigint }[];
  readonly openedAtMs: number;
}
export interface GenerationEnded {
  readonly kind: 'ended';
  readonly set: string;
  readonly generation: number;
  readonly authorityEpoch: number;
  readonly cut: readonly { topic: string; partition: number; offset: bigint }[];
  readonly endedAtMs: number;
}
/**
 * From `firstTargetOffset` on, the target is `shift` offsets ahead of the source. A later record of a
 * partition takes the place of one at the same offset.
 */
export interface PartitionShifted {
  readonly kind: 'shifted';
  readonly set: string;
  /** Segments belong to one target topic: one that is created anew begins identical. */
  readonly targetTopicId: string;
  readonly topic: string;
  readonly partition: number;
  readonly firstTargetOffset: bigint;
  readonly shift: bigint;
  readonly recordedAtMs: number;
}
/**
 * A soft partition's data goes under this producer id, and its fillers too. The first record of an id counts;
 * of several ids the newest that the partition has seen take over.
 */
export interface PartitionDataId {
  readonly kind: 'data-id';
  readonly set: string;
  readonly targetTopicId: string;
  readonly topic: string;
  readonly partition: number;
  readonly producerId: bigint;
  /** For a partition that does not know the id. */
  readonly producerEpoch: number;
  readonly recordedAtMs: number;
}
/**
 * Where the copy of a partition begins, recorded before anything is written into it; absent: offset 0. The
 * first record of a partition wins.
 */
export interface PartitionStarted {
  readonly kind: 'started';
  readonly set: string;
  /** A topic that is created anew begins anew. */
  readonly targetTopicId: string;
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly way: StartWay;
  readonly timestampMs: number;
}
/**
 * Retention at the source deleted these of its offsets before they were copied, and the set's policy had them
 * filled. Recorded before that; a later record may tell of more.
 */
export interface PartitionLost {
  readonly kind: 'lost';
  readonly set: string;
  readonly targetTopicId: string;
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly endOffset: bigint;
  readonly recordedAtMs: number;
}
export type GenerationRecord =
  | GenerationOpened
  | GenerationEnded
  | PartitionShifted
  | PartitionDataId
  | PartitionStarted
  | PartitionLost;

/** `causeway.observed` (compacted): key `mirror/<set>/<topic>/<worker>`. */
export interface ObservedMirror {
  readonly kind: 'mirror';
  readonly set: string;
  readonly topic: string;
  readonly source: string;
  readonly target: string;
  readonly worker: string;
  /** When this record was written, wall clock. */
  readonly observedAtMs: number;
  readonly partitions: readonly ObservedPartition[];
}
export interface ObservedPartition {
  readonly partition: number;
  readonly state: 'starting' | 'prefilling' | 'mirroring' | 'paused' | 'waiting' | 'stopped';
  /** Why it waits or stopped: a code of the error catalog and a sentence. */
  readonly cause: { readonly code: string; readonly message: string; readonly sinceMs: number } | undefined;
  /** Next target offset, once known. */
  readonly position: bigint | undefined;
  /** Target offset less source offset, of what is written next; absent: 0. */
  readonly shift?: bigint | undefined;
  readonly sourceEnd: bigint | undefined;
  readonly sourceStable: bigint | undefined;
  readonly sourceStart: bigint | undefined;
  /** When the source's end was seen; evidence age = now - this. */
  readonly sourceSeenAtMs: number | undefined;
  /** Timestamp of the oldest source record the target does not have, if any is known to be missing. */
  readonly oldestMissingMs: number | undefined;
  readonly bytes: bigint;
  readonly records: bigint;
  readonly batches: bigint;
  /** Holes passed, and control records written into them; absent in version 1. */
  readonly holes?: bigint | undefined;
  readonly fillers?: bigint | undefined;
  /** Present while the offsets before its first one are filled. */
  readonly prefix?: ObservedPrefix | undefined;
  /** Present while the partition waits for an open transaction at the source. */
  readonly heldBy?: ObservedTransaction | undefined;
  /** Verified tail: 'equal' compared at least one batch, 'unverified' had nothing to compare. */
  readonly tail: 'equal' | 'unverified' | 'empty' | undefined;
}
export interface ObservedPrefix {
  /** Below it all is filled. */
  readonly reached: bigint;
  /** Where the mirror will begin. */
  readonly firstOffset: bigint;
}
export interface ObservedTransaction {
  /** When records behind its first one were first seen. */
  readonly sinceMs: number;
  /** Undefined while the source has not named it. */
  readonly producerId: bigint | undefined;
}
/** `causeway.observed`: key `region/<name>`: what the controller saw of a region's cluster. */
export interface ObservedRegion {
  readonly kind: 'region';
  readonly region: string;
  /** Who saw it: the region whose controller looked. */
  readonly seenFrom: string;
  readonly clusterId: string | undefined;
  readonly brokers: number | undefined;
  readonly rttMs: number | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly observedAtMs: number;
}
/** `causeway.observed`: key `process/<region>/<name>`: heartbeat of a worker or controller. */
export interface ObservedProcess {
  readonly kind: 'process';
  readonly name: string;
  readonly region: string;
  readonly roles: readonly string[];
  readonly version: string;
  readonly startedAtMs: number;
  readonly stoppedAtMs: number | undefined;
  readonly observedAtMs: number;
}
/**
 * `causeway.observed`: key `topic/<set>/<topic>`: what the controller decided about a topic, with its reason.
 */
export interface ObservedTopic {
  readonly kind: 'topic';
  readonly set: string;
  readonly topic: string;
  readonly target: string;
  readonly state: 'mirrored' | 'refused' | 'gone';
  readonly cause: { readonly code: string; readonly message: string; readonly sinceMs: number } | undefined;
  readonly sourceTopicId: string | undefined;
  /** Of the source; undefined in records of versions that did not keep it. */
  readonly sourceClusterId?: string | undefined;
  readonly targetTopicId: string | undefined;
  readonly partitions: number | undefined;
  /** Other holes may be seen at another look: the source compacts, or gaps are filled. Absent: no. */
  readonly soft?: Softness | undefined;
  readonly observedAtMs: number;
}
export const linkHolds = ['limit', 'priority', 'source_quota', 'target_quota'] as const;
/** What holds mirrors up on a link: its limit, those that come first, or a quota of the brokers. */
export type LinkHold = (typeof linkHolds)[number];
/**
 * `causeway.observed`: key `link/<source>/<target>/<worker>`: there while the link has a limit, or something
 * holds the worker up on it.
 */
export interface ObservedLink {
  readonly kind: 'link';
  readonly source: string;
  readonly target: string;
  readonly worker: string;
  /** This worker's part. */
  readonly limitBytesPerSecond: number | undefined;
  /** What crossed the link for this worker over the last two seconds. */
  readonly bytesPerSecond: number;
  /** What held it up for most of the time lately, and since when. */
  readonly held: readonly { readonly by: LinkHold; readonly sinceMs: number }[];
  readonly observedAtMs: number;
}
export interface VerifiedRange {
  /** It says which side's offsets the range names. */
  readonly kind: DifferenceKind;
  readonly firstOffset: bigint;
  /** The first offset after the range. */
  readonly endOffset: bigint;
  /** The source offset that belongs to `firstOffset`. */
  readonly sourceOffset: bigint;
  /** What differs, at the first offset of the range. */
  readonly detail: string;
}
/**
 * `causeway.observed`: key `verified/<set>/<topic>/<partition>`: how far the running comparison of both sides
 * has come, whoever runs the partition. Lost, it begins again.
 */
export interface ObservedVerified {
  readonly kind: 'verified';
  readonly set: string;
  readonly topic: string;
  readonly partition: number;
  readonly source: string;
  readonly target: string;
  /** Of the topics that were compared: others begin anew. */
  readonly sourceTopicId: string | undefined;
  readonly targetTopicId: string | undefined;
  /** Every source offset below has been compared at least once, or is gone at a side. */
  readonly verifiedTo: bigint;
  /** When the ends were asked that the last look went by. */
  readonly checkedAtMs: number;
  /** Present while older offsets are looked at again: from the start up to here. */
  readonly again?: { readonly verifiedTo: bigint; readonly more: number } | undefined;
  /** When every offset had been looked at, last time. */
  readonly completeAtMs?: number | undefined;
  /** What differs as far as is known: the first ranges, and how many more there are. */
  readonly ranges: readonly VerifiedRange[];
  readonly more: number;
  readonly observedAtMs: number;
}
export type ObservedRecord =
  | ObservedMirror
  | ObservedRegion
  | ObservedProcess
  | ObservedTopic
  | ObservedLink
  | ObservedVerified;
