// What one replica knows of each producer id at its log end (Kafka's ProducerStateManager, without
// transactions).
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { ProducerState } from '../../src/kafka/wire/messages.ts';
import type { StoredBatch } from './stored-batch.ts';

/** Batches of one id that are recognised as repeats. */
const remembered = 5;
const sequenceMax = 0x7fffffff;

interface Entry {
  epoch: number;
  lastTimestampMs: bigint;
  /** Oldest first. */
  batches: StoredBatch[];
}

/** A batch that is new (`append`), known (`repeat`), or refused with an error code. */
export type SequenceVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'repeat'; readonly of: StoredBatch }
  | { readonly kind: 'refused'; readonly errorCode: number };

type Incoming = Pick<StoredBatch, 'producerId' | 'producerEpoch' | 'firstSequence' | 'lastSequence'>;

export class ProducerStates {
  readonly #entries = new Map<bigint, Entry>();

  /** Judges a client's batch, which carries a producer id. */
  judge(batch: Incoming): SequenceVerdict {
    const entry = this.#entries.get(batch.producerId);
    if (entry === undefined) return { kind: 'append' };
    const repeated = entry.batches.find(
      (known) =>
        known.producerEpoch === batch.producerEpoch &&
        known.firstSequence === batch.firstSequence &&
        known.lastSequence === batch.lastSequence,
    );
    if (repeated !== undefined) return { kind: 'repeat', of: repeated };
    // "No epoch" is taken for "nothing known": any sequence fits.
    if (entry.epoch < 0 && batch.producerEpoch >= entry.epoch) return { kind: 'append' };
    if (batch.producerEpoch < entry.epoch) return refused(kafkaError.INVALID_PRODUCER_EPOCH);
    if (batch.producerEpoch > entry.epoch) {
      return batch.firstSequence === 0
        ? { kind: 'append' }
        : refused(kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
    const last = entry.batches.at(-1)?.lastSequence ?? -1;
    const next = last === sequenceMax ? 0 : last + 1;
    return batch.firstSequence === next
      ? { kind: 'append' }
      : refused(kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER);
  }

  /** Takes over a batch that stands in the log. */
  append(batch: StoredBatch): void {
    if (batch.producerId < 0n || batch.control) return;
    let entry = this.#entries.get(batch.producerId);
    if (entry === undefined || entry.epoch !== batch.producerEpoch) {
      entry = { epoch: batch.producerEpoch, lastTimestampMs: batch.maxTimestampMs, batches: [] };
      this.#entries.set(batch.producerId, entry);
    }
    entry.lastTimestampMs = batch.maxTimestampMs;
    entry.batches.push(batch);
    if (entry.batches.length > remembered) entry.batches.shift();
  }

  /**
   * State anew from what stands in the log. `remember` 1: after a restart, only the last batch is a known
   * repeat.
   */
  rebuild(batches: readonly StoredBatch[], remember: 'five' | 'last'): void {
    this.#entries.clear();
    for (const batch of batches) this.append(batch);
    if (remember === 'five') return;
    for (const entry of this.#entries.values()) entry.batches = entry.batches.slice(-1);
  }

  /** Forgets ids that were last used before `beforeMs`, by the timestamps of their batches. */
  expire(beforeMs: bigint): void {
    for (const [producerId, entry] of this.#entries) {
      if (entry.lastTimestampMs <= beforeMs) this.#entries.delete(producerId);
    }
  }

  forget(producerId: bigint): void {
    this.#entries.delete(producerId);
  }

  describe(): ProducerState[] {
    return [...this.#entries].map(([producerId, entry]) => ({
      producerId,
      producerEpoch: entry.epoch,
      lastSequence: entry.batches.at(-1)?.lastSequence ?? -1,
      lastTimestampMs: entry.lastTimestampMs,
      coordinatorEpoch: -1,
      currentTransactionStartOffset: -1n,
    }));
  }
}

const refused = (errorCode: number): SequenceVerdict => ({ kind: 'refused', errorCode });
