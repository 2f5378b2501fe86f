// After a refused login the next one waits, longer each time: a wrong password stays wrong, and repeats lock
// accounts. One for all connections to a region, whoever makes them.
import { Backoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';

/** Short at first: a broker that has just started may not know its users yet. */
const restLimits = { delayMsMin: 1_000, delayMsMax: 60_000 };

interface Refusal {
  readonly error: CausewayError;
  readonly untilMs: number;
}

export class LoginRest {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #last: Refusal | undefined;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#backoff = new Backoff(restLimits, random);
  }

  /** Throws the last refusal, CW-3012 or CW-3014, while the rest lasts. */
  check(): void {
    if (this.#last !== undefined && this.#clock.monotonicMs() < this.#last.untilMs) throw this.#last.error;
  }

  /** How a login went: undefined where the broker took it. */
  note(refusal: CausewayError | undefined): void {
    if (refusal === undefined) {
      this.#last = undefined;
      this.#backoff.reset();
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    const restedMs = nowMs - (this.#last?.untilMs ?? nowMs);
    // Connections that were refused together are one refusal.
    if (restedMs < 0) return;
    if (restedMs > restLimits.delayMsMax) this.#backoff.reset();
    const delayMs = this.#backoff.nextDelayMs();
    const { code, message, details } = refusal;
    const next = new Date(this.#clock.wallMs() + delayMs).toISOString().slice(11, 19);
    const error = new CausewayError(
      code,
      `${message} (next login after ${next} UTC)`,
      details,
      refusal.cause,
    );
    this.#last = { error, untilMs: nowMs + delayMs };
  }
}
