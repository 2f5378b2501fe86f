// Growing delays between tries, with full jitter above the half, so that many retries do not meet.
import type { Random } from './random.ts';

export interface BackoffLimits {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
}

/** Delay before the next try; `reset` after a success. */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: Random;
  #failures = 0;

  constructor(limits: BackoffLimits, random: Random) {
    this.#limits = limits;
    this.#random = random;
  }

  /**
   * Milliseconds to wait before the next try: between half of and the whole doubled delay, at most the
   * maximum.
   */
  nextDelayMs(): number {
    const { delayMsMin, delayMsMax } = this.#limits;
    const whole = Math.min(delayMsMax, delayMsMin * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return whole / 2 + this.#random.int(Math.max(1, Math.ceil(whole / 2)));
  }

  reset(): void {
    this.#failures = 0;
  }
}
