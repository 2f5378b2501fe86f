// What cleaners and retention take from logs.
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { HomeTopic } from './home-topic.ts';
import type { Route } from './route.ts';

/**
 * The cleaner of one replica comes by; the last `open` batches are in the open segment. Whether it took
 * anything.
 */
export function compact(
  home: HomeTopic,
  cluster: ModelCluster,
  partition: number,
  brokerId: number,
  open: number,
): boolean {
  if (home.soft === undefined) return false;
  home.look();
  const replica = cluster.replicasOf(home.name, partition).find(({ site }) => site.brokerId === brokerId);
  const upTo = replica?.log.batches.at(-1 - open)?.baseOffset;
  return upTo !== undefined && (replica?.compact({ upTo }) ?? 0) > 0;
}

/** The source loses what comes next of a partition, and is not mirrored yet; whether it did. */
export function overtake({ home, shape, watches }: Route, partition: number, offsets: number): boolean {
  if (shape.fillsGaps !== true || home.soft === undefined) return false;
  home.look();
  const { sourceLeader, targetLeader } = watches[partition] ?? {};
  if (sourceLeader === undefined || targetLeader === undefined) return false;
  // Whole batches: a replica that begins anew in the middle of one would show a committed end there.
  const upTo = targetLeader.highWatermark + BigInt(offsets);
  const { log, lastStableOffset } = sourceLeader;
  const { start } = log;
  const behind = log.batches.find(({ lastOffset }) => lastOffset >= upTo)?.baseOffset;
  sourceLeader.trim(behind !== undefined && behind < lastStableOffset ? behind : lastStableOffset);
  return log.start > start;
}
