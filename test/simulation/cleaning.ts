// What cleaners and retention take from logs.
import { defaultStartPolicy } from '../../src/data-plane/mirror/first-offset.ts';
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

/**
 * The source loses what comes next of a partition, and is not mirrored yet; whether it did. `copies`: all of
 * the topic. Each may fill what it then lacks.
 */
export function overtake(
  { home, shape, watches }: Route,
  copies: readonly Route[],
  partition: number,
  offsets: number,
): boolean {
  if (shape.fillsGaps !== true || home.soft === undefined) return false;
  home.look();
  const { sourceLeader, targetLeader } = watches[partition] ?? {};
  if (sourceLeader === undefined || targetLeader === undefined) return false;
  // Whole batches: a replica that begins anew in the middle of one would show a committed end there.
  const upTo = targetLeader.highWatermark + BigInt(offsets);
  const { log, lastStableOffset } = sourceLeader;
  const { start } = log;
  const behind = log.batches.find(({ lastOffset }) => lastOffset >= upTo)?.baseOffset;
  const to = behind !== undefined && behind < lastStableOffset ? behind : lastStableOffset;
  const fits = (copy: Route): boolean => {
    const end = copy.watches[partition]?.targetLeader?.highWatermark;
    return end !== undefined && to - end <= fillsMax(copy) / 2;
  };
  if (!copies.every(fits)) return false;
  sourceLeader.trim(to);
  return log.start > start;
}

const fillsMax = ({ shape }: Route): number => (shape.startPolicy ?? defaultStartPolicy).prefixMax;
