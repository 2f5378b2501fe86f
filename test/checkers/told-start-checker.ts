// Where a copy is told to begin is an offset at which it had a reason to begin.
import { Violation } from './log-view.ts';
import type { ToldStart } from './told-shifts.ts';

/** What the source has been like so far. */
export interface SourceBounds {
  /** The highest offset that its log has begun at. */
  readonly highestStart: bigint;
  readonly stableEnd: bigint;
}

/** Throws Violation where records are left out that the source had and was to be copied from. */
export function checkToldStart(
  name: string,
  from: 'earliest' | 'latest',
  { firstOffset }: ToldStart,
  { highestStart, stableEnd }: SourceBounds,
): void {
  const [most, what] = from === 'earliest' ? [highestStart, 'began at'] : [stableEnd, 'ended at'];
  if (firstOffset <= most) return;
  throw new Violation(`${name}: told to begin at ${firstOffset}; so far the source ${what} ${most} at most`);
}
