// What befalls logs: retention, cleaners, memory that brokers lose.
import { pick } from '../../src/base/random.ts';
import { compact, overtake } from './cleaning.ts';
import type { FaultKind, Hit } from './fault.ts';
import type { Route } from './route.ts';

/** Past what is mirrored only where gaps are filled. */
function trimSource({ route, random, regions }: Hit): 'nothing' | undefined {
  const { home } = route;
  const { partition, sourceLeader } = pick(random, route.watches);
  if (home.isCompacted) {
    overtake(route, partition, random.int(8));
    return undefined;
  }
  const copies = regions.routes.filter((each) => each.home === home);
  const mirrored = copies.map(({ watches }) => watches[partition]?.mirrored);
  if (sourceLeader === undefined || mirrored.includes(undefined)) return 'nothing';
  sourceLeader.trim((mirrored as bigint[]).reduce((least, each) => (each < least ? each : least)));
  return undefined;
}

/**
 * Retention at the target, up to its end. Not while a replica is behind: one that begins anew at the leader's
 * start forgets the ids, and then the fence is open (kafka-facts 14). Where fillers may land too many, data
 * that was written just now stays: what it tells is not in the ledger yet.
 */
function trimTarget({ random }: Hit, { home, target, watches }: Route): 'nothing' | undefined {
  const { targetLeader: leader, partition, lastData } = pick(random, watches);
  const replicas = target.replicasOf(home.name, partition);
  if (leader === undefined || replicas.some(({ log }) => log.end !== leader.highWatermark)) return 'nothing';
  const hasHoles = (home.shape.transactions ?? 0) > 0;
  leader.trim(hasHoles ? (lastData(8)?.baseOffset ?? 0n) : leader.highWatermark);
  return undefined;
}

/** Of one region's replica. */
function clean({ route, random }: Hit): 'nothing' | undefined {
  const { home, target } = route;
  if (home.soft === undefined) return 'nothing';
  const cluster = pick(random, [home.cluster, target]);
  const { partition } = pick(random, route.watches);
  compact(home, cluster, partition, pick(random, cluster.brokerIds), random.int(4));
  return undefined;
}

/** Longer than a request may be under way. */
const quietMs = 20_000;

/**
 * The brokers of a region look for producer ids to forget, as they do every ten minutes. Not while a request
 * of a worker may still be on its way: one that comes after its id was forgotten is let in, whatever its
 * sequence (kafka-facts 14); the fence cannot hold there, and the next start finds what it left.
 */
function expireIds({ cluster, regions, wholeForMs, touch }: Hit): 'nothing' | undefined {
  const routes = regions.routes.filter(({ target }) => target === cluster);
  const workers = routes.flatMap((route) => route.workers.map(({ name }) => name));
  if (wholeForMs([cluster.name, ...workers]) < quietMs) return 'nothing';
  touch(cluster.name);
  for (const broker of cluster.brokers.values()) if (broker.alive) broker.expireProducers();
  return undefined;
}

export const logFaults: readonly FaultKind[] = [
  { name: 'source trimmed', begin: trimSource },
  {
    name: 'target trimmed',
    // Kafka trims no compacted topic.
    begin: (hit) => {
      const { route } = hit;
      return route.home.isCompacted ? 'nothing' : trimTarget(hit, route);
    },
  },
  { name: 'producer ids expire', begin: expireIds },
  { name: 'cleaner', begin: clean },
  { name: 'cleaner again', begin: clean },
  { name: 'cleaner once more', begin: clean },
];
