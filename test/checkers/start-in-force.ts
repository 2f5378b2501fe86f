// Which beginning a log was written under. One that was written before the copy's beginning was decided
// anew, and whose end nobody has committed, is no worse for it: it will be truncated.
import type { LogView } from './log-view.ts';
import type { ToldStart } from './told-shifts.ts';

export class StartInForce {
  readonly #told: () => ToldStart | undefined;
  #first: Buffer | undefined;
  #start: ToldStart | undefined;

  constructor(told: () => ToldStart | undefined = () => undefined) {
    this.#told = told;
  }

  /** What was told when the log's first batch was first seen; what is told now while there is none. */
  of(log: LogView): ToldStart | undefined {
    const first = log.batches[0]?.bytes;
    if (first === undefined || first !== this.#first) this.#start = this.#told();
    this.#first = first;
    return this.#start;
  }
}
