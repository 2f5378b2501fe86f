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

export class ProgressChecker {
  readonly #name: string;
  readonly #withinMs: number;
  #window: { readonly wholeSinceMs: number; readonly beganMs: number; readonly goal: bigint } | undefined;
  /** Goals that were reached. */
  reached = 0;

  constructor(name: string, withinMs: number) {
    this.#name = name;
    this.#withinMs = withinMs;
  }

  /** Call again and again. Throws Violation. */
  look({ nowMs, wholeSinceMs, goal, reached }: Progress): void {
    if (wholeSinceMs === undefined) {
      this.#window = undefined;
      return;
    }
    if (this.#window?.wholeSinceMs !== wholeSinceMs) {
      this.#window = { wholeSinceMs, beganMs: nowMs, goal };
      return;
    }
    const { beganMs } = this.#window;
    if ((reached ?? -1n) >= this.#window.goal) {
      this.reached += 1;
      this.#window = { wholeSinceMs, beganMs: nowMs, goal };
    } else if (nowMs - beganMs > this.#withinMs) {
      throw new Violation(
        `${this.#name}: nothing is broken since ${wholeSinceMs} ms, and it is at ` +
          `${reached ?? 'no offset'}, not at ${this.#window.goal}, after ${nowMs - beganMs} ms`,
      );
    }
  }
}
