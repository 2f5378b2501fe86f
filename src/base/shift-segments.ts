// Where the offsets of a mirror partition differ from its source's: `shift` = target offset - source offset,
// constant from one segment's first target offset to the next one's. Pure arithmetic.

export interface ShiftSegment {
  readonly firstTargetOffset: bigint;
  readonly shift: bigint;
}

/**
 * In ascending order; before the first one the shift is 0, so the empty list means identical offsets. A copy
 * that began with a source offset above 0 at target offset 0 has a negative shift from there on.
 *
 * Where the shift grows, the fillers that landed too many stand at the end of the segment before and copy
 * nothing. Where it shrinks, source offsets in between have no place at the target: they are holes.
 */
export type ShiftSegments = readonly ShiftSegment[];

export const identicalOffsets: ShiftSegments = [];

/** One partition of one target topic: a topic that is created anew begins identical. */
export const shiftKey = (targetTopicId: string, partition: number): string => `${targetTopicId}/${partition}`;

/** What a copy began with: 0, or the constant of one that was shifted from its first record on. */
export const firstShiftOf = (segments: ShiftSegments): bigint => {
  const at0 = shiftAt(segments, 0n);
  return at0 < 0n ? at0 : 0n;
};

/** The first source offset that a segment holds. */
const firstSourceOf = ({ firstTargetOffset, shift }: ShiftSegment) => firstTargetOffset - shift;

export const areSameSegments = (a: ShiftSegments, b: ShiftSegments): boolean =>
  a.length === b.length &&
  a.every(({ firstTargetOffset, shift }, index) => {
    return b[index]?.firstTargetOffset === firstTargetOffset && b[index].shift === shift;
  });

/**
 * The same list. Throws RangeError where two segments begin at one target offset or out of order, or where a
 * later segment begins before an earlier one at the source, which would copy records twice.
 */
export function mustBeSegments(segments: ShiftSegments): ShiftSegments {
  segments.forEach((segment, index) => {
    const before = segments[index - 1];
    if (before === undefined) return;
    const text = `segment ${index} from target offset ${segment.firstTargetOffset}, shift ${segment.shift}`;
    if (segment.firstTargetOffset <= before.firstTargetOffset) {
      throw new RangeError(`${text}: not behind the one before`);
    }
    if (firstSourceOf(segment) < firstSourceOf(before)) {
      throw new RangeError(`${text}: begins before the one before at the source`);
    }
  });
  return segments;
}

/** The list with what was found at one target offset. */
export const withSegment = (segments: ShiftSegments, added: ShiftSegment): ShiftSegments =>
  segmentsFrom([...segments, added]);

/**
 * What was found at many target offsets, whoever found it and however late; of one offset the last counts.
 * What a later segment shows to hold nothing is left out: the source goes on there at or before where it
 * would begin. All at once: one that says nothing new may be what ends another that is found later.
 */
export function segmentsFrom(found: Iterable<ShiftSegment>): ShiftSegments {
  const byOffset = new Map(Array.from(found, (each) => [each.firstTargetOffset, each]));
  const all = [...byOffset.values()].sort((a, b) => (a.firstTargetOffset < b.firstTargetOffset ? 1 : -1));
  const kept: ShiftSegment[] = [];
  for (const segment of all) {
    const next = kept[0];
    if (next === undefined || firstSourceOf(segment) < firstSourceOf(next)) kept.unshift(segment);
  }
  return kept.filter(({ shift }, index) => shift !== (kept[index - 1]?.shift ?? 0n));
}

/**
 * What comes next of the source, where a target position is told with its shift; absent: 0. Undefined where
 * the position is not known.
 */
export function sourcePosition(at: {
  readonly position: bigint | undefined;
  readonly shift?: bigint | undefined;
}): bigint | undefined {
  return at.position === undefined ? undefined : at.position - (at.shift ?? 0n);
}

/** The shift in force at a target offset. */
export function shiftAt(segments: ShiftSegments, targetOffset: bigint): bigint {
  return segments.findLast(({ firstTargetOffset }) => firstTargetOffset <= targetOffset)?.shift ?? 0n;
}

/** Where a source offset stands at the target; undefined where it has no place there. */
export function targetOf(segments: ShiftSegments, sourceOffset: bigint): bigint | undefined {
  const index = segments.findLastIndex((segment) => firstSourceOf(segment) <= sourceOffset);
  const target = sourceOffset + (segments[index]?.shift ?? 0n);
  const next = segments[index + 1];
  return next !== undefined && target >= next.firstTargetOffset ? undefined : target;
}

/** What stands at a target offset; undefined for a filler that landed too many. */
export function sourceOf(segments: ShiftSegments, targetOffset: bigint): bigint | undefined {
  const source = targetOffset - shiftAt(segments, targetOffset);
  return targetOf(segments, source) === targetOffset ? source : undefined;
}

/** The first source offset at or behind which everything stands at or behind this target offset. */
export function sourceFrom(segments: ShiftSegments, targetOffset: bigint): bigint {
  const index = segments.findLastIndex(({ firstTargetOffset }) => firstTargetOffset <= targetOffset);
  const source = targetOffset - (segments[index]?.shift ?? 0n);
  const next = segments[index + 1];
  return next !== undefined && firstSourceOf(next) < source ? firstSourceOf(next) : source;
}

/** The first target offset at or behind which everything stands at or behind this source offset. */
export function targetFrom(segments: ShiftSegments, sourceOffset: bigint): bigint {
  const index = segments.findLastIndex((segment) => firstSourceOf(segment) <= sourceOffset);
  const target = sourceOffset + (segments[index]?.shift ?? 0n);
  const next = segments[index + 1];
  return next !== undefined && next.firstTargetOffset < target ? next.firstTargetOffset : target;
}
