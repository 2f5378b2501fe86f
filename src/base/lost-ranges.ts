// Source offsets that retention deleted before they were copied: ranges, in ascending order, that neither
// touch nor overlap. Pure arithmetic.

/** `[from, to)` of the source. */
export interface LostRange {
  readonly from: bigint;
  readonly to: bigint;
}

export type LostRanges = readonly LostRange[];

/** The ranges with one more, which may be known in part. */
export function withLost(ranges: LostRanges, added: LostRange): LostRanges {
  const touches = ({ from, to }: LostRange) => from <= added.to && to >= added.from;
  const joined = [added, ...ranges.filter(touches)];
  const from = joined.reduce((least, each) => (each.from < least ? each.from : least), added.from);
  const to = joined.reduce((most, each) => (each.to > most ? each.to : most), added.to);
  const others = ranges.filter((each) => !touches(each));
  return [
    ...others.filter((each) => each.to < from),
    { from, to },
    ...others.filter((each) => each.from > to),
  ];
}

/** Whether all of a range is known to be lost. */
export const isLost = (ranges: LostRanges, { from, to }: LostRange): boolean =>
  ranges.some((each) => each.from <= from && each.to >= to);
