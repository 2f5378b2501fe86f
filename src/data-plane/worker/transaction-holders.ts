// Names the producers whose open transactions hold mirrors up, by asking the leaders at the source: seldom,
// and only once it has lasted.
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Held, type Holdable, heldOf } from '../mirror/held.ts';
import type { MirrorSpec } from '../mirror/mirror-partition.ts';
import { type PartitionEnd, readTransactionAt } from '../mirror/partition-end.ts';

/** Most transactions are shorter: nobody is asked about them. */
const askAfterMs = 5_000;
const askEveryMs = 10_000;
/** Asked at once; the others have their turn at the next look. */
const asksMax = 100;

type HeldPartition = Holdable & { readonly spec: Pick<MirrorSpec, 'set' | 'topic' | 'partition'> };

export interface TransactionHoldersParts {
  /** Where the leader at the source is. Throws where it cannot be found. */
  readonly findEnd: (topic: string, partition: number) => Promise<PartitionEnd>;
  readonly clock: Clock;
  readonly log: Log;
}

export class TransactionHolders {
  readonly #parts: TransactionHoldersParts;
  readonly #asked = new WeakMap<HeldPartition, Pick<Held, 'stableOffset'> & { readonly atMs: number }>();
  #isAsking = false;

  constructor(parts: TransactionHoldersParts) {
    this.#parts = parts;
  }

  /** Asks where it is due, unless it still waits for answers. Never rejects: what is not known stays so. */
  async look(partitions: Iterable<HeldPartition>): Promise<void> {
    if (this.#isAsking) return;
    const due: { partition: HeldPartition; held: Held }[] = [];
    for (const partition of partitions) {
      const held = heldOf(partition);
      if (held !== undefined && this.#isDue(partition, held)) due.push({ partition, held });
      if (due.length === asksMax) break;
    }
    this.#isAsking = true;
    await Promise.all(due.map(({ partition, held }) => this.#ask(partition, held)));
    this.#isAsking = false;
  }

  #isDue(partition: HeldPartition, { stableOffset, sinceMs }: Held): boolean {
    const nowMs = this.#parts.clock.wallMs();
    if (nowMs - sinceMs < askAfterMs) return false;
    const asked = this.#asked.get(partition);
    return asked?.stableOffset !== stableOffset || nowMs - asked.atMs >= askEveryMs;
  }

  async #ask(partition: HeldPartition, { stableOffset }: Held): Promise<void> {
    const { findEnd, clock, log } = this.#parts;
    const { set, topic, partition: number } = partition.spec;
    this.#asked.set(partition, { stableOffset, atMs: clock.wallMs() });
    try {
      const producerId = await readTransactionAt(await findEnd(topic, number), stableOffset);
      if (producerId !== undefined) partition.view.nameHolder(stableOffset, producerId);
    } catch (error) {
      // It is shown as unknown, and asked again.
      const fields = { set, topic, partition: number, error: describeError(error) };
      log.debug(fields, 'the producer of an open transaction cannot be found out');
    }
  }
}
