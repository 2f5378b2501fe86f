// Mirror partitions as the workers last reported them. Several workers may have reported a partition over
// time; the newest report counts.
import { sourcePosition } from '../../base/shift-segments.ts';
import type { ObservedMirror, ObservedPartition } from '../../ledger/records.ts';
import { findRegion, isFresh, type Picture } from './picture.ts';

/** `unknown` stands for a partition of which nobody has reported lately. */
export type ShownState = ObservedPartition['state'] | 'unknown';

export interface PartitionRow {
  readonly set: string;
  readonly topic: string;
  readonly partition: number;
  readonly source: string;
  readonly target: string;
  readonly state: ShownState;
  readonly worker: string | undefined;
  readonly observedAtMs: number | undefined;
  /** The last report, however old. */
  readonly last: ObservedPartition | undefined;
  /** Records that the source has and the target has not; undefined where one of both is unknown. */
  readonly lagRecords: bigint | undefined;
  /** What would be lost if the source died now, as a time: at most the records of that long. */
  readonly rpoMs: number | undefined;
}

/** All partitions of a set in one target region, in the order of topic and number. */
export function partitionRows(picture: Picture, set: string, target: string): PartitionRow[] {
  const region = findRegion(picture, target);
  if (region === undefined) return [];
  const rows = new Map<string, PartitionRow>();
  for (const mirror of region.mirrors) {
    if (mirror.set !== set || mirror.target !== target) continue;
    for (const partition of mirror.partitions) {
      const key = `${mirror.topic}/${partition.partition}`;
      const before = rows.get(key)?.observedAtMs ?? -1;
      if (mirror.observedAtMs > before) rows.set(key, rowOf(picture, mirror, partition));
    }
  }
  for (const topic of region.topics) {
    if (topic.set !== set || topic.target !== target || topic.state !== 'mirrored') continue;
    for (let partition = 0; partition < (topic.partitions ?? 0); partition += 1) {
      const key = `${topic.topic}/${partition}`;
      if (!rows.has(key)) rows.set(key, unreported(picture, set, topic.topic, partition, target));
    }
  }
  return [...rows.values()].sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition);
}

function rowOf(picture: Picture, mirror: ObservedMirror, last: ObservedPartition): PartitionRow {
  const fresh = isFresh(picture, mirror.observedAtMs);
  const end = last.sourceEnd;
  const next = sourcePosition(last);
  const lag = end === undefined || next === undefined ? undefined : end - next;
  const evidence = fresh && isFresh(picture, last.sourceSeenAtMs);
  return {
    set: mirror.set,
    topic: mirror.topic,
    partition: last.partition,
    source: mirror.source,
    target: mirror.target,
    state: fresh ? last.state : 'unknown',
    worker: mirror.worker,
    observedAtMs: mirror.observedAtMs,
    last,
    lagRecords: !evidence || lag === undefined ? undefined : lag > 0n ? lag : 0n,
    rpoMs: evidence ? recoveryPointMs(picture.nowMs, last, lag) : undefined,
  };
}

/** Since the oldest missing record; where none is known to be missing, since the last look at the source. */
function recoveryPointMs(
  nowMs: number,
  last: ObservedPartition,
  lag: bigint | undefined,
): number | undefined {
  if (lag === undefined) return undefined;
  const sinceMs = lag > 0n ? last.oldestMissingMs : last.sourceSeenAtMs;
  return sinceMs === undefined ? undefined : Math.max(0, nowMs - sinceMs);
}

function unreported(
  picture: Picture,
  set: string,
  topic: string,
  partition: number,
  target: string,
): PartitionRow {
  return {
    set,
    topic,
    partition,
    source: picture.applied?.topology.mirrors.get(set)?.home ?? '',
    target,
    state: 'unknown',
    worker: undefined,
    observedAtMs: undefined,
    last: undefined,
    lagRecords: undefined,
    rpoMs: undefined,
  };
}
