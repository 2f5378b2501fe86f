// When a partition that cannot go on tries again: shortly, slowly, or stepping back for another worker.
import { Backoff } from '../../base/backoff.ts';
import type { Random } from '../../base/random.ts';
import type { AfterDraining } from './partition-state.ts';
import { type Cause, isLasting } from './stop-cause.ts';

export interface RetryLimits {
  readonly retryDelayMsMin: number;
  readonly retryDelayMsMax: number;
  /** Delay where only a change outside can help. */
  readonly slowRetryDelayMs: number;
  /**
   * A source that seems to have lost records is asked once more after so long: a leader that was cut off and
   * deposed may tell of an older end until it has learned of that.
   */
  readonly suspectDelayMs: number;
}

/** How long without a refusal of the fence until the next one is again taken for a single event. */
const contentionMemoryMs = 30_000;

/** Causes that only a change of settings, rights or topics can end. */
const slowCodes: ReadonlySet<string> = new Set(['CW-2009', 'CW-2015', 'CW-2017']);

export class RetryDelays {
  readonly #limits: RetryLimits;
  readonly #backoff: Backoff;
  readonly #contention: Backoff;
  #isSuspected = false;
  #contendedAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: RetryLimits, random: Random) {
    const { retryDelayMsMin, retryDelayMsMax } = limits;
    this.#limits = limits;
    this.#backoff = new Backoff({ delayMsMin: retryDelayMsMin, delayMsMax: retryDelayMsMax }, random);
    const contention = { delayMsMin: 2 * retryDelayMsMin, delayMsMax: 2 * retryDelayMsMax };
    this.#contention = new Backoff(contention, random);
  }

  /** Something worked: the next trouble is a new one. */
  reset(): void {
    this.#backoff.reset();
    this.#isSuspected = false;
  }

  /** Where `cause` leads: to a stop that needs a person, or to another try. */
  after(cause: Cause): Extract<AfterDraining, { name: 'waiting' | 'stopped' }> {
    if (cause.code === 'CW-2008' && !this.#isSuspected) {
      this.#isSuspected = true;
      return { name: 'waiting', cause, delayMs: this.#limits.suspectDelayMs };
    }
    if (isLasting(cause)) return { name: 'stopped', cause };
    const slow = slowCodes.has(cause.code);
    return {
      name: 'waiting',
      cause,
      delayMs: slow ? this.#limits.slowRetryDelayMs : this.#backoff.nextDelayMs(),
    };
  }

  /**
   * The first refusal of the fence leads to a look at once; repeated ones mean another live worker: step
   * back.
   */
  afterRefusal(cause: Cause, nowMs: number): AfterDraining {
    const single = nowMs - this.#contendedAtMs > contentionMemoryMs;
    this.#contendedAtMs = nowMs;
    if (!single) return { name: 'waiting', cause, delayMs: this.#contention.nextDelayMs() };
    this.#contention.reset();
    return { name: 'starting' };
  }
}
