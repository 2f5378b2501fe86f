// Every metric, declared once: metrics.ts registers them, the reference page lists them, a test asks that
// each is set.

export type MetricType = 'counter' | 'gauge';

/** How values are put together where labels are left out by the granularity. */
export type Combination = 'sum' | 'max' | 'none';

export interface MetricEntry {
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  /** `none`: shown only with all labels, because neither sum nor maximum means anything. */
  readonly combine: Combination;
}

const counter = <const Labels extends readonly string[]>(help: string, labels: Labels) => {
  return { type: 'counter', help, labels, combine: 'sum' } as const;
};

const gauge = <const Labels extends readonly string[], const Combine extends Combination>(
  help: string,
  labels: Labels,
  combine: Combine,
) => {
  return { type: 'gauge', help, labels, combine } as const;
};

const mirror = ['source', 'target', 'set', 'topic', 'partition'] as const;
const link = ['source', 'target'] as const;

export const metricCatalog = {
  causeway_mirror_records_total: counter('Records written to the target and acknowledged.', mirror),
  causeway_mirror_bytes_total: counter(
    'Bytes of record batches written to the target and acknowledged.',
    mirror,
  ),
  causeway_mirror_batches_total: counter('Record batches written to the target and acknowledged.', mirror),
  causeway_mirror_lag_records: gauge(
    'Records that the source holds and the target does not, of partitions where both ends are known.',
    mirror,
    'sum',
  ),
  causeway_mirror_rpo_seconds: gauge(
    'Age that the oldest record without a copy had when the source was last seen. Partitions where it is ' +
      'unknown are left out.',
    mirror,
    'max',
  ),
  causeway_mirror_evidence_age_seconds: gauge(
    'Time since the end of the source was last seen: how old the answer to all other questions is.',
    mirror,
    'max',
  ),
  causeway_mirror_position: gauge('The next offset to write. Only at granularity partition.', mirror, 'none'),
  causeway_mirror_holes_total: counter(
    'Offsets of the source that carry no committed record, and were passed.',
    mirror,
  ),
  causeway_mirror_fillers_total: counter(
    'Control records written into holes, so that offsets stay identical. No consumer sees them.',
    mirror,
  ),
  causeway_mirror_shift: gauge(
    'Target offset less source offset of what is written next; 0 where both are identical. ' +
      'Only at granularity partition.',
    mirror,
    'none',
  ),
  causeway_mirror_held_seconds: gauge(
    'How long an open transaction at the source has kept a mirror from going on; 0 where none does.',
    mirror,
    'max',
  ),
  causeway_mirror_prefix_left: gauge(
    'Offsets that are still to be filled before the first record of a copy; 0 where none are.',
    mirror,
    'sum',
  ),
  causeway_mirror_state: gauge('Mirror partitions in each state.', [...mirror, 'state'], 'sum'),
  causeway_mirror_stopped: gauge(
    'Mirror partitions that stopped or wait, by the code of the cause; `causeway explain CODE` tells more.',
    [...mirror, 'code'],
    'sum',
  ),
  causeway_mirror_start_procedures_total: counter(
    'Start procedures that mirror partitions went through.',
    mirror,
  ),
  causeway_mirror_fence_refusals_total: counter('Writes that the fence refused. They did no harm.', mirror),
  causeway_mirror_verified_offset: gauge(
    'Source offset below which both sides have been compared. Only at granularity partition.',
    mirror,
    'none',
  ),
  causeway_mirror_unverified_offsets: gauge(
    'Offsets that the target has and the running comparison has not come to yet.',
    mirror,
    'sum',
  ),
  causeway_mirror_verified_age_seconds: gauge(
    'Time since everything had been compared, last time. Left out until it has been for the first time.',
    mirror,
    'max',
  ),
  causeway_mirror_differing_ranges: gauge(
    'Ranges of offsets that are known to differ from the source (CW-2040).',
    mirror,
    'sum',
  ),
  causeway_link_rtt_seconds: gauge('Round trip to a broker of the source region.', link, 'max'),
  causeway_link_limit_bytes_per_second: gauge(
    'This worker’s part of the limit of the link. Left out where the link has none.',
    link,
    'sum',
  ),
  causeway_link_fetched_bytes_total: counter(
    'Bytes of record batches that crossed the link, those that came twice included: what a limit counts.',
    link,
  ),
  causeway_link_verified_bytes_total: counter(
    'Bytes of record batches that the running comparison has read, of both sides together.',
    link,
  ),
  causeway_link_throttle_seconds_total: counter(
    'Time in which mirrors with records waiting were held up, by what held them: `limit` and `priority` of ' +
      'the link, `source_quota` and `target_quota` of the brokers.',
    [...link, 'by'],
  ),
  causeway_worker_partitions: gauge('Mirror partitions that this worker has.', link, 'sum'),
  causeway_worker_group_member: gauge(
    'Whether this worker has a share of its region’s partitions: 0 while it looks for the group or runs all.',
    ['region'],
    'max',
  ),
  causeway_worker_rebalances_total: counter('Shares of the partitions that came to this worker.', ['region']),
  causeway_worker_pool_bytes: gauge(
    'Memory of the read buffers, in use and kept, by the region that is read from.',
    ['region'],
    'sum',
  ),
  causeway_fetch_requests_total: counter('Fetch requests sent.', link),
  causeway_fetch_repeated_bytes_total: counter(
    'Bytes fetched twice so that records wait less for a long round trip.',
    link,
  ),
  causeway_produce_requests_total: counter('Produce requests sent.', link),
  causeway_connections_lost_total: counter(
    'Connections of the data path that ended without being asked to.',
    link,
  ),
  causeway_ledger_writes_total: counter('Records written to control topics.', ['region']),
  causeway_reconciler_actions_total: counter('Actions of the controller.', ['region', 'action', 'outcome']),
  causeway_process_pauses_total: counter(
    'Times that this process stood still for so long that it looked at everything anew.',
    [],
  ),
  causeway_build_info: gauge('Always 1; the version is in the labels.', ['version', 'node'], 'max'),
} as const satisfies Record<string, MetricEntry>;

export type MetricName = keyof typeof metricCatalog;

type NamesOf<Type extends MetricType> = {
  [Name in MetricName]: (typeof metricCatalog)[Name]['type'] extends Type ? Name : never;
}[MetricName];

export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type LabelName<Name extends MetricName> = (typeof metricCatalog)[Name]['labels'][number];
export type Labels<Name extends MetricName> = Readonly<Record<LabelName<Name>, string | number>>;

/** Of which labels the granularity decides. */
export const granularities = ['set', 'topic', 'partition'] as const;
export type Granularity = (typeof granularities)[number];

/** The labels that a metric has at a granularity; undefined where it is not shown there. */
export function labelsAt(entry: MetricEntry, granularity: Granularity): readonly string[] | undefined {
  const left =
    granularity === 'partition' ? [] : granularity === 'topic' ? ['partition'] : ['topic', 'partition'];
  const labels = entry.labels.filter((label) => !left.includes(label));
  return entry.combine === 'none' && labels.length < entry.labels.length ? undefined : labels;
}
