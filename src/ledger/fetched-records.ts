// From one fetch answer of a ledger topic to the records that a read-committed consumer sees.
import { CausewayError } from '../base/errors.ts';
import { attributesOf, baseOffsetOf, isControl, isTransactional } from '../kafka/batch/header.ts';
import { lastOffsetDeltaOf, producerIdOf } from '../kafka/batch/header.ts';
import { forEachBatch } from '../kafka/batch/walk.ts';
import type { FetchedPartition } from '../kafka/client/messages.ts';
import { decodeBatch, type RawRecord } from './record-batch.ts';

/** A batch that cannot be decoded. */
export interface BadBatch {
  readonly offset: bigint;
  readonly why: string;
}

export interface FetchedRecords {
  readonly records: readonly RawRecord[];
  readonly badBatches: readonly BadBatch[];
  /** Where the next fetch begins. */
  readonly nextOffset: bigint;
}

/** `from` is the offset that was asked for; records of the first batch below it are passed over. */
export function recordsOf(partition: FetchedPartition, from: bigint): FetchedRecords {
  const aborted = new AbortedTransactions(partition.abortedTransactions);
  const records: RawRecord[] = [];
  const badBatches: BadBatch[] = [];
  let nextOffset = from;
  forEachBatch(partition.records, (start, length) => {
    const bytes = partition.records.subarray(start, start + length);
    const lastOffset = baseOffsetOf(bytes, 0) + BigInt(lastOffsetDeltaOf(bytes, 0));
    if (lastOffset < from) return true;
    nextOffset = lastOffset + 1n;
    if (!aborted.isVisible(bytes, lastOffset)) return true;
    try {
      records.push(...decodeBatch(bytes).filter(({ offset }) => offset >= from));
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      badBatches.push({ offset: baseOffsetOf(bytes, 0), why: error.message });
    }
    return true;
  });
  return { records, badBatches, nextOffset };
}

/** Follows a fetch answer batch by batch, as KafkaConsumer's CompletedFetch does. */
class AbortedTransactions {
  readonly #ahead: { producerId: bigint; firstOffset: bigint }[];
  readonly #open = new Set<bigint>();

  constructor(aborted: FetchedPartition['abortedTransactions']) {
    this.#ahead = [...aborted].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  }

  isVisible(batch: Buffer, lastOffset: bigint): boolean {
    const attributes = attributesOf(batch, 0);
    const producerId = producerIdOf(batch, 0);
    for (let next = this.#ahead[0]; next !== undefined && next.firstOffset <= lastOffset; ) {
      this.#open.add(next.producerId);
      this.#ahead.shift();
      next = this.#ahead[0];
    }
    if (isControl(attributes)) {
      this.#open.delete(producerId);
      return false;
    }
    return !(isTransactional(attributes) && this.#open.has(producerId));
  }
}
