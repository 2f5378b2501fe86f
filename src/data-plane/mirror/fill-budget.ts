// How much of a source's holes is filled before an operator is asked: a copy that is being made of a log with
// few records among very many offsets could take for days.
import { type Cause, causeOf } from './stop-cause.ts';

/** Both count from when the copy was last level with its source. */
export interface FillBudget {
  /** Offsets. */
  readonly holesMax: number;
  /** Runs of holes: each costs some round trips to the target, however short it is. */
  readonly runsMax: number;
}

export const defaultFillBudget: FillBudget = { holesMax: 1_000_000_000, runsMax: 10_000_000 };

/** Of one partition, since it was last level. */
export class FillTally {
  #holes = 0;
  #runs = 0;
  #isInRun = false;

  filled(holes: number): void {
    if (holes === 0) return;
    if (!this.#isInRun) this.#runs += 1;
    this.#isInRun = true;
    this.#holes += holes;
  }

  /** A record ends a run. */
  wrote(): void {
    this.#isInRun = false;
  }

  level(): void {
    this.#holes = 0;
    this.#runs = 0;
  }

  /** Why no more is filled; undefined where more may be. */
  excess({ holesMax, runsMax }: FillBudget): Cause | undefined {
    const isOver = this.#holes >= holesMax || (this.#runs >= runsMax && !this.#isInRun);
    if (!isOver) return undefined;
    const filled = `${this.#holes} holes in ${this.#runs} runs have been filled`;
    const most = `the most that may be are ${holesMax} (holes.max) and ${runsMax} (runs.max)`;
    const text = `${filled} since the copy was last level, and more are due; ${most}`;
    return causeOf('CW-2012', text, { holes: this.#holes, runs: this.#runs });
  }
}
