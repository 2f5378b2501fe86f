// Where the copies of a new topic's partitions will begin, in words. Pure.
import type { MirrorSetSpec } from '../../topology/topology.ts';
import type { TopicLook } from './observation.ts';

type Spec = Pick<MirrorSetSpec, 'from' | 'offsets' | 'prefixMax'>;

/** A clause; undefined where all begin at offset 0, or nothing is known. */
export function beginningText(
  { from, offsets, prefixMax }: Spec,
  { bounds, settings }: Pick<TopicLook, 'bounds' | 'settings'>,
): string | undefined {
  if (typeof from === 'object') return `from ${new Date(from.timestampMs).toISOString()} on`;
  const firsts = (bounds ?? []).map(({ start, stableEnd }) => (from === 'earliest' ? start : stableEnd));
  const above = firsts.filter((first) => first > 0n);
  if (above.length === 0) return undefined;
  const filled = above.filter((first) => offsets === 'identical' && first <= BigInt(prefixMax));
  const shifted = above.length - filled.length;
  const isCompacted = settings?.get('cleanup.policy')?.includes('compact') === true;
  const most = filled.reduce((a, b) => (a > b ? a : b), 0n);
  const how = isCompacted ? 'wait with CW-2009: a compacted topic takes no prefix' : 'filled before';
  return [
    ...(filled.length > 0 ? [`${filled.length} begin above offset 0, up to ${most} (${how})`] : []),
    ...(shifted > 0 ? [`${shifted} begin shifted`] : []),
  ].join(', ');
}
