// Wall-clock time finer than a millisecond, the same in all processes of this machine.

/** Milliseconds since the epoch, with fractions. */
export const preciseWallMs = (): number => performance.timeOrigin + performance.now();
