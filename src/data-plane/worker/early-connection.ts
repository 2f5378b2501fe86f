// A connection for early fetches, opened when it is first needed. A fetch takes a little longer than a round
// trip, so the next one leaves before its answer has come: to wait for that would bring the fetches of two
// connections together after a while.
import type { Clock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { type Cause, causeOfError } from '../mirror/stop-cause.ts';

/** Fetches under way at once. */
const underWayMax = 2;
/** After a failure no other connection is opened for so long. */
const pauseMs = 1_000;

export class EarlyConnection {
  readonly #connect: () => Promise<BrokerConnection>;
  readonly #clock: Clock;
  readonly #onDefect: (cause: Cause) => void;
  #connection: BrokerConnection | undefined;
  #opening = false;
  #ended: Cause | undefined;
  #underWay = 0;
  #pausedUntilMs = 0;

  /**
   * What the connection meets costs only itself: the lane's own meets the same, if there is something to it.
   * All other errors are told.
   */
  constructor(connect: () => Promise<BrokerConnection>, clock: Clock, onDefect: (cause: Cause) => void) {
    this.#connect = connect;
    this.#clock = clock;
    this.#onDefect = onDefect;
  }

  /** The connection, if it has room for a fetch. The first turn only opens it: later would be too late. */
  take(): BrokerConnection | undefined {
    // A broker ends what nobody has used for a while.
    if (this.#connection?.closed === true) this.#connection = undefined;
    if (this.#connection === undefined) this.#openOnce();
    return this.#underWay < underWayMax ? this.#connection : undefined;
  }

  /** A fetch on the connection. */
  carry(fetch: Promise<void>): void {
    const connection = this.#connection;
    this.#underWay += 1;
    this.#watch(
      fetch.finally(() => {
        this.#underWay -= 1;
      }),
      connection,
    );
  }

  end(cause: Cause): void {
    this.#ended = cause;
    this.#connection?.destroy(cause.message);
  }

  #openOnce(): void {
    if (this.#opening || this.#clock.monotonicMs() < this.#pausedUntilMs) return;
    this.#opening = true;
    const opening = this.#open().finally(() => {
      this.#opening = false;
    });
    this.#watch(opening, undefined);
  }

  async #open(): Promise<void> {
    const connection = await this.#connect();
    this.#connection = connection;
    if (this.#ended !== undefined) connection.destroy(this.#ended.message);
  }

  #watch(work: Promise<void>, connection: BrokerConnection | undefined): void {
    work.catch((error: unknown) => {
      const cause = causeOfError(error);
      if (!(error instanceof CausewayError)) return this.#onDefect(cause);
      connection?.destroy(cause.message);
      if (connection === this.#connection) this.#connection = undefined;
      this.#pausedUntilMs = this.#clock.monotonicMs() + pauseMs;
    });
  }
}
