// Transactions of one partition that hold the last stable offset back: open ones, and ended ones whose marker
// is not yet replicated (Kafka's ProducerStateManager: ongoingTxns, unreplicatedTxns).
import { minOf } from './partition-log.ts';

interface Ended {
  readonly firstOffset: bigint;
  readonly markerOffset: bigint;
}

/** A transaction that ended in this partition. */
export interface EndedTransaction extends Ended {
  readonly producerId: bigint;
  readonly committed: boolean;
  /** The last stable offset that its end leaves, with a high watermark that is far enough. */
  readonly stableOffset: bigint;
}

export class OpenTransactions {
  /** First offset of each producer id's open transaction. */
  readonly #open = new Map<bigint, bigint>();
  #unreplicated: Ended[] = [];

  begin(producerId: bigint, firstOffset: bigint): void {
    this.#open.set(producerId, firstOffset);
  }

  get open(): { readonly producerId: bigint; readonly firstOffset: bigint }[] {
    return [...this.#open].map(([producerId, firstOffset]) => ({ producerId, firstOffset }));
  }

  /** Where the id's open transaction begins in this partition. */
  startOf(producerId: bigint): bigint | undefined {
    return this.#open.get(producerId);
  }

  /** The marker at `markerOffset` ends the id's open transaction; undefined where none is open. */
  end(producerId: bigint, markerOffset: bigint, committed: boolean): EndedTransaction | undefined {
    const firstOffset = this.#open.get(producerId);
    if (firstOffset === undefined) return undefined;
    this.#open.delete(producerId);
    const ended = { firstOffset, markerOffset };
    this.#unreplicated.push(ended);
    const stableOffset = smallest(this.#open.values()) ?? markerOffset + 1n;
    return { ...ended, producerId, committed, stableOffset };
  }

  /** What lies below `offset` is replicated, or deleted. */
  replicated(offset: bigint): void {
    if (this.#unreplicated.length === 0) return;
    this.#unreplicated = this.#unreplicated.filter(({ markerOffset }) => markerOffset >= offset);
  }

  /** The first offset that is not decided for good; undefined where there is none. */
  get firstUnstable(): bigint | undefined {
    if (this.#open.size === 0 && this.#unreplicated.length === 0) return undefined;
    return smallest([...this.#open.values(), ...this.#unreplicated.map(({ firstOffset }) => firstOffset)]);
  }

  clear(): void {
    this.#open.clear();
    this.#unreplicated = [];
  }
}

function smallest(offsets: Iterable<bigint>): bigint | undefined {
  let found: bigint | undefined;
  for (const offset of offsets) found = found === undefined ? offset : minOf(found, offset);
  return found;
}
