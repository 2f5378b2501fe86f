// The part of a run in which a replicator works steadily: after its warm-up and before it runs out of data.

/** One look at a running replicator. */
export interface Sample {
  readonly atMs: number;
  /** Records at the target (sum of the log ends). */
  readonly records: number;
  /** CPU seconds of the replicator's processes since they started. */
  readonly cpuSeconds: number;
}

export interface WindowRule {
  /** Records that the run has in all. */
  readonly recordsAll: number;
  /** The window opens when this share of them has arrived … */
  readonly openShare: number;
  /** … and at least this long after the first record. */
  readonly warmMs: number;
  /** It closes with the last look at or below this share: beyond it partitions run dry one by one. */
  readonly closeShare: number;
}

export interface Steady {
  readonly fromMs: number;
  readonly seconds: number;
  readonly records: number;
  readonly cpuSeconds: number;
}

/** The widest window that fits the rule, or why there is none. */
export function steadyWindow(
  samples: readonly Sample[],
  rule: WindowRule,
): Steady | { readonly none: string } {
  const first = samples.find(({ records }) => records > 0);
  if (first === undefined) return { none: 'no record arrived' };
  const open = samples.find(
    ({ atMs, records }) =>
      records >= rule.openShare * rule.recordsAll && records > 0 && atMs >= first.atMs + rule.warmMs,
  );
  if (open === undefined) return { none: 'the run ended within the warm-up' };
  const close = samples.findLast(({ records }) => records <= rule.closeShare * rule.recordsAll);
  if (close === undefined || close.atMs <= open.atMs || close.records <= open.records) {
    return { none: 'fewer than two looks between warm-up and end: more data is needed' };
  }
  return {
    fromMs: open.atMs,
    seconds: (close.atMs - open.atMs) / 1000,
    records: close.records - open.records,
    cpuSeconds: close.cpuSeconds - open.cpuSeconds,
  };
}

/**
 * CPU seconds per million records in `parts` slices of equal record counts: shows whether a warm-up was
 * over.
 */
export function trendOf(samples: readonly Sample[], parts: number): number[] {
  const moving = samples.filter(({ records }) => records > 0);
  const [first, last] = [moving[0], moving[moving.length - 1]];
  if (first === undefined || last === undefined || last.records === first.records) return [];
  const trend: number[] = [];
  let from = first;
  for (let part = 1; part <= parts; part += 1) {
    const milestone = first.records + ((last.records - first.records) * part) / parts;
    const to = moving.find(({ records }) => records >= milestone) ?? last;
    if (to.records > from.records) {
      trend.push(((to.cpuSeconds - from.cpuSeconds) / (to.records - from.records)) * 1e6);
      from = to;
    }
  }
  return trend;
}
