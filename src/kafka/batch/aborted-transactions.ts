// Which batches of one fetch answer belong to aborted transactions: what KafkaConsumer's CompletedFetch does
// to read committed records only.
import { attributesOf, baseOffsetOf, isControl, isTransactional } from './header.ts';
import { lastOffsetDeltaOf, producerIdOf } from './header.ts';

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** Shown the batches of one fetch answer in their order, together with the answer's own list. */
export class AbortedTransactions {
  readonly #ahead: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = [...aborted].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  }

  /** False for control batches and for records of aborted transactions. The batch's header is at `at`. */
  isVisible(bytes: Buffer, at = 0): boolean {
    const attributes = attributesOf(bytes, at);
    const producerId = producerIdOf(bytes, at);
    // Before the marker is looked at: a fetch may begin inside a transaction, even at its marker.
    this.#begin(baseOffsetOf(bytes, at) + BigInt(lastOffsetDeltaOf(bytes, at)));
    if (isControl(attributes)) {
      this.#open.delete(producerId);
      return false;
    }
    return !(isTransactional(attributes) && this.#open.has(producerId));
  }

  #begin(lastOffset: bigint): void {
    for (let next = this.#ahead[0]; next !== undefined && next.firstOffset <= lastOffset; ) {
      this.#open.add(next.producerId);
      this.#ahead.shift();
      next = this.#ahead[0];
    }
  }
}
