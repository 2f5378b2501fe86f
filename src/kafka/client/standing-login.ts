// Keeps a connection logged in (KIP-368): once at its beginning, and again before the broker's patience ends.
// What a login begins with, a token maybe, is there before it begins. Then the broker takes nothing but the
// login, so new requests are held back, and leave in their order.
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
/** From an attempt for which no token was to be had until the next, while the present login holds. */
const tokenRetryMs = 1_000;
/** What says that the login itself was refused, not that the connection was lost. */
const loginCodes: ReadonlySet<string> = new Set(['CW-3012', 'CW-3014']);
/** Longer timers do not exist. */
const timerMsMax = 2 ** 31 - 1;

export class StandingLogin {
  readonly #parts: StandingLoginParts;
  #timer: Timer | undefined;
  /** When the present login ends, by the monotonic clock. */
  #endsMs = Number.POSITIVE_INFINITY;
  #held: (() => void)[] | undefined;
  #closed = false;

  constructor(parts: StandingLoginParts) {
    this.#parts = parts;
  }

  /** True while requests are held back. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** Throws CW-3012 or CW-3014. */
  async begin(): Promise<void> {
    const exchange = this.#parts.newLogin();
    if (exchange === undefined) return;
    try {
      await this.#carryOut(exchange, await exchange.start());
    } catch (error) {
      this.#note(error);
      throw error;
    }
  }

  async #carryOut(exchange: SaslExchange, first: Buffer): Promise<void> {
    const { send, waitMs, clock, random, onLogin } = this.#parts;
    const beganMs = clock.monotonicMs();
    const holdsMs = await logIn(exchange, first, send, waitMs);
    onLogin(undefined);
    if (holdsMs === 0) return;
    this.#endsMs = beganMs + holdsMs;
    const dueMs = holdsMs * (usedShareMin + (random.int(1000) / 1000) * usedShareSpread);
    this.#schedule(dueMs, this.#again);
  }

  readonly #again = (): void => {
    const exchange = this.#parts.newLogin();
    if (exchange === undefined) return;
    const late = () => this.#fail(new CausewayError('CW-3014', 'no token came while the last login held'));
    this.#schedule(this.#leftMs, late);
    exchange.start().then(
      (first) => this.#logInAgain(exchange, first),
      (error: unknown) => this.#tryLater(error),
    );
  };

  #logInAgain(exchange: SaslExchange, first: Buffer): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#held = [];
    this.#carryOut(exchange, first).then(
      () => this.#release(),
      (error: unknown) => this.#fail(error),
    );
  }

  /** The connection is good for as long as its present login. */
  #tryLater(error: unknown): void {
    const leftMs = this.#leftMs;
    if (leftMs > tokenRetryMs) this.#schedule(tokenRetryMs, this.#again);
    else this.#schedule(leftMs, () => this.#fail(error));
  }

  get #leftMs(): number {
    return Math.max(0, this.#endsMs - this.#parts.clock.monotonicMs());
  }

  #schedule(delayMs: number, fire: () => void): void {
    this.#timer?.cancel();
    if (!this.#closed) this.#timer = this.#parts.clock.schedule(Math.min(delayMs, timerMsMax), fire);
  }

  #fail(error: unknown): void {
    this.#note(error);
    this.#parts.onFailed(error);
  }

  #note(error: unknown): void {
    if (error instanceof CausewayError && loginCodes.has(error.code)) this.#parts.onLogin(error);
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
    this.#closed = true;
    this.#timer?.cancel();
    this.#release();
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    for (const send of held ?? []) send();
  }
}
