// What befalls logs: retention, cleaners, memory that brokers lose.
import { pick } from '../../src/base/random.ts';
import type { Replica } from '../broker-model/replica.ts';
import { compact, overtake } from './cleaning.ts';
import type { FaultKind, Hit } from './fault.ts';

/** Whether the log has lost anything. */
function trim(leader: Replica, to: bigint): boolean {
  const { start } = leader.log;
  leader.trim(to);
  return leader.log.start > start;
}

/** Past what is mirrored only where gaps are filled. */
function trimSource({ anyRoute, random, regions }: Hit): boolean {
  const route = anyRoute();
  const { home } = route;
  const { partition, sourceLeader } = pick(random, route.watches);
  const copies = regions.routes.filter((each) => each.home === home);
  if (home.isCompacted) return overtake(route, copies, partition, random.int(8));
  const mirrored = copies.map(({ watches }) => watches[partition]?.mirrored);
  if (sourceLeader === undefined || mirrored.includes(undefined)) return false;
  return trim(
    sourceLeader,
    (mirrored as bigint[]).reduce((least, each) => (each < least ? each : least)),
  );
}

/**
 * Retention at the target, up to its end. Not while a replica is behind: one that begins anew at the leader's
 * start forgets the ids, and then the fence is open (kafka-facts 14). Where fillers may land too many, data
 * that was written just now stays: what it tells is not in the ledger yet.
 */
function trimTarget({ random, anyRoute }: Hit): boolean {
  const { home, target, watches } = anyRoute();
  // Kafka trims no compacted topic.
  if (home.isCompacted) return false;
  const { targetLeader: leader, partition, lastData } = pick(random, watches);
  const replicas = target.replicasOf(home.name, partition);
  if (leader === undefined || replicas.some(({ log }) => log.end !== leader.highWatermark)) return false;
  const hasHoles = (home.shape.transactions ?? 0) > 0;
  return trim(leader, hasHoles ? (lastData(8)?.baseOffset ?? 0n) : leader.highWatermark);
}

/** Of one region's replica. */
function clean({ anyRoute, random }: Hit): boolean {
  const route = anyRoute();
  const { home, target } = route;
  const cluster = pick(random, [home.cluster, target]);
  const { partition } = pick(random, route.watches);
  return compact(home, cluster, partition, pick(random, cluster.brokerIds), random.int(4));
}

/** Longer than a request may be under way. */
const quietMs = 20_000;

/**
 * The brokers of a region look for producer ids to forget, as they do every ten minutes. Not while a request
 * of a worker may still be on its way, nor while two workers have the same partitions: one that comes after
 * its id was forgotten is let in, whatever its sequence (kafka-facts 14); the fence cannot hold there, and
 * the next start finds what it left.
 */
function expireIds({ anyCluster, regions, wholeForMs, touch }: Hit): boolean {
  const cluster = anyCluster();
  const routes = regions.routes.filter(({ target }) => target === cluster);
  const workers = routes.flatMap((route) => route.workers.map(({ name }) => name));
  if (wholeForMs([cluster.name, ...workers]) < quietMs) return false;
  if (routes.some((route) => route.workers.filter(({ running }) => running).length > 1)) return false;
  const alive = [...cluster.brokers.values()].filter((broker) => broker.alive);
  const forgotten = alive.reduce((sum, broker) => sum + broker.expireProducers(), 0);
  if (forgotten > 0) touch(cluster.name);
  return forgotten > 0;
}

/** Drawn by itself: it is seldom quiet enough. */
export const quietFaults: readonly FaultKind[] = [{ name: 'producer ids expire', begin: expireIds }];

export const logFaults: readonly FaultKind[] = [
  { name: 'source trimmed', begin: trimSource },
  { name: 'target trimmed', begin: trimTarget },
  { name: 'cleaner', weight: 3, begin: clean },
];
