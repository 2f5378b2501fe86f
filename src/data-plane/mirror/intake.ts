// Cuts what was fetched into pieces that follow one another without a gap, from the position on: runs of
// batches that may be written, as they are or made again, and holes, offsets that no committed record uses.
import { CausewayError } from '../../base/errors.ts';
import { type AbortedTransaction, AbortedTransactions } from '../../kafka/batch/aborted-transactions.ts';
import {
  attributesOf,
  baseOffsetOf,
  isControl,
  isTransactional,
  lastOffsetDeltaOf,
  leaderEpochOf,
  magicOf,
} from '../../kafka/batch/header.ts';
import { madePieces, needsMaking } from '../../kafka/batch/re-encode.ts';
import { forEachBatch } from '../../kafka/batch/walk.ts';
import { asSource, type SourceOffset } from './offsets.ts';
import { type Cause, causeOf, causeOfError } from './stop-cause.ts';

/** Batches one behind the other that need no more than a patch of their headers. */
export interface Run {
  readonly kind: 'run';
  readonly bytes: Buffer;
  /** Batches that were made here: their memory is not the answer's. */
  readonly isMade: boolean;
}

/**
 * Offsets `[from, to)` of the source that carry no committed record: markers, records of aborted
 * transactions; in a soft partition also what compaction has emptied.
 */
export interface Holes {
  readonly kind: 'holes';
  readonly from: SourceOffset;
  readonly to: SourceOffset;
}

export type Piece = Run | Holes;

/** What is here already: everything below `position`; its last batch is of `leaderEpoch`. */
export interface Continued {
  readonly position: SourceOffset;
  readonly leaderEpoch: number;
  /** Of a soft partition: offsets that no batch holds are holes, not a stop. */
  readonly isSoft: boolean;
}

export interface Fetched {
  /** Where the fetch was asked to begin. */
  readonly asked: SourceOffset;
  readonly records: Buffer;
  /** The answer's own list. */
  readonly abortedTransactions: readonly AbortedTransaction[];
}

export interface Intake {
  readonly pieces: readonly Piece[];
  /** Leader epoch under which the source appended the last batch that was taken; -1 where there is none. */
  readonly leaderEpoch: number;
  /** Source offset after the last piece. */
  readonly next: SourceOffset;
  /** What stopped the walk, if anything did. */
  readonly cause: Cause | undefined;
}

/**
 * Cuts a fetch answer from `position` on. Undefined where it is no continuation of what is here.
 *
 * Of a fetch from before the position, the batch that ends there must be the one that is here: a leader
 * epoch has only one batch at an offset. Of one from beyond it, the broker has compared the epochs (KIP-320).
 */
export function takeIn(fetched: Fetched, continued: Continued): Intake | undefined {
  const cut = new Cut(fetched, continued);
  if (cut.isOther) return undefined;
  let cause: Cause | undefined;
  try {
    forEachBatch(fetched.records, (start, length) => {
      cause = cut.take(start, length);
      return cause === undefined && !cut.isOther;
    });
  } catch (error) {
    // Bytes that are no batch: what came before them is still good. In an answer from before the position
    // they are not looked into: they are asked for again, from the position on.
    if (!(error instanceof CausewayError)) throw error;
    if (cut.isBefore) return undefined;
    cause = causeOfError(error);
  }
  if (cut.isOther || cut.isBefore) return undefined;
  return { ...cut.taken(), cause };
}

class Cut {
  /** The walk has not come to the position yet. */
  isBefore: boolean;
  /** The answer does not continue what is here. */
  isOther = false;
  readonly #records: Buffer;
  readonly #aborted: AbortedTransactions;
  readonly #continued: Continued;
  readonly #pieces: Piece[] = [];
  #next: bigint;
  #leaderEpoch = -1;
  /** The run under way, in bytes of the answer; it ends at 0 where there is none. */
  #runFrom = 0;
  #runTo = 0;

  constructor({ asked, records, abortedTransactions }: Fetched, continued: Continued) {
    this.#records = records;
    this.#continued = continued;
    this.#aborted = new AbortedTransactions(abortedTransactions);
    this.#next = continued.position;
    this.isBefore = asked < continued.position;
    if (asked > continued.position) {
      this.isOther = records.length < 17 || baseOffsetOf(records, 0) !== continued.position;
    }
  }

  taken(): Omit<Intake, 'cause'> {
    this.#endRun();
    return { pieces: this.#pieces, leaderEpoch: this.#leaderEpoch, next: asSource(this.#next) };
  }

  /** Takes one batch, or says why not. Throws CW-3005 and its like where it has to be made and cannot. */
  take(start: number, length: number): Cause | undefined {
    const records = this.#records;
    if (magicOf(records, start) !== 2) return this.#refuseFormat(start);
    if (this.isBefore) return this.#passOver(start);
    const attributes = attributesOf(records, start);
    const base = baseOffsetOf(records, start);
    const isVisible = this.#isVisible(start, attributes);
    if (base > this.#next) {
      if (!this.#continued.isSoft) return gapCause(this.#next, base);
      this.#addHoles(base);
      this.#next = base;
    }
    const end = base + BigInt(lastOffsetDeltaOf(records, start) + 1);
    if (!isVisible) this.#addHoles(end);
    else if (needsMaking(records, start, this.#next)) {
      const cause = this.#make(start);
      if (cause !== undefined) return cause;
    } else this.#addToRun(start, length);
    if (end > this.#next) this.#next = end;
    this.#leaderEpoch = leaderEpochOf(records, start);
    return undefined;
  }

  #addToRun(start: number, length: number): void {
    if (this.#runTo === 0) this.#runFrom = start;
    this.#runTo = start + length;
  }

  #make(start: number): Cause | undefined {
    const made = madePieces(this.#records, start, { from: this.#next });
    const hole = made.find(({ kind }) => kind === 'holes');
    if (hole !== undefined && !this.#continued.isSoft) return gapCause(hole.from, hole.to);
    this.#endRun();
    for (const piece of made) {
      if (piece.kind === 'holes') this.#addHoles(piece.to);
      else this.#pieces.push({ kind: 'run', bytes: piece.bytes, isMade: true });
      this.#next = piece.to;
    }
    return undefined;
  }

  #isVisible(start: number, attributes: number): boolean {
    if (!isControl(attributes) && !isTransactional(attributes)) return true;
    return this.#aborted.isVisible(this.#records, start);
  }

  /** What is here already still ends transactions that the answer names. */
  #passOver(start: number): undefined {
    const records = this.#records;
    const { position, leaderEpoch } = this.#continued;
    const end = baseOffsetOf(records, start) + BigInt(lastOffsetDeltaOf(records, start) + 1);
    this.#isVisible(start, attributesOf(records, start));
    this.isOther = end > position || (end === position && leaderEpochOf(records, start) !== leaderEpoch);
    if (end === position) this.isBefore = false;
    return undefined;
  }

  #refuseFormat(start: number): Cause | undefined {
    if (this.isBefore) {
      this.isOther = true;
      return undefined;
    }
    const format = magicOf(this.#records, start);
    return causeOf('CW-2013', `source offset ${this.#next}: message format ${format}`);
  }

  #addHoles(to: bigint): void {
    if (to <= this.#next) return;
    this.#endRun();
    const last = this.#pieces.at(-1);
    const from = last?.kind === 'holes' ? last.from : asSource(this.#next);
    if (last?.kind === 'holes') this.#pieces.pop();
    this.#pieces.push({ kind: 'holes', from, to: asSource(to) });
  }

  #endRun(): void {
    if (this.#runTo === 0) return;
    const bytes = this.#records.subarray(this.#runFrom, this.#runTo);
    this.#pieces.push({ kind: 'run', bytes, isMade: false });
    this.#runTo = 0;
  }
}

const gapCause = (from: bigint, to: bigint): Cause =>
  causeOf('CW-2011', `the source skips from offset ${from} to ${to}`, { from, to });
