// Tries again, with growing delays, what passes by itself: elections, restarts, lost connections.
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { CausewayError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';

export const retryDelays = { delayMsMin: 50, delayMsMax: 2_000 };

export interface Persistence {
  readonly clock: Clock;
  readonly random: Random;
  /** After this it is over, also in the middle of a try. */
  readonly giveUpMs: number;
  readonly signal?: AbortSignal;
}

/** What waiting does not mend. */
const lasting: ReadonlySet<string> = new Set(['CW-4001', 'CW-4004', 'CW-4006', 'CW-4009']);

/**
 * Runs `attempt` until it succeeds. An error that is no CausewayError is a defect and goes up at once, and so
 * do those that last; others are tried again until `giveUpMs` have passed, then `onGiveUp` makes the error. A
 * try that is under way then, or when `signal` aborts, is left to itself: the caller ends what it waits for.
 */
export async function keepTrying<T>(
  { clock, random, giveUpMs, signal }: Persistence,
  attempt: () => Promise<T>,
  onGiveUp: (last: CausewayError, tries: number) => CausewayError,
): Promise<T> {
  signal?.throwIfAborted();
  const backoff = new Backoff(retryDelays, random);
  const untilMs = clock.monotonicMs() + giveUpMs;
  let last = new CausewayError('CW-3004', `nothing was answered within ${giveUpMs} ms`);
  const over = Promise.withResolvers<never>();
  let isOver = false;
  const timer = clock.schedule(giveUpMs, () => {
    isOver = true;
    over.reject(last);
  });
  const onAbort = () => over.reject(signal?.reason as Error);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await Promise.race([over.promise, attempt()]);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof CausewayError) || lasting.has(error.code)) throw error;
        last = error;
        const delayMs = backoff.nextDelayMs();
        if (isOver || clock.monotonicMs() + delayMs > untilMs) throw onGiveUp(last, tries);
        await clock.sleep(delayMs, signal);
      }
    }
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}
