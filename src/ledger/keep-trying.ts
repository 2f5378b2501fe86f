// Tries again, with growing delays, what passes by itself: elections, restarts, lost connections.
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { CausewayError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';

export const retryDelays = { delayMsMin: 50, delayMsMax: 2_000 };

export interface Persistence {
  readonly clock: Clock;
  readonly random: Random;
  /** No try begins later than this after the first. */
  readonly giveUpMs: number;
  readonly signal?: AbortSignal;
}

/** What waiting does not mend. */
const lasting: ReadonlySet<string> = new Set(['CW-4001', 'CW-4004', 'CW-4006', 'CW-4009']);

/**
 * Runs `attempt` until it succeeds. An error that is no CausewayError is a defect and goes up at once, and so do
 * those that last; others are tried again until `giveUpMs` have passed, then `onGiveUp` makes the error.
 */
export async function keepTrying<T>(
  { clock, random, giveUpMs, signal }: Persistence,
  attempt: () => Promise<T>,
  onGiveUp: (last: CausewayError, tries: number) => CausewayError,
): Promise<T> {
  const backoff = new Backoff(retryDelays, random);
  const untilMs = clock.monotonicMs() + giveUpMs;
  for (let tries = 1; ; tries += 1) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof CausewayError) || lasting.has(error.code)) throw error;
      const delayMs = backoff.nextDelayMs();
      if (clock.monotonicMs() + delayMs > untilMs) throw onGiveUp(error, tries);
      await clock.sleep(delayMs, signal);
    }
  }
}
