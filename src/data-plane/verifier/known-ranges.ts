// What is known to differ in one partition, while it is looked at again and again: what a new look finds
// takes the place of what was known of the same offsets. Pure.
import type { DifferenceKind } from '../../base/difference-kinds.ts';
import { sideNamed } from '../../base/difference-kinds.ts';
import { type ShiftSegments, sourceFrom } from '../../base/shift-segments.ts';
import type { OffsetRange } from './comparison.ts';
import type { Difference } from './differences.ts';

export interface KnownRange {
  /** It says which side's offsets the range names. */
  readonly kind: DifferenceKind;
  readonly firstOffset: bigint;
  /** The first offset after the range. */
  readonly endOffset: bigint;
  /** The source offset that belongs to `firstOffset`. */
  readonly sourceOffset: bigint;
  /** What differs, at the first offset of the range. */
  readonly detail: string;
}

/** Ranges kept per partition; the ledger holds them all, and whoever wants every one runs `verify`. */
export const rangesKeptMax = 10;

/** `looked`: source offsets that were compared anew. `left`: ranges that were found and not kept. */
export function withFound(
  known: readonly KnownRange[],
  looked: OffsetRange,
  found: readonly Difference[],
  segments: ShiftSegments,
): { readonly ranges: readonly KnownRange[]; readonly left: number } {
  const ranges = known.flatMap((range) => outside(range, looked));
  let left = 0;
  for (const each of found) {
    const added = placed(each, segments);
    const at = ranges.findIndex((range) => isBefore(range, added));
    const before = ranges[at];
    if (before !== undefined) ranges[at] = { ...before, endOffset: added.endOffset };
    else if (ranges.length < rangesKeptMax) ranges.push(added);
    else left += 1;
  }
  ranges.sort((a, b) => (a.sourceOffset < b.sourceOffset ? -1 : a.sourceOffset > b.sourceOffset ? 1 : 0));
  return { ranges, left };
}

/** The source offsets to compare for another look at a range, with one neighbour on each side. */
export function placeOf(range: KnownRange): OffsetRange {
  const from = range.sourceOffset > 0n ? range.sourceOffset - 1n : 0n;
  return { from, to: sourceEndOf(range) + 1n };
}

const sourceEndOf = ({ sourceOffset, firstOffset, endOffset }: KnownRange): bigint =>
  sourceOffset + (endOffset - firstOffset);

function placed({ kind, from, to, detail }: Difference, segments: ShiftSegments): KnownRange {
  const sourceOffset = sideNamed[kind] === 'source' ? from : sourceFrom(segments, from);
  return { kind, firstOffset: from, endOffset: to, sourceOffset, detail };
}

/** One range that two looks have found the parts of. */
const isBefore = (range: KnownRange, next: KnownRange): boolean =>
  range.kind === next.kind &&
  range.endOffset === next.firstOffset &&
  sourceEndOf(range) === next.sourceOffset;

function outside(range: KnownRange, { from, to }: OffsetRange): KnownRange[] {
  const end = sourceEndOf(range);
  const parts: KnownRange[] = [];
  if (range.sourceOffset < from) {
    const over = end > from ? end - from : 0n;
    parts.push({ ...range, endOffset: range.endOffset - over });
  }
  if (end > to) {
    const passed = to > range.sourceOffset ? to - range.sourceOffset : 0n;
    const begin = { firstOffset: range.firstOffset + passed, sourceOffset: range.sourceOffset + passed };
    if (passed > 0n || range.sourceOffset >= from) parts.push({ ...range, ...begin });
  }
  return parts;
}
