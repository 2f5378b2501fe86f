// From what a worker knows of its mirror partitions to metrics. The shapes are those of the ledger's observed
// records, of which only this much is needed.
import { sourcePosition } from '../base/shift-segments.ts';
import type { Labels } from './metric-catalog.ts';
import type { Metrics, Sample } from './metrics.ts';

export type MirrorLabels = Labels<'causeway_mirror_records_total'>;

export interface VerifiedReport {
  readonly to: bigint;
  /** When all had been looked at, last time. */
  readonly completeAtMs: number | undefined;
  /** Ranges that are known to differ. */
  readonly differing: number;
}

/** One mirror partition of this worker. */
export interface PartitionReport {
  /** The same object each time, so that little has to be made of it. */
  readonly labels: MirrorLabels;
  readonly state: string;
  readonly cause: { readonly code: string } | undefined;
  readonly position: bigint | undefined;
  /** Target offset less source offset; absent: 0. */
  readonly shift?: bigint | undefined;
  readonly sourceEnd: bigint | undefined;
  readonly sourceSeenAtMs: number | undefined;
  readonly oldestMissingMs: number | undefined;
  readonly bytes: bigint;
  readonly records: bigint;
  readonly batches: bigint;
  readonly holes?: bigint | undefined;
  readonly fillers?: bigint | undefined;
  readonly prefix?: { readonly reached: bigint; readonly firstOffset: bigint } | undefined;
  readonly heldBy?: { readonly sinceMs: number } | undefined;
  /** How far the running comparison is, in source offsets; absent while that is unknown. */
  readonly verified?: VerifiedReport | undefined;
  readonly starts: number;
  readonly fenceRefusals: number;
}

type Totals = 'records' | 'bytes' | 'batches' | 'holes' | 'fillers' | 'start_procedures' | 'fence_refusals';
type MirrorSample = Sample<'causeway_mirror_records_total'>;

/**
 * Sets all `causeway_mirror_*` and `causeway_worker_partitions` from every partition of this worker. `nowMs`:
 * wall clock.
 */
export function reportMirrors(metrics: Metrics, partitions: readonly PartitionReport[], nowMs: number): void {
  reportTotals(metrics, partitions);
  reportVerified(metrics, partitions, nowMs);
  const lag: MirrorSample[] = [];
  const rpo: MirrorSample[] = [];
  const age: MirrorSample[] = [];
  const position: MirrorSample[] = [];
  const shift: MirrorSample[] = [];
  const held: MirrorSample[] = [];
  const prefix: MirrorSample[] = [];
  const states: Sample<'causeway_mirror_state'>[] = [];
  const stopped: Sample<'causeway_mirror_stopped'>[] = [];
  const owned: Sample<'causeway_worker_partitions'>[] = [];
  for (const partition of partitions) {
    const { labels, sourceEnd, sourceSeenAtMs: seenAtMs } = partition;
    const next = sourcePosition(partition);
    const missing = sourceEnd === undefined || next === undefined ? undefined : sourceEnd - next;
    if (partition.position !== undefined || partition.prefix !== undefined) {
      prefix.push({ labels, value: prefixLeft(partition) });
    }
    if (partition.position !== undefined) {
      position.push({ labels, value: Number(partition.position) });
      shift.push({ labels, value: Number(partition.shift ?? 0n) });
      held.push({ labels, value: heldMs(partition, nowMs) / 1000 });
    }
    if (missing !== undefined) lag.push({ labels, value: Math.max(0, Number(missing)) });
    if (seenAtMs !== undefined) age.push({ labels, value: Math.max(0, nowMs - seenAtMs) / 1000 });
    const rpoMs = recoveryPointMs(missing, seenAtMs, partition.oldestMissingMs);
    if (rpoMs !== undefined) rpo.push({ labels, value: rpoMs / 1000 });
    states.push({ labels: withState(labels, partition.state), value: 1 });
    if (partition.cause !== undefined)
      stopped.push({ labels: { ...labels, code: partition.cause.code }, value: 1 });
    owned.push({ labels, value: 1 });
  }
  metrics.setAll('causeway_mirror_lag_records', lag);
  metrics.setAll('causeway_mirror_rpo_seconds', rpo);
  metrics.setAll('causeway_mirror_evidence_age_seconds', age);
  metrics.setAll('causeway_mirror_position', position);
  metrics.setAll('causeway_mirror_shift', shift);
  metrics.setAll('causeway_mirror_held_seconds', held);
  metrics.setAll('causeway_mirror_prefix_left', prefix);
  metrics.setAll('causeway_mirror_state', states);
  metrics.setAll('causeway_mirror_stopped', stopped);
  metrics.setAll('causeway_worker_partitions', owned);
}

const heldMs = ({ heldBy }: PartitionReport, nowMs: number): number =>
  heldBy === undefined ? 0 : Math.max(0, nowMs - heldBy.sinceMs);

const prefixLeft = ({ prefix }: PartitionReport): number =>
  prefix === undefined ? 0 : Number(prefix.firstOffset - prefix.reached);

function reportTotals(metrics: Metrics, partitions: readonly PartitionReport[]): void {
  const totals: Record<Totals, MirrorSample[]> = {
    records: [],
    bytes: [],
    batches: [],
    holes: [],
    fillers: [],
    start_procedures: [],
    fence_refusals: [],
  };
  for (const partition of partitions) {
    const { labels } = partition;
    totals.records.push({ labels, value: Number(partition.records) });
    totals.bytes.push({ labels, value: Number(partition.bytes) });
    totals.batches.push({ labels, value: Number(partition.batches) });
    totals.holes.push({ labels, value: Number(partition.holes ?? 0n) });
    totals.fillers.push({ labels, value: Number(partition.fillers ?? 0n) });
    totals.start_procedures.push({ labels, value: partition.starts });
    totals.fence_refusals.push({ labels, value: partition.fenceRefusals });
  }
  metrics.setTotals('causeway_mirror_records_total', totals.records);
  metrics.setTotals('causeway_mirror_bytes_total', totals.bytes);
  metrics.setTotals('causeway_mirror_batches_total', totals.batches);
  metrics.setTotals('causeway_mirror_holes_total', totals.holes);
  metrics.setTotals('causeway_mirror_fillers_total', totals.fillers);
  metrics.setTotals('causeway_mirror_start_procedures_total', totals.start_procedures);
  metrics.setTotals('causeway_mirror_fence_refusals_total', totals.fence_refusals);
}

function reportVerified(metrics: Metrics, partitions: readonly PartitionReport[], nowMs: number): void {
  const offset: MirrorSample[] = [];
  const left: MirrorSample[] = [];
  const age: MirrorSample[] = [];
  const differing: MirrorSample[] = [];
  for (const partition of partitions) {
    const { labels, verified } = partition;
    if (verified === undefined) continue;
    const { to, completeAtMs } = verified;
    const next = sourcePosition(partition);
    offset.push({ labels, value: Number(to) });
    if (next !== undefined) left.push({ labels, value: Math.max(0, Number(next - to)) });
    if (completeAtMs !== undefined) age.push({ labels, value: Math.max(0, nowMs - completeAtMs) / 1000 });
    differing.push({ labels, value: verified.differing });
  }
  metrics.setAll('causeway_mirror_verified_offset', offset);
  metrics.setAll('causeway_mirror_unverified_offsets', left);
  metrics.setAll('causeway_mirror_verified_age_seconds', age);
  metrics.setAll('causeway_mirror_differing_ranges', differing);
}

type StateLabels = Labels<'causeway_mirror_state'>;
/** State → labels of a partition → both together. */
const labelsByState = new Map<string, WeakMap<MirrorLabels, StateLabels>>();

function withState(labels: MirrorLabels, state: string): StateLabels {
  let ofState = labelsByState.get(state);
  if (ofState === undefined) labelsByState.set(state, (ofState = new WeakMap()));
  let both = ofState.get(labels);
  if (both === undefined) ofState.set(labels, (both = { ...labels, state }));
  return both;
}

/** Nothing missing: 0. Something missing of unknown age: unknown. */
function recoveryPointMs(
  missing: bigint | undefined,
  seenAtMs: number | undefined,
  oldestMissingMs: number | undefined,
): number | undefined {
  if (missing === undefined || seenAtMs === undefined) return undefined;
  if (missing <= 0n) return 0;
  return oldestMissingMs === undefined ? undefined : Math.max(0, seenAtMs - oldestMissingMs);
}
