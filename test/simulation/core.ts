// What becomes whole again for good: everything, or only so much that every copy must become level.
import { pick, type Random } from '../../src/base/random.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { Regions } from './regions.ts';
import type { Route } from './route.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Everything works from now on. */
export function healAll({ scheduler, clusters, workers }: Regions): void {
  scheduler.unblockAll();
  for (const cluster of clusters) {
    healTroubles(cluster);
    cluster.healBrokers();
  }
  for (const worker of workers) {
    worker.thaw();
    worker.start();
    worker.takeAll();
  }
}

/**
 * As few brokers of each cluster as can be written to, and one worker of each route, work from now on, and
 * reach each other. Everything else never does again.
 */
export function healCore(regions: Regions, random: Random): void {
  for (const cluster of regions.clusters) healBrokers(cluster, random);
  for (const route of regions.routes) healWorker(regions, route, random);
}

function healTroubles(cluster: ModelCluster): void {
  cluster.refuseAppend = undefined;
  cluster.slowedMs = 0;
}

function healBrokers(cluster: ModelCluster, random: Random): void {
  const core = coreOf(cluster, random);
  healTroubles(cluster);
  for (const id of cluster.brokerIds) {
    if (core.includes(id)) {
      cluster.thaw(id);
      cluster.rejoin(id);
      cluster.restart(id);
    } else if (cluster.mustBroker(id).alive) {
      pick(random, [() => cluster.kill(id), () => cluster.freeze(id), () => cluster.isolate(id)])();
    }
  }
}

/**
 * So many brokers as the smallest set of replicas in sync may have, among them one of each partition’s
 * present set: others do not have what was committed. One that has to be started again leaves the set, unless
 * it is alone in it. All, where no such set is smaller.
 */
function coreOf(cluster: ModelCluster, random: Random): readonly number[] {
  const images = [...cluster.controller.images];
  const size = Math.max(1, ...images.map(({ minInSync }) => minInSync));
  const stays = (inSync: readonly number[], id: number) =>
    inSync.includes(id) && (inSync.length === 1 || cluster.mustBroker(id).alive);
  const holds = (core: readonly number[]) =>
    images.every(({ inSync }) => core.some((id) => stays(inSync, id)));
  const cores = subsetsOf(cluster.brokerIds, size).filter(holds);
  return cores.length === 0 ? cluster.brokerIds : pick(random, cores);
}

function subsetsOf(ids: readonly number[], size: number): number[][] {
  if (size === 0) return [[]];
  return ids.flatMap((id, at) => subsetsOf(ids.slice(at + 1), size - 1).map((rest) => [id, ...rest]));
}

function healWorker(regions: Regions, route: Route, random: Random): void {
  const chosen = pick(random, route.workers);
  chosen.thaw();
  regions.scheduler.unblockAll(`${chosen.owner}|`);
  // Of an isolated broker the path stays blocked.
  for (const cluster of regions.clusters) cluster.blockIsolated();
  chosen.start();
  chosen.takeAll();
  for (const other of route.workers) if (other !== chosen) giveUp(regions, route, other, random);
}

function giveUp(regions: Regions, { home, target }: Route, worker: WorkerProcess, random: Random): void {
  worker.givenUp = true;
  const cutOff = () => {
    for (const cluster of [home.cluster, target]) {
      for (const id of cluster.brokerIds) regions.scheduler.block(`${cluster.linkOf(worker.owner, id)} cut`);
    }
  };
  pick(random, [() => worker.kill(), () => worker.freeze(), cutOff])();
}
