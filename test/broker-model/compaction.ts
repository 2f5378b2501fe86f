// The log cleaner of the model: one pass over the closed part of a log (Kafka's Cleaner.cleanInto and
// CleanedTransactionMetadata). Offsets stay; what is superseded, aborted, or a marker of nothing goes.
import { type DecodedRecord, decodeBatch } from '../../src/kafka/batch/decode-batch.ts';
import { deleteHorizonOf, withoutRecords, withRecords } from './cleaned-batch.ts';
import { type StoredBatch, storedBatch } from './stored-batch.ts';
import type { AbortedTransaction } from './transaction-index.ts';

export interface Cleaning {
  /** Batches that end below it are cleaned; it is a boundary between batches. */
  readonly upTo: bigint;
  readonly nowMs: bigint;
  /** `delete.retention.ms`: how long tombstones and markers outlive the first pass that could take them. */
  readonly deleteRetentionMs: bigint;
  /** What must be kept of an id: its last data, or where it has none, markers of its epoch. */
  readonly lastOf: (
    producerId: bigint,
  ) => { readonly epoch: number; readonly dataOffset: bigint | undefined } | undefined;
}

export interface Cleaned {
  readonly batches: readonly StoredBatch[];
  readonly aborted: readonly AbortedTransaction[];
}

export function cleaned(
  batches: readonly StoredBatch[],
  aborted: readonly AbortedTransaction[],
  cleaning: Cleaning,
): Cleaned {
  const closed = batches.filter(({ lastOffset }) => lastOffset < cleaning.upTo);
  const newest = newestOffsets(closed, new Transactions(aborted));
  const transactions = new Transactions(aborted);
  const kept = closed.flatMap((batch) => {
    const bytes = cleanedBatch(batch, transactions.read(batch), newest, cleaning);
    return bytes === undefined ? [] : [bytes === batch.bytes ? batch : storedBatch(bytes)];
  });
  const later = aborted.filter(({ markerOffset }) => markerOffset >= cleaning.upTo);
  return {
    batches: [...kept, ...batches.slice(closed.length)],
    aborted: [...transactions.stillAborted, ...later],
  };
}

/** The last offset of each key, of records that are not aborted. */
function newestOffsets(batches: readonly StoredBatch[], transactions: Transactions): Map<string, bigint> {
  const newest = new Map<string, bigint>();
  for (const batch of batches) {
    if (transactions.read(batch) || batch.control) continue;
    for (const { key, offset } of decodeBatch(batch.bytes)) {
      if (key !== undefined) newest.set(key.toString('hex'), offset);
    }
  }
  return newest;
}

/** What is left of a batch; undefined for nothing. `discards`: it is aborted, or a marker of nothing. */
function cleanedBatch(
  batch: StoredBatch,
  discards: boolean,
  newest: ReadonlyMap<string, bigint>,
  cleaning: Cleaning,
): Buffer | undefined {
  const { bytes } = batch;
  const horizonMs = deleteHorizonOf(bytes);
  const isOver = horizonMs !== undefined && horizonMs <= cleaning.nowMs;
  const all = decodeBatch(bytes);
  const keeps = (record: DecodedRecord): boolean => {
    if (batch.control) return true;
    if (record.key === undefined || newest.get(record.key.toString('hex')) !== record.offset) return false;
    return record.value !== undefined || !isOver;
  };
  const gone = discards && (!batch.control || isOver);
  const records = gone ? [] : all.filter(keeps);
  if (records.length === 0) {
    const last = isLastOfProducer(batch, cleaning) || batch.lastOffset + 1n === cleaning.upTo;
    return last ? withoutRecords(bytes) : undefined;
  }
  const mayGoLater = batch.control ? discards : records.some(({ value }) => value === undefined);
  const begins = mayGoLater && horizonMs === undefined;
  if (records.length === all.length && !begins) return bytes;
  return withRecords(bytes, records, begins ? cleaning.nowMs + cleaning.deleteRetentionMs : horizonMs);
}

function isLastOfProducer(batch: StoredBatch, { lastOf }: Cleaning): boolean {
  const last = batch.producerId < 0n ? undefined : lastOf(batch.producerId);
  if (last === undefined) return false;
  if (last.dataOffset !== undefined) return batch.lastOffset === last.dataOffset;
  return batch.control && batch.producerEpoch === last.epoch;
}

interface AbortedHere {
  readonly transaction: AbortedTransaction;
  seen: boolean;
}

/** Shown the batches of a log in their order: which of them belong to nothing that is committed. */
class Transactions {
  /** Aborted ones of which data was there: their markers stay, and they stay listed. */
  readonly stillAborted: AbortedTransaction[] = [];
  readonly #ahead: AbortedTransaction[];
  readonly #aborted = new Map<bigint, AbortedHere>();
  readonly #committed = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  }

  /** True for aborted data, and for markers of transactions without data. */
  read(batch: StoredBatch): boolean {
    this.#begin(batch.lastOffset);
    if (batch.control) return this.#readMarker(batch);
    if (!batch.transactional) return false;
    const aborted = this.#aborted.get(batch.producerId);
    if (aborted === undefined) {
      this.#committed.add(batch.producerId);
      return false;
    }
    aborted.seen = true;
    return true;
  }

  #readMarker({ producerId, marker }: StoredBatch): boolean {
    if (marker === undefined) return true;
    if (marker.committed) return !this.#committed.delete(producerId);
    const aborted = this.#aborted.get(producerId);
    this.#aborted.delete(producerId);
    if (aborted?.seen !== true) return true;
    this.stillAborted.push(aborted.transaction);
    return false;
  }

  #begin(lastOffset: bigint): void {
    for (let next = this.#ahead[0]; next !== undefined && next.firstOffset <= lastOffset; ) {
      if (!this.#aborted.has(next.producerId)) {
        this.#aborted.set(next.producerId, { transaction: next, seen: false });
      }
      this.#ahead.shift();
      next = this.#ahead[0];
    }
  }
}
