// Brings the numbers of a running process into its metrics.
import { type CheckedPartition, countRanges } from '../data-plane/verifier/checked-partition.ts';
import type { Engine } from '../data-plane/worker/engine.ts';
import type { Worker } from '../data-plane/worker/worker.ts';
import { observePartition } from '../data-plane/worker/progress.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type MirrorLabels, type PartitionReport, reportMirrors } from '../telemetry/mirror-metrics.ts';
import type { ContinuousChecks } from './continuous-checks.ts';
import type { MirrorPartition } from './mirrored-partition.ts';
import type { RegionClusters } from './region-clusters.ts';

export function reportWorker(
  metrics: Metrics,
  worker: Worker,
  checks: ContinuousChecks,
  region: string,
  nowMs: number,
): void {
  reportMirrors(metrics, partitionReports(worker, checks), nowMs);
  const engines = [...worker.engines];
  const linkOf = (source: string) => ({ source, target: region });
  metrics.setTotals(
    'causeway_fetch_requests_total',
    engines.map(([source, { counts }]) => ({ labels: linkOf(source), value: counts.fetches })),
  );
  metrics.setTotals(
    'causeway_fetch_repeated_bytes_total',
    engines.map(([source, { counts }]) => ({ labels: linkOf(source), value: counts.repeatedBytes })),
  );
  metrics.setTotals(
    'causeway_produce_requests_total',
    engines.map(([source, { counts }]) => ({ labels: linkOf(source), value: counts.produces })),
  );
  metrics.setTotals(
    'causeway_connections_lost_total',
    engines.map(([source, { counts }]) => ({ labels: linkOf(source), value: counts.lanesLost })),
  );
  metrics.setAll(
    'causeway_link_rtt_seconds',
    engines.flatMap(([source, { rttMs }]) =>
      rttMs === undefined ? [] : [{ labels: linkOf(source), value: rttMs / 1000 }],
    ),
  );
  if (worker.group !== undefined) {
    const { state, rebalances } = worker.group;
    metrics.set('causeway_worker_group_member', { region }, state === 'member' ? 1 : 0);
    metrics.setTotals('causeway_worker_rebalances_total', [{ labels: { region }, value: rebalances }]);
  }
  reportLinks(metrics, engines, linkOf);
  metrics.setTotals(
    'causeway_link_verified_bytes_total',
    checks.bytes().map(([source, value]) => ({ labels: linkOf(source), value })),
  );
  const pauses = engines.reduce((most, [, { counts }]) => Math.max(most, counts.pauses), 0);
  metrics.setTotals('causeway_process_pauses_total', [{ labels: {}, value: pauses }]);
}

function reportLinks(
  metrics: Metrics,
  engines: readonly (readonly [string, Engine])[],
  linkOf: (source: string) => { readonly source: string; readonly target: string },
): void {
  metrics.setAll(
    'causeway_link_limit_bytes_per_second',
    engines.flatMap(([source, { turns }]) => {
      const { limitBytesPerSecond: value } = turns;
      return value === undefined ? [] : [{ labels: linkOf(source), value }];
    }),
  );
  metrics.setTotals(
    'causeway_link_fetched_bytes_total',
    engines.map(([source, { turns }]) => ({ labels: linkOf(source), value: turns.bytes })),
  );
  metrics.setTotals(
    'causeway_link_throttle_seconds_total',
    engines.flatMap(([source, engine]) =>
      Object.entries(engine.heldMs()).map(([by, heldMs]) => ({
        labels: { ...linkOf(source), by },
        value: heldMs / 1000,
      })),
    ),
  );
}

/** With what only this process knows: how often a partition started, and what the fence refused. */
function partitionReports({ partitions }: Worker, checks: ContinuousChecks): PartitionReport[] {
  return partitions.map((partition) => {
    const { starts, fenceRefusals } = partition.counts;
    const verified = verifiedOf(checks.stateOf(partition));
    return { ...observePartition(partition), labels: labelsOf(partition), starts, fenceRefusals, verified };
  });
}

function verifiedOf(state: CheckedPartition | undefined): PartitionReport['verified'] {
  if (state === undefined) return undefined;
  const { verifiedTo: to, completeAtMs } = state;
  return { to, completeAtMs, differing: countRanges(state) };
}

const known = new WeakMap<MirrorPartition, MirrorLabels>();

function labelsOf(mirror: MirrorPartition): MirrorLabels {
  let labels = known.get(mirror);
  if (labels === undefined) {
    const { sourceRegion: source, targetRegion: target, set, topic, partition } = mirror.spec;
    labels = { source, target, set, topic, partition };
    known.set(mirror, labels);
  }
  return labels;
}

export function reportPools(metrics: Metrics, clusters: RegionClusters): void {
  const pools = clusters.poolBytes().map(({ region, bytes }) => ({ labels: { region }, value: bytes }));
  metrics.setAll('causeway_worker_pool_bytes', pools);
}
