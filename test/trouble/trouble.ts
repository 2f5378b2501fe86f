// What a trouble is: how it comes about, what the operator is told, and what he does about it. The test
// makes each one happen, holds the product to its words, does what it says to do, and writes the page from
// the same data.
import type { TroubleWorld } from './trouble-world.ts';

export interface Step {
  /** As the page shows it: a command, or a sentence for what is no command. */
  readonly shown: string;
  run(world: TroubleWorld): Promise<void>;
}

export interface Trouble {
  readonly title: string;
  /** The topic that it happens to. */
  readonly topic: string;
  /** How it comes about, for the page. */
  readonly what: string;
  make(world: TroubleWorld): Promise<void>;
  /** Of the partition, by the ledger; `mirroring` where nothing stops. */
  readonly state: 'waiting' | 'stopped' | 'mirroring';
  readonly code?: string;
  /** In what `causeway mirrors explain` prints of it. */
  readonly says: readonly RegExp[];
  /** What is lost and what is not. */
  readonly lost: string;
  /** Empty: nothing is to be done. */
  readonly steps: readonly Step[];
  /** What must hold of it afterwards, besides that both sides are the same. */
  check?(world: TroubleWorld): Promise<void>;
  /** What the page says after the steps. */
  readonly after?: string;
}
