// Applications that write one partition of the source in transactions: committed, aborted, interleaved,
// left open for a while.
import { pick, type Random } from '../../src/base/random.ts';
import { DirectTransactions } from '../broker-model/direct-transactions.ts';
import type { Replica } from '../broker-model/replica.ts';
import type { Writing } from './writing.ts';

interface Application {
  readonly transactions: DirectTransactions;
  isOpen: boolean;
}

export class Applications {
  readonly #applications: readonly Application[];

  constructor(count: number) {
    this.#applications = Array.from({ length: count }, (_, at) => ({
      transactions: new DirectTransactions(BigInt(100_000 + at)),
      isOpen: false,
    }));
  }

  /** One of them goes on: writes, or ends what it has written. */
  step(leader: Replica, writing: Writing): void {
    const { random } = writing;
    if (this.#applications.length === 0) return;
    const application = pick(random, this.#applications);
    if (application.isOpen && random.int(3) === 0) end(leader, application, random);
    else {
      const { errorCode } = application.transactions.append(leader, writing.batch(1 + random.int(4)));
      application.isOpen = true;
      // What the source lost in an election: the application begins anew.
      if (errorCode !== 0) end(leader, application, random, false);
    }
  }

  /** All of them, also where only the source knows that something is open. */
  endAll(leader: Replica, random: Random): void {
    for (const application of this.#applications) end(leader, application, random);
  }
}

function end(leader: Replica, application: Application, random: Random, committed = random.int(3) > 0): void {
  application.transactions.end(leader, committed, random.int(2) === 0);
  application.isOpen = false;
}
