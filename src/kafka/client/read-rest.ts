// A rest between two reads while several answers are due. A broker answers the requests of one connection one
// after the other, and to be woken for each answer costs more than to read it: so some are read together.
import type { Clock, Timer } from '../../base/clock.ts';

export interface RestLimits {
  /** Answers due, after a read, from which on the next read waits. */
  readonly restAnswersMin: number;
  /** Milliseconds. */
  readonly restMsMax: number;
}

/** Timers are no finer. */
const restMsMin = 1;
/** Of what is due, what a rest is there for: the broker has the others to work on while more is sent. */
const comeShare = 2 / 3;
/** One odd rest changes the next one by no more than that. */
const growthMax = 1.5;
const shrinkMax = 0.5;

/**
 * A rest is as long as it takes until two thirds of what was due have come. How long that is shows from the
 * rest before.
 */
export class ReadRest {
  readonly #clock: Clock;
  readonly #limits: RestLimits;
  readonly #onOver: () => void;
  #timer: Timer | undefined;
  #restMs = restMsMin;
  /** Answers due when the last rest began; 0 where it did not rest. */
  #due = 0;
  /** Answers read in all by then. */
  #answered = 0;

  constructor(clock: Clock, limits: RestLimits, onOver: () => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#onOver = onOver;
  }

  /** Call after each read. True where nothing is to be read until `onOver`. */
  begin(due: number, answered: number): boolean {
    const came = answered - this.#answered;
    // An answer that has come in part is read to its end.
    if (came === 0) return false;
    if (this.#due > 0) this.#restMs = this.#adapted(came);
    this.#due = due < this.#limits.restAnswersMin ? 0 : due;
    this.#answered = answered;
    if (this.#due === 0) return false;
    this.#timer = this.#clock.schedule(this.#restMs, this.#onOver);
    return true;
  }

  #adapted(came: number): number {
    const factor = Math.min(Math.max((this.#due * comeShare) / came, shrinkMax), growthMax);
    return Math.min(Math.max(this.#restMs * factor, restMsMin), this.#limits.restMsMax);
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
