// How many records are due, so that a rate is kept over time whatever the timers do. Pure.

/**
 * After a stall, at most this much of what was missed is made up for; the rest is dropped, as from real
 * clients.
 */
const catchUpMsMax = 1_000;

export class Pace {
  readonly #recordsPerSecond: number;
  #doneUntilMs: number;

  constructor(recordsPerSecond: number, nowMs: number) {
    this.#recordsPerSecond = recordsPerSecond;
    this.#doneUntilMs = nowMs;
  }

  /**
   * Records that are due by now and have not been handed out, at most `countMax`; those handed out are done.
   */
  take(nowMs: number, countMax: number): number {
    // At less than one record per second, the next one may lie further back than that.
    const rememberedMs = Math.max(catchUpMsMax, 2000 / this.#recordsPerSecond);
    this.#doneUntilMs = Math.max(this.#doneUntilMs, nowMs - rememberedMs);
    const due = Math.min(countMax, Math.floor(((nowMs - this.#doneUntilMs) * this.#recordsPerSecond) / 1000));
    this.#doneUntilMs += (due * 1000) / this.#recordsPerSecond;
    return due;
  }
}
