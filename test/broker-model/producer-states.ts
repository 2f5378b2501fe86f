// What one replica knows of each producer id at its log end (Kafka's ProducerStateManager, ProducerStateEntry
// and ProducerAppendInfo).
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { ProducerState } from '../../src/kafka/wire/messages.ts';
import { type EndedTransaction, OpenTransactions } from './open-transactions.ts';
import { maxOf } from './partition-log.ts';
import type { StoredBatch } from './stored-batch.ts';

/** Batches of one id that are recognised as repeats. */
const remembered = 5;
const sequenceMax = 0x7fffffff;

interface Entry {
  epoch: number;
  /** Of the last marker; -1 before the first. */
  coordinatorEpoch: number;
  lastTimestampMs: bigint;
  /** Data of the present epoch, oldest first. */
  batches: readonly StoredBatch[];
}

/** All that is known of each id at one offset, as a broker writes it down. */
interface Snapshot {
  /** Where a segment begins, or where the log ended when the broker was started. */
  readonly at: 'segment' | 'start';
  readonly offset: bigint;
  readonly entries: ReadonlyMap<bigint, Readonly<Entry>>;
  readonly open: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
}

/** What a broker that was killed has found in the last segment, which it reads again. */
interface Reread {
  readonly from: bigint;
  readonly ended: readonly EndedTransaction[];
}

/** What stands in the replica's log. */
interface LogView {
  readonly batches: readonly StoredBatch[];
  readonly start: bigint;
  readonly end: bigint;
}

/** A batch that is new (`append`), known (`repeat`), or refused with an error code. */
export type SequenceVerdict =
  | { readonly kind: 'append' }
  | { readonly kind: 'repeat'; readonly of: StoredBatch }
  | { readonly kind: 'refused'; readonly errorCode: number };

type Incoming = Pick<
  StoredBatch,
  'producerId' | 'producerEpoch' | 'firstSequence' | 'lastSequence' | 'transactional'
>;
type IncomingMarker = Pick<StoredBatch, 'producerId' | 'producerEpoch' | 'marker'>;

export class ProducerStates {
  readonly #entries = new Map<bigint, Entry>();
  readonly #transactions = new OpenTransactions();
  /** The lowest sequence of each id of which a coordinator was asked, until one was appended. */
  readonly #verified = new Map<bigint, { readonly epoch: number; readonly lowest: number }>();
  /** From the last one and what stands behind it the state can be made again. By offset. */
  #snapshots: Snapshot[] = [];

  /** The first offset that read-committed readers have to wait at; undefined where there is none. */
  get firstUnstable(): bigint | undefined {
    return this.#transactions.firstUnstable;
  }

  /** What lies below `offset` is replicated, or deleted. */
  replicated(offset: bigint): void {
    this.#transactions.replicated(offset);
  }

  /** Whether the id has a transaction open here. */
  isOpen(producerId: bigint): boolean {
    return this.#transactions.startOf(producerId) !== undefined;
  }

  /** Whether the id has a transaction open here in this very epoch. */
  isOpenAt({ producerId, producerEpoch }: Pick<StoredBatch, 'producerId' | 'producerEpoch'>): boolean {
    return this.isOpen(producerId) && this.#entries.get(producerId)?.epoch === producerEpoch;
  }

  /** A transactional batch of an id that has no transaction open here waits for its coordinator's word. */
  verifies({ producerId, producerEpoch, firstSequence }: Incoming): void {
    // An older epoch is refused before anybody is asked.
    if (producerEpoch < (this.#entries.get(producerId)?.epoch ?? -1)) return;
    const known = this.#verified.get(producerId);
    const same = known?.epoch === producerEpoch;
    if (known === undefined || producerEpoch > known.epoch || (same && firstSequence < known.lowest)) {
      this.#verified.set(producerId, { epoch: producerEpoch, lowest: firstSequence });
    }
  }

  /** Judges a client's batch, which carries a producer id. */
  judge(batch: Incoming): SequenceVerdict {
    const entry = this.#entries.get(batch.producerId);
    const asked = this.#verified.get(batch.producerId);
    const late = batch.firstSequence > (asked?.lowest ?? sequenceMax);
    if (entry === undefined) {
      return late ? refused(kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER) : { kind: 'append' };
    }
    const repeated = entry.batches.find(
      (known) =>
        known.producerEpoch === batch.producerEpoch &&
        known.firstSequence === batch.firstSequence &&
        known.lastSequence === batch.lastSequence,
    );
    if (repeated !== undefined) return { kind: 'repeat', of: repeated };
    if (batch.producerEpoch < entry.epoch) return refused(kafkaError.INVALID_PRODUCER_EPOCH);
    if (late || !fits(entry, batch)) return refused(kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER);
    if (!batch.transactional && this.isOpen(batch.producerId)) return refused(kafkaError.INVALID_TXN_STATE);
    return { kind: 'append' };
  }

  /** Judges a marker of a coordinator, or of whoever may write one. Returns an error code. */
  judgeMarker({ producerId, producerEpoch, marker }: IncomingMarker): number {
    const entry = this.#entries.get(producerId);
    if (entry === undefined || marker === undefined) return kafkaError.NONE;
    if (producerEpoch < entry.epoch) return kafkaError.INVALID_PRODUCER_EPOCH;
    const late = marker.coordinatorEpoch < entry.coordinatorEpoch;
    return late ? kafkaError.TRANSACTION_COORDINATOR_FENCED : kafkaError.NONE;
  }

  /** Takes over a batch that stands in the log. Returns the transaction that it ends, if it ends one. */
  append(batch: StoredBatch): EndedTransaction | undefined {
    const { producerId, baseOffset, marker } = batch;
    // The record of a control batch may have gone with its whole transaction.
    if (producerId < 0n || (batch.control && marker === undefined)) return undefined;
    if (batch.transactional) this.#verified.delete(producerId);
    const entry = this.#entryOf(batch);
    entry.lastTimestampMs = batch.maxTimestampMs;
    if (marker !== undefined) {
      entry.coordinatorEpoch = marker.coordinatorEpoch;
      return this.#transactions.end(producerId, baseOffset, marker.committed);
    }
    entry.batches = [...entry.batches, batch].slice(-remembered);
    if (batch.transactional && !this.isOpen(producerId)) this.#transactions.begin(producerId, baseOffset);
    return undefined;
  }

  /** The id's entry at the batch's epoch: another epoch begins without batches. */
  #entryOf({ producerId, producerEpoch }: StoredBatch): Entry {
    let entry = this.#entries.get(producerId);
    if (entry === undefined) {
      entry = { epoch: producerEpoch, coordinatorEpoch: -1, lastTimestampMs: -1n, batches: [] };
      this.#entries.set(producerId, entry);
    }
    if (entry.epoch !== producerEpoch) {
      entry.epoch = producerEpoch;
      entry.batches = [];
    }
    return entry;
  }

  /** Writes down what is known; `offset` is the log end. */
  takeSnapshot(offset: bigint, at: Snapshot['at']): void {
    const entries = new Map([...this.#entries].map(([id, entry]) => [id, { ...entry }]));
    this.#snapshots = [
      ...this.#snapshots.filter((each) => each.offset < offset),
      { at, offset, entries, open: this.#transactions.open },
    ];
  }

  /**
   * State anew after a start: of a broker that was stopped in order from what it wrote down, of one that was
   * killed from its last segment, also from what lies below the log start in it; that is then written down.
   * Of each id only the last batch is a known repeat.
   */
  restart(log: LogView, after: { readonly clean: boolean; readonly expiredMs: bigint }): Reread | undefined {
    let reread: Reread | undefined;
    this.#verified.clear();
    if (!after.clean) {
      this.#snapshots = this.#snapshots.filter(({ at }) => at === 'segment');
      const from = this.#snapshots.at(-1)?.offset ?? 0n;
      this.#load(log, after.expiredMs);
      const read = log.batches.filter(({ baseOffset }) => baseOffset >= from);
      reread = { from, ended: read.flatMap((batch) => this.append(batch) ?? []) };
    }
    this.takeSnapshot(log.end, 'start');
    this.rebuild(log, after.expiredMs);
    return reread;
  }

  /** State anew from the last snapshot and what stands behind it in the log. */
  rebuild(log: LogView, expiredMs: bigint): void {
    const from = maxOf(this.#load(log, expiredMs), log.start);
    for (const batch of log.batches) if (batch.lastOffset >= from) this.append(batch);
  }

  /**
   * Takes over the last snapshot inside of the log, without ids that were last used before `expiredMs`, and
   * returns where it was taken. One at the log start is deleted with what is below: where all records of a
   * log are gone, nothing is known of any id (ProducerStateManager, truncateAndReload and
   * loadFromSnapshot).
   */
  #load({ start, end }: LogView, expiredMs: bigint): bigint {
    this.#entries.clear();
    this.#transactions.clear();
    this.#snapshots = this.#snapshots.filter(({ offset }) => offset <= end && offset > start);
    const { offset, entries, open } = this.#snapshots.at(-1) ?? nothingKnown;
    for (const { producerId, firstOffset } of open) this.#transactions.begin(producerId, firstOffset);
    for (const [id, entry] of entries) {
      // A snapshot has one timestamp for an id: also a repeat of its last batch is answered with that.
      const { lastTimestampMs: maxTimestampMs } = entry;
      const batches = entry.batches.slice(-1).map((batch) => ({ ...batch, maxTimestampMs }));
      this.#entries.set(id, { ...entry, batches });
    }
    this.expire(expiredMs);
    return offset;
  }

  /** The log begins anew elsewhere: nothing is known. */
  clear(): void {
    this.#snapshots = [];
    this.#entries.clear();
    this.#transactions.clear();
  }

  /** Forgets ids that were last used before `beforeMs`, by the timestamps of their batches; how many. */
  expire(beforeMs: bigint): number {
    const before = this.#entries.size;
    for (const [producerId, entry] of this.#entries) {
      if (entry.lastTimestampMs <= beforeMs && !this.isOpen(producerId)) this.#entries.delete(producerId);
    }
    return before - this.#entries.size;
  }

  /** What the cleaner must keep of each id: its last data batch, or its last marker. */
  lastOf(
    producerId: bigint,
  ): { readonly epoch: number; readonly dataOffset: bigint | undefined } | undefined {
    const entry = this.#entries.get(producerId);
    return entry && { epoch: entry.epoch, dataOffset: entry.batches.at(-1)?.lastOffset };
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
      coordinatorEpoch: entry.coordinatorEpoch,
      currentTransactionStartOffset: this.#transactions.startOf(producerId) ?? -1n,
    }));
  }
}

/** Whether the batch's sequence follows what is known. "No epoch" is taken for "nothing known". */
function fits(entry: Entry, { producerEpoch, firstSequence }: Incoming): boolean {
  if (entry.epoch < 0) return true;
  if (producerEpoch > entry.epoch) return firstSequence === 0;
  const last = entry.batches.at(-1)?.lastSequence ?? -1;
  return firstSequence === (last === sequenceMax ? 0 : last + 1);
}

const nothingKnown: Omit<Snapshot, 'at'> = { offset: 0n, entries: new Map(), open: [] };

const refused = (errorCode: number): SequenceVerdict => ({ kind: 'refused', errorCode });
