// Where nothing is broken for a copy for a while, it comes as far as its source was when that while began,
// whatever is broken elsewhere.
import { Violation } from './log-view.ts';

export interface Progress {
  readonly nowMs: number;
  /** Since when nothing that the copy needs is broken; undefined while something is. */
  readonly wholeSinceMs: number | undefined;
  /** Source offset up to which there is something to copy. */
  readonly goal: bigint;
  /** Source offset up to which it is copied; undefined where nobody knows. */
  readonly reached: bigint | undefined;
}

interface Window {
  readonly wholeSinceMs: number;
  readonly beganMs: number;
  readonly goal: bigint;
  /** Whether there was anything left to do when it was set. */
  readonly isNew: boolean;
}

export interface ProgressLimits {
  /** Until what was there to copy is copied. */
  readonly withinMs: number;
  /** A copy that comes closer all the time may take longer. */
  readonly whileMoving?: { readonly withinMs: number; readonly stillMsMax: number };
}

export class ProgressChecker {
  readonly #name: string;
  readonly #limits: ProgressLimits;
  #window: Window | undefined;
  /** Goals that were reached, and had not been when they were set. */
  reached = 0;
  #last: { readonly reached: bigint | undefined; readonly sinceMs: number } | undefined;

  constructor(name: string, limits: ProgressLimits) {
    this.#name = name;
    this.#limits = limits;
  }

  /** Call again and again. Throws Violation. */
  look({ nowMs, wholeSinceMs, goal, reached }: Progress): void {
    if (this.#last === undefined || this.#last.reached !== reached) this.#last = { reached, sinceMs: nowMs };
    if (wholeSinceMs === undefined) {
      this.#window = undefined;
      return;
    }
    const hasReached = (offset: bigint) => (reached ?? -1n) >= offset;
    const next = { wholeSinceMs, beganMs: nowMs, goal, isNew: !hasReached(goal) };
    if (this.#window?.wholeSinceMs !== wholeSinceMs) {
      this.#window = next;
      return;
    }
    const { beganMs, isNew } = this.#window;
    if (hasReached(this.#window.goal)) {
      if (isNew) this.reached += 1;
      this.#window = next;
    } else if (nowMs - beganMs > this.#withinMs(nowMs - this.#last.sinceMs)) {
      throw new Violation(
        `${this.#name}: nothing is broken since ${wholeSinceMs} ms, and it is at ` +
          `${reached ?? 'no offset'}, not at ${this.#window.goal}, after ${nowMs - beganMs} ms`,
      );
    }
  }

  #withinMs(stillMs: number): number {
    const { withinMs, whileMoving } = this.#limits;
    return whileMoving !== undefined && stillMs <= whileMoving.stillMsMax ? whileMoving.withinMs : withinMs;
  }
}
