// No stop without a true cause: a copy stops only where something was done that explains it, with a code that
// belongs to it, and not before it was done.
import { Violation } from './log-view.ts';

export interface SeenStop {
  readonly topic: string;
  readonly partition: number;
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
}

/** Something that was done to a topic. */
export interface StopReason {
  readonly topic: string;
  /** Any of them tells the truth about it. */
  readonly codes: readonly string[];
  readonly fromMs: number;
  /** Until the way out was taken; undefined: not yet. */
  readonly toMs: number | undefined;
}

/** Throws Violation for the first stop that nothing explains. */
export function checkStops(stops: readonly SeenStop[], reasons: readonly StopReason[]): void {
  for (const { topic, partition, code, message, atMs } of stops) {
    const isTrue = reasons.some(
      (reason) =>
        reason.topic === topic &&
        reason.codes.includes(code) &&
        atMs >= reason.fromMs &&
        atMs <= (reason.toMs ?? Number.POSITIVE_INFINITY),
    );
    if (!isTrue)
      throw new Violation(`${topic}-${partition} stopped without a true cause: ${code} ${message}`);
  }
}
