// Brings the numbers of a running process into its metrics.
import type { Engine } from '../data-plane/worker/engine.ts';
import type { Worker } from '../data-plane/worker/worker.ts';
import { observePartition } from '../data-plane/worker/progress.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type MirrorReport, reportMirrors } from '../telemetry/mirror-metrics.ts';
import type { RegionClusters } from './region-clusters.ts';

export function reportWorker(metrics: Metrics, worker: Worker, region: string, nowMs: number): void {
  reportMirrors(metrics, mirrorReports(worker), nowMs);
  const engines = [...worker.engines];
  const labelsOf = (source: string) => ({ source, target: region });
  metrics.setTotals(
    'causeway_fetch_requests_total',
    engines.map(([source, { counts }]) => ({ labels: labelsOf(source), value: counts.fetches })),
  );
  metrics.setTotals(
    'causeway_fetch_repeated_bytes_total',
    engines.map(([source, { counts }]) => ({ labels: labelsOf(source), value: counts.repeatedBytes })),
  );
  metrics.setTotals(
    'causeway_produce_requests_total',
    engines.map(([source, { counts }]) => ({ labels: labelsOf(source), value: counts.produces })),
  );
  metrics.setTotals(
    'causeway_connections_lost_total',
    engines.map(([source, { counts }]) => ({ labels: labelsOf(source), value: counts.lanesLost })),
  );
  metrics.setAll(
    'causeway_link_rtt_seconds',
    engines.flatMap(([source, { rttMs }]) =>
      rttMs === undefined ? [] : [{ labels: labelsOf(source), value: rttMs / 1000 }],
    ),
  );
  reportLinks(metrics, engines, labelsOf);
  const pauses = engines.reduce((most, [, { counts }]) => Math.max(most, counts.pauses), 0);
  metrics.setTotals('causeway_process_pauses_total', [{ labels: {}, value: pauses }]);
}

function reportLinks(
  metrics: Metrics,
  engines: readonly (readonly [string, Engine])[],
  labelsOf: (source: string) => { readonly source: string; readonly target: string },
): void {
  metrics.setAll(
    'causeway_link_limit_bytes_per_second',
    engines.flatMap(
      ([
        source,
        {
          turns: { limitBytesPerSecond: value },
        },
      ]) => (value === undefined ? [] : [{ labels: labelsOf(source), value }]),
    ),
  );
  metrics.setTotals(
    'causeway_link_fetched_bytes_total',
    engines.map(([source, { turns }]) => ({ labels: labelsOf(source), value: turns.bytes })),
  );
  metrics.setTotals(
    'causeway_link_throttle_seconds_total',
    engines.flatMap(([source, engine]) =>
      Object.entries(engine.heldMs()).map(([by, heldMs]) => ({
        labels: { ...labelsOf(source), by },
        value: heldMs / 1000,
      })),
    ),
  );
}

/** With what only this process knows: how often a partition started, and what the fence refused. */
function mirrorReports({ partitions }: Worker): MirrorReport[] {
  return [...partitions].map((partition) => {
    const { spec, counts } = partition;
    const { starts, fenceRefusals } = counts;
    return {
      set: spec.set,
      topic: spec.topic,
      source: spec.sourceRegion,
      target: spec.targetRegion,
      partitions: [{ ...observePartition(partition), starts, fenceRefusals }],
    };
  });
}

export function reportPools(metrics: Metrics, clusters: RegionClusters): void {
  const pools = clusters.poolBytes().map(({ region, bytes }) => ({ labels: { region }, value: bytes }));
  metrics.setAll('causeway_worker_pool_bytes', pools);
}
