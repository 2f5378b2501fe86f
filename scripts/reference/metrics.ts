// docs/reference/metrics.md: every metric with type, labels, and what happens to labels that are left out.
import { labelsAt, type MetricEntry } from '../../src/telemetry/metric-catalog.ts';
import { code, codes, generatedNote, table } from './markdown.ts';

const combined = {
  sum: 'the sum',
  max: 'the largest',
  none: 'not shown',
} as const;

export function metricsPage(catalog: Readonly<Record<string, MetricEntry>>): string {
  const rows = Object.entries(catalog).map(([name, entry]) => [
    code(name),
    entry.type,
    codes(entry.labels),
    labelsAt(entry, 'set')?.length === entry.labels.length ? '' : combined[entry.combine],
    entry.help,
  ]);
  return [
    generatedNote('src/telemetry/metric-catalog.ts'),
    '# Metrics\n',
    'Every process serves `/metrics` in the Prometheus text format. Values are computed in the ' +
      'background and served',
    'from memory. Units are seconds, bytes and records. A value that is not known is absent, never 0.\n',
    'At a granularity coarser than `partition`, the labels `partition` and `topic` are left out; the ' +
      'fourth column says',
    'what the remaining value then is.\n',
    table(['metric', 'type', 'labels', 'when labels are left out', 'meaning'], rows),
    '',
  ].join('\n');
}
