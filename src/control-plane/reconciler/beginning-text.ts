// Where the copies of a new topic's partitions will begin, in words. Pure.
import type { MirrorSetSpec } from '../../topology/topology.ts';
import type { TopicLook } from './observation.ts';

type Spec = Pick<MirrorSetSpec, 'from' | 'offsets' | 'prefixMax'>;

/** A clause; undefined where all begin at offset 0, or nothing is known. */
export function beginningText(
  { from, offsets, prefixMax }: Spec,
  { bounds }: Pick<TopicLook, 'bounds'>,
): string | undefined {
  if (typeof from === 'object') return `from ${new Date(from.timestampMs).toISOString()} on`;
  const firsts = (bounds ?? []).map(({ start, stableEnd }) => (from === 'earliest' ? start : stableEnd));
  const above = firsts.filter((first) => first > 0n);
  if (above.length === 0) return undefined;
  const filled = above.filter((first) => offsets === 'identical' && first <= BigInt(prefixMax));
  const shifted = above.length - filled.length;
  const most = filled.reduce((a, b) => (a > b ? a : b), 0n);
  return [
    ...(filled.length > 0 ? [`${filled.length} begin above offset 0, up to ${most} (filled before)`] : []),
    ...(shifted > 0 ? [`${shifted} begin shifted`] : []),
  ].join(', ');
}
