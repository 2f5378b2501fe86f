// A connection for early fetches, opened when it is first needed. A fetch takes a little longer than a round
// trip, so the next one leaves before its answer has come: to wait for that would bring the fetches of two
// connections together after a while.
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { type Cause, causeOfError } from '../mirror/stop-cause.ts';

/** Fetches under way at once. */
const underWayMax = 2;

export class EarlyConnection {
  readonly #connect: () => Promise<BrokerConnection>;
  readonly #onFailed: (cause: Cause) => void;
  #connection: BrokerConnection | undefined;
  #opening = false;
  #ended: Cause | undefined;
  #underWay = 0;

  constructor(connect: () => Promise<BrokerConnection>, onFailed: (cause: Cause) => void) {
    this.#connect = connect;
    this.#onFailed = onFailed;
  }

  /** The connection, if it has room for a fetch. The first turn only opens it: later would be too late. */
  take(): BrokerConnection | undefined {
    if (this.#connection === undefined && !this.#opening) {
      this.#opening = true;
      this.#watch(this.#open());
    }
    return this.#underWay < underWayMax ? this.#connection : undefined;
  }

  /** A fetch on the connection. */
  carry(fetch: Promise<void>): void {
    this.#underWay += 1;
    this.#watch(
      fetch.finally(() => {
        this.#underWay -= 1;
      }),
    );
  }

  end(cause: Cause): void {
    this.#ended = cause;
    this.#connection?.destroy(cause.message);
  }

  async #open(): Promise<void> {
    this.#connection = await this.#connect();
    if (this.#ended !== undefined) this.#connection.destroy(this.#ended.message);
  }

  #watch(work: Promise<void>): void {
    work.catch((error: unknown) => this.#onFailed(causeOfError(error)));
  }
}
