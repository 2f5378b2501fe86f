// Brings the numbers of a running process into its metrics.
import type { Worker } from '../data-plane/worker/worker.ts';
import { observeMirrors } from '../data-plane/worker/progress.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { reportMirrors } from '../telemetry/mirror-metrics.ts';

export function reportWorker(metrics: Metrics, worker: Worker, region: string, nowMs: number): void {
  reportMirrors(metrics, observeMirrors(worker.partitions, '', nowMs), nowMs);
  const engines = [...worker.engines];
  const labelsOf = (source: string) => ({ source, target: region });
  metrics.setTotals(
    'causeway_fetch_requests_total',
    engines.map(([source, { counts }]) => ({ labels: labelsOf(source), value: counts.fetches })),
  );
  metrics.setTotals(
    'causeway_produce_requests_total',
    engines.map(([source, { counts }]) => ({ labels: labelsOf(source), value: counts.produces })),
  );
  metrics.setAll(
    'causeway_link_rtt_seconds',
    engines.flatMap(([source, { rttMs }]) =>
      rttMs === undefined ? [] : [{ labels: labelsOf(source), value: rttMs / 1000 }],
    ),
  );
  const pauses = engines.reduce((most, [, { counts }]) => Math.max(most, counts.pauses), 0);
  metrics.setTotals('causeway_process_pauses_total', [{ labels: {}, value: pauses }]);
}
