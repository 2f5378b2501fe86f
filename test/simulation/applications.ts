// Applications that write one partition of the source in transactions: committed, aborted, interleaved,
// left open for a while.
import { pick, type Random } from '../../src/base/random.ts';
import { DirectTransactions } from '../broker-model/direct-transactions.ts';
import type { Replica } from '../broker-model/replica.ts';

interface Application {
  readonly transactions: DirectTransactions;
  isOpen: boolean;
}

export class Applications {
  readonly #applications: readonly Application[];
  readonly #random: Random;
  readonly #nextValue: () => string;
  readonly #nextKey: (() => string) | undefined;

  constructor(count: number, random: Random, nextValue: () => string, nextKey?: () => string) {
    this.#random = random;
    this.#nextValue = nextValue;
    this.#nextKey = nextKey;
    this.#applications = Array.from({ length: count }, (_, at) => ({
      transactions: new DirectTransactions(BigInt(100_000 + at)),
      isOpen: false,
    }));
  }

  /** One of them goes on: writes, or ends what it has written. */
  step(leader: Replica): void {
    if (this.#applications.length === 0) return;
    const application = pick(this.#random, this.#applications);
    if (application.isOpen && this.#random.int(3) === 0) this.#end(leader, application);
    else {
      const values = Array.from({ length: 1 + this.#random.int(4) }, () => this.#nextValue());
      const keys = this.#nextKey && values.map(this.#nextKey);
      const { errorCode } = application.transactions.write(leader, values, keys);
      application.isOpen = true;
      // What the source lost in an election: the application begins anew.
      if (errorCode !== 0) this.#end(leader, application, false);
    }
  }

  /** All of them, also where only the source knows that something is open. */
  endAll(leader: Replica): void {
    for (const application of this.#applications) this.#end(leader, application);
  }

  #end(leader: Replica, application: Application, committed = this.#random.int(3) > 0): void {
    application.transactions.end(leader, committed, this.#random.int(2) === 0);
    application.isOpen = false;
  }
}
