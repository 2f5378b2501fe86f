// Where the copy of a partition begins: decided once, before anything is written, and kept in the ledger.
import type { Clock } from '../../base/clock.ts';
import type { PartitionStart, StartWay } from '../../base/partition-start.ts';
import { shiftKey } from '../../base/shift-segments.ts';
import type { Softness } from '../../base/softness.ts';
import { defaultFillBudget, type FillBudget } from './fill-budget.ts';
import { type Fence, type PartitionFact, sameFence } from './fence.ts';
import { Obstacle } from './obstacle.ts';
import { type OffsetKind, type PartitionEnd, placeOf, readOffset } from './partition-end.ts';
import { causeOf } from './stop-cause.ts';

/** What a mirror set says of it. */
export interface StartPolicy extends FillBudget {
  readonly from: 'earliest' | 'latest' | { readonly timestampMs: number };
  readonly offsets: 'identical' | 'shifted';
  /** Offsets that are filled at most before the first one of a copy, and in a gap. */
  readonly prefixMax: number;
  /** What is done about offsets that retention deleted before they were copied. */
  readonly onGap: 'stop' | 'fill';
}

/** As far as nothing else is said. */
export const defaultStartPolicy: StartPolicy = {
  ...defaultFillBudget,
  from: 'earliest',
  offsets: 'identical',
  prefixMax: 100_000_000,
  onGap: 'stop',
};

export interface FirstOffsetSite {
  readonly clock: Clock;
  readonly policy: StartPolicy;
  /** Since when holes may look different to another worker; undefined where they may not. */
  readonly soft: Softness | undefined;
  /** Re-reads the ledger. */
  fence(): Promise<Fence>;
  /** Acknowledged by the ledger. */
  record(target: PartitionEnd, fact: PartitionFact): Promise<void>;
}

export const startIn = (
  { starts }: Fence,
  { topicId, partition }: PartitionEnd,
): PartitionStart | undefined => starts?.get(shiftKey(topicId, partition));

/**
 * The fence with the start of a partition whose target is empty. Another worker may decide at the same time,
 * and otherwise: the ledger is read again, and its first record counts. Throws Obstacle.
 */
export async function withStart(
  site: FirstOffsetSite,
  fence: Fence,
  source: PartitionEnd,
  target: PartitionEnd,
): Promise<Fence> {
  if (startIn(fence, target) !== undefined) return fence;
  const firstOffset = await readFirstOffset(source, site.policy);
  if (firstOffset === 0n && isPlain(site)) return fence;
  const way = wayTo(firstOffset, site.policy);
  const timestampMs = Math.floor(site.clock.wallMs());
  await site.record(target, { kind: 'started', firstOffset, way, timestampMs });
  const now = await site.fence();
  if (!sameFence(now, fence) || startIn(now, target) === undefined) {
    const text = `${placeOf(target)}: the ledger was written while it was read`;
    throw new Obstacle(causeOf('CW-2020', text));
  }
  return now;
}

/**
 * It need not be recorded that a copy begins at 0: later, `earliest` would find no less, and whoever then
 * would fill a prefix is refused. Of other policies, what has come since would be left out; who would shift
 * the copy, or begin it with fillers, is refused by nobody.
 */
const isPlain = ({ policy, soft }: FirstOffsetSite): boolean =>
  policy.from === 'earliest' && policy.offsets === 'identical' && soft === undefined;

const wayTo = (firstOffset: bigint, { offsets, prefixMax }: StartPolicy): StartWay =>
  offsets === 'identical' && firstOffset <= BigInt(prefixMax) ? 'prefix' : 'shifted';

/** Of the source: the first offset that is to be copied. */
async function readFirstOffset(source: PartitionEnd, { from }: StartPolicy): Promise<bigint> {
  const kind: OffsetKind = from === 'earliest' ? 'start' : from === 'latest' ? 'stable' : from;
  const offset = await readOffset(source, kind);
  // No record is so young: then what comes is.
  return offset < 0n ? readOffset(source, 'stable') : offset;
}
