// Where the copy of a partition begins, where that is not offset 0 on both sides. Pure.
import type { ShiftSegments } from './shift-segments.ts';

/**
 * - prefix: the target begins at the same offset; what lies before it was filled and trimmed
 * - shifted: the target begins at 0 with what the source has at its first offset
 */
export const startWays = ['prefix', 'shifted'] as const;
export type StartWay = (typeof startWays)[number];

export interface PartitionStart {
  /** Of the source: the first one that is copied. */
  readonly firstOffset: bigint;
  readonly way: StartWay;
  /** Wall clock of the decision; what fills a prefix is stamped with it. */
  readonly timestampMs: number;
}

/** Where target and source are apart from the first record on. */
export const segmentsOfStart = ({ way, firstOffset }: PartitionStart): ShiftSegments =>
  way === 'prefix' || firstOffset === 0n ? [] : [{ firstTargetOffset: 0n, shift: -firstOffset }];
