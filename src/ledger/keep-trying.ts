// Tries again, with growing delays, what passes by itself: elections, restarts, lost connections.
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { CausewayError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';

export const retryDelays = { delayMsMin: 50, delayMsMax: 2_000 };

export const triesText = (tries: number): string => (tries === 1 ? '1 try' : `${tries} tries`);

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
 * try that is under way then, or when `signal` aborts, is left to itself: the signal that it was given
 * aborts.
 */
export async function keepTrying<T>(
  { clock, random, giveUpMs, signal }: Persistence,
  attempt: (over: AbortSignal) => Promise<T>,
  onGiveUp: (last: CausewayError, tries: number) => CausewayError,
): Promise<T> {
  signal?.throwIfAborted();
  const backoff = new Backoff(retryDelays, random);
  const untilMs = clock.monotonicMs() + giveUpMs;
  let last = new CausewayError('CW-3004', `nothing was answered within ${giveUpMs} ms`);
  const over = new AbortController();
  const end = Promise.withResolvers<never>();
  over.signal.addEventListener('abort', () => end.reject(over.signal.reason as Error));
  const timer = clock.schedule(giveUpMs, () => over.abort(last));
  const onAbort = () => over.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (let tries = 1; ; tries += 1) {
      try {
        return await Promise.race([end.promise, attempt(over.signal)]);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof CausewayError) || lasting.has(error.code)) throw error;
        last = error;
        const delayMs = backoff.nextDelayMs();
        const isOver = over.signal.aborted || clock.monotonicMs() + delayMs > untilMs;
        if (isOver) throw onGiveUp(last, tries);
        await clock.sleep(delayMs, signal);
      }
    }
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
    over.abort();
  }
}
