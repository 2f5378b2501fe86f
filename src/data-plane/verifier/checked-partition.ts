// How far the running check of one partition has come: what the ledger keeps of it, and what a piece changes.
// Pure. Offsets are the source's.
import type { ShiftSegments } from '../../base/shift-segments.ts';
import type { ComparedPiece } from './piecewise-comparison.ts';
import { type KnownRange, withFound } from './known-ranges.ts';

export interface CheckedPartition {
  /** Every offset below has been compared at least once, or is gone at a side. */
  readonly verifiedTo: bigint;
  /** Wall clock: when the ends were asked that the last look went by. */
  readonly checkedAtMs: number;
  /** While all is looked at again: up to here so far, and ranges that were found and not kept. */
  readonly again?: { readonly verifiedTo: bigint; readonly more: number } | undefined;
  /** Wall clock: when everything had been looked at, last time. */
  readonly completeAtMs?: number | undefined;
  /** What differs as far as is known, and how many ranges more there are. */
  readonly ranges: readonly KnownRange[];
  readonly more: number;
}

/** `new`: what nobody has looked at; `again`: old offsets in turn; `doubt`: what differed when last seen. */
export type Duty = 'new' | 'again' | 'doubt';

export interface Look {
  readonly duty: Duty;
  /** The source offset that was to be compared first. */
  readonly from: bigint | undefined;
  readonly piece: ComparedPiece;
  readonly segments: ShiftSegments;
}

/** Offsets are 64-bit: nothing stands beyond. */
const endOfOffsets = 2n ** 63n;

export function afterLook(before: CheckedPartition | undefined, look: Look): CheckedPartition {
  const { piece, duty } = look;
  const { comparedTo, checkedAtMs } = piece.checkpoint;
  const from = look.from === undefined || look.from > piece.from ? piece.from : look.from;
  // Where the logs end, nothing that was known of what lies beyond is true any more.
  const looked = { from, to: piece.isAtEnd ? endOfOffsets : piece.to };
  const { ranges, left } = withFound(before?.ranges ?? [], looked, piece.found, look.segments);
  const found = left + piece.omitted;
  const known = { checkedAtMs, ranges };
  if (before === undefined || duty === 'new') {
    const { again, more = 0, completeAtMs } = before ?? {};
    return {
      ...known,
      verifiedTo: comparedTo,
      again: again && { ...again, more: again.more + found },
      completeAtMs: completeAtMs ?? (piece.isAtEnd ? checkedAtMs : undefined),
      more: more + found,
    };
  }
  if (duty === 'doubt') return { ...before, ...known, more: before.more + found };
  const more = (before.again?.more ?? 0) + found;
  const verifiedTo = comparedTo > before.verifiedTo || piece.isAtEnd ? comparedTo : before.verifiedTo;
  if (comparedTo >= verifiedTo) {
    return { ...known, verifiedTo, again: undefined, completeAtMs: checkedAtMs, more };
  }
  const again = { verifiedTo: comparedTo, more };
  return { ...before, ...known, again, more: more > before.more ? more : before.more };
}

/** How many ranges are known to differ. */
export const countRanges = ({ ranges, more }: Pick<CheckedPartition, 'ranges' | 'more'>): number =>
  ranges.length + more;
