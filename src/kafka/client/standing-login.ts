// Keeps a connection logged in (KIP-368): once at its beginning, and again before the broker's patience ends.
// Meanwhile the broker takes nothing but the login, so new requests are held back, and leave in their order.
import type { Clock, Timer } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { SaslExchange } from '../security/sasl-exchange.ts';
import { logIn, type SendNow } from './login.ts';

export interface StandingLoginParts {
  /** Undefined where connections are not logged in. */
  readonly newLogin: () => SaslExchange | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** How a login went: what refused it, or undefined. */
  readonly onLogin: (refusal: CausewayError | undefined) => void;
  /** For each message. */
  readonly waitMs: number;
  readonly send: SendNow;
  /** A later login has failed: the connection is of no use any more. */
  readonly onFailed: (error: unknown) => void;
}

/** Of its time, what a login is used for before the next one: as Kafka's own clients do, spread at random. */
const usedShareMin = 0.85;
const usedShareSpread = 0.1;
/** What says that the login itself was refused, not that the connection was lost. */
const loginCodes: ReadonlySet<string> = new Set(['CW-3012', 'CW-3014']);
/** Longer timers do not exist. */
const timerMsMax = 2 ** 31 - 1;

export class StandingLogin {
  readonly #parts: StandingLoginParts;
  #timer: Timer | undefined;
  #held: (() => void)[] | undefined;

  constructor(parts: StandingLoginParts) {
    this.#parts = parts;
  }

  /** True while requests are held back. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** Throws CW-3012 or CW-3014. */
  async begin(): Promise<void> {
    const { newLogin, clock, random } = this.#parts;
    const exchange = newLogin();
    if (exchange === undefined) return;
    const holdsMs = await this.#logIn(exchange);
    if (holdsMs === 0) return;
    const dueMs = holdsMs * (usedShareMin + (random.int(1000) / 1000) * usedShareSpread);
    this.#timer = clock.schedule(Math.min(dueMs, timerMsMax), this.#again);
  }

  async #logIn(exchange: SaslExchange): Promise<number> {
    const { send, waitMs, onLogin } = this.#parts;
    try {
      const holdsMs = await logIn(exchange, send, waitMs);
      onLogin(undefined);
      return holdsMs;
    } catch (error) {
      if (error instanceof CausewayError && loginCodes.has(error.code)) onLogin(error);
      throw error;
    }
  }

  /** Calls `send` when nothing is held back any more, after everything that was held before. */
  hold<T>(send: () => Promise<T>): Promise<T> {
    const held = this.#held;
    if (held === undefined) return send();
    return new Promise((resolve, reject) => {
      held.push(() => {
        send().then(resolve, reject);
      });
    });
  }

  /** What is held is sent, and finds the connection closed. */
  close(): void {
    this.#timer?.cancel();
    this.#release();
  }

  readonly #again = (): void => {
    this.#held = [];
    this.begin().then(
      () => this.#release(),
      (error: unknown) => this.#parts.onFailed(error),
    );
  };

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const send of held ?? []) send();
  }
}
