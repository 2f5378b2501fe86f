// A rest between two reads while several answers are due. A broker answers the requests of one connection one
// after the other, and to be woken for a small answer costs more than to read it: so some are read together.
import type { Clock, Timer } from '../../base/clock.ts';

export interface RestLimits {
  /** Answers due, after a read, from which on the next read waits. */
  readonly restAnswersMin: number;
  /** Milliseconds. */
  readonly restMs: number;
}

export class ReadRest {
  readonly #clock: Clock;
  readonly #limits: RestLimits;
  readonly #onOver: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, limits: RestLimits, onOver: () => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onOver = onOver;
  }

  /** True where nothing is to be read until `onOver`. */
  begin(answersDue: number): boolean {
    if (answersDue < this.#limits.restAnswersMin) return false;
    this.#timer = this.#clock.schedule(this.#limits.restMs, this.#onOver);
    return true;
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
