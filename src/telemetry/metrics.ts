// The metrics of one process, on a registry of their own. Values are set in the background and served from
// memory.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import {
  type CounterName,
  type GaugeName,
  type Granularity,
  type Labels,
  labelsAt,
  type MetricEntry,
  type MetricName,
  metricCatalog,
} from './metric-catalog.ts';

export interface Sample<Name extends MetricName> {
  readonly labels: Labels<Name>;
  readonly value: number;
}

export interface MetricsOptions {
  /** 10,000 partitions would be as many series of each metric: topics by default. */
  readonly granularity?: Granularity;
  /** Node's own `process_*` and `nodejs_*`; one registry in a process should have them. */
  readonly processMetrics?: boolean;
}

type LooseLabels = Readonly<Record<string, string | number>>;

interface Family {
  readonly entry: MetricEntry;
  readonly labels: readonly string[];
  readonly metric: Counter | Gauge;
  /** What was made of labels before: with the same object, thousands of series cost little each time. */
  readonly known: WeakMap<LooseLabels, Series>;
}

interface Series {
  /** Without those that the granularity leaves out. */
  readonly labels: LooseLabels;
  readonly key: string;
  /** Of all labels. */
  readonly wholeKey: string;
}

/** Typed by the catalog; labels that the granularity leaves out are dropped here and nowhere else. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #families = new Map<string, Family>();
  /** Of counters that are given as totals: the last total of each series, before labels are dropped. */
  readonly #totals = new Map<string, Map<string, number>>();

  constructor({ granularity = 'topic', processMetrics = false }: MetricsOptions = {}) {
    for (const [name, entry] of Object.entries(metricCatalog) as [MetricName, MetricEntry][]) {
      const labels = labelsAt(entry, granularity);
      if (labels === undefined) continue;
      const settings = { name, help: entry.help, labelNames: labels, registers: [this.#registry] };
      const metric = entry.type === 'counter' ? new Counter(settings) : new Gauge(settings);
      this.#families.set(name, { entry, labels, metric, known: new WeakMap() });
    }
    if (processMetrics) collectDefaultMetrics({ register: this.#registry });
  }

  /** Adds to a counter. */
  count<Name extends CounterName>(name: Name, labels: Labels<Name>, increase = 1): void {
    const family = this.#families.get(name);
    if (family !== undefined && increase > 0) family.metric.inc(seriesOf(family, labels).labels, increase);
  }

  /**
   * Brings a counter to totals that are counted elsewhere. Every series that exists is in `samples`: one that
   * is missing is forgotten, and counts from 0 when it comes back. What was counted stays counted.
   */
  setTotals<Name extends CounterName>(name: Name, samples: readonly Sample<NoInfer<Name>>[]): void {
    const family = this.#families.get(name);
    if (family === undefined) return;
    const before = this.#totals.get(name) ?? new Map<string, number>();
    const now = new Map<string, number>();
    for (const { labels, value } of samples) {
      const series = seriesOf(family, labels);
      const known = before.get(series.wholeKey);
      const last = known ?? 0;
      const increase = value >= last ? value - last : value;
      if (increase > 0 || known === undefined) family.metric.inc(series.labels, increase);
      now.set(series.wholeKey, value);
    }
    this.#totals.set(name, now);
  }

  /** Sets one series of a gauge. */
  set<Name extends GaugeName>(name: Name, labels: Labels<Name>, value: number): void {
    const family = this.#families.get(name);
    if (family?.metric instanceof Gauge) family.metric.set(seriesOf(family, labels).labels, value);
  }

  /** Sets a gauge as a whole: series without a sample disappear, because an unknown value is not 0. */
  setAll<Name extends GaugeName>(name: Name, samples: readonly Sample<NoInfer<Name>>[]): void {
    const family = this.#families.get(name);
    if (!(family?.metric instanceof Gauge)) return;
    const combined = new Map<string, { readonly labels: LooseLabels; value: number }>();
    for (const sample of samples) {
      const { labels, key } = seriesOf(family, sample.labels);
      const other = combined.get(key);
      if (other === undefined) combined.set(key, { labels, value: sample.value });
      else if (family.entry.combine === 'max') other.value = Math.max(other.value, sample.value);
      else other.value += sample.value;
    }
    family.metric.reset();
    for (const { labels, value } of combined.values()) family.metric.set(labels, value);
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}

function seriesOf({ labels: names, entry, known }: Family, labels: LooseLabels): Series {
  let series = known.get(labels);
  if (series === undefined) {
    const kept = Object.fromEntries(names.map((name) => [name, labels[name] ?? '']));
    series = { labels: kept, key: keyOf(names, kept), wholeKey: keyOf(entry.labels, labels) };
    known.set(labels, series);
  }
  return series;
}

const keyOf = (names: readonly string[], labels: LooseLabels): string =>
  JSON.stringify(names.map((name) => labels[name]));
