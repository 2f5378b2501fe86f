// What the ledger tells of a copy: where it began, and by how much its records stand apart from the source's.
// The checkers' own words for it.

/** From a target offset on, target offset less source offset. */
export interface ToldShift {
  readonly firstTargetOffset: bigint;
  readonly shift: bigint;
}

/** In ascending order; nothing is shifted before the first one. */
export function toldShiftAt(shifts: readonly ToldShift[], targetOffset: bigint): bigint {
  let told = 0n;
  for (const { firstTargetOffset, shift } of shifts) if (firstTargetOffset <= targetOffset) told = shift;
  return told;
}

/**
 * Where a copy begins that does not begin at offset 0 on both sides: behind a prefix of empty records up to
 * `firstOffset`, stamped `timestampMs`, or at target offset 0 with what the source has at `firstOffset`.
 */
export interface ToldStart {
  readonly firstOffset: bigint;
  readonly way: 'prefix' | 'shifted';
  readonly timestampMs: number;
}
