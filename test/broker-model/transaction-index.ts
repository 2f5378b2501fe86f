// The aborted transactions of one partition's log, in the order of their markers, and which of them a
// read-committed fetch is told of (Kafka's TransactionIndex.collectAbortedTxns).
import type { EndedTransaction } from './open-transactions.ts';

export type AbortedTransaction = Pick<
  EndedTransaction,
  'producerId' | 'firstOffset' | 'markerOffset' | 'stableOffset'
>;

export class TransactionIndex {
  #aborted: AbortedTransaction[] = [];

  get all(): readonly AbortedTransaction[] {
    return this.#aborted;
  }

  append(aborted: AbortedTransaction): void {
    this.#aborted.push(aborted);
  }

  /** The log ends at `logEnd` again. */
  truncate(logEnd: bigint): void {
    this.#aborted = this.#aborted.filter(({ markerOffset }) => markerOffset < logEnd);
  }

  /** After a kill: the index of the last segment is made again from the transactions that end in it. */
  reread(from: bigint, ended: readonly EndedTransaction[]): void {
    this.truncate(from);
    this.#aborted.push(...ended.filter(({ committed }) => !committed));
  }

  replace(aborted: readonly AbortedTransaction[]): void {
    this.#aborted = [...aborted];
  }

  /** Those that overlap [`from`, `bound`). Nothing behind `bound` matters once all before it is stable. */
  collect(from: bigint, bound: bigint): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (const each of this.#aborted) {
      if (each.markerOffset >= from && each.firstOffset < bound) found.push(each);
      if (each.stableOffset >= bound) break;
    }
    return found;
  }
}
