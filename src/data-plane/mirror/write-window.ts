// What one life of a mirror partition has fetched, sent and seen acknowledged: from its start point on until
// something makes the partition look at both logs anew. A new life has a window of its own.
import { invariant } from '../../base/errors.ts';
import type { FetchedPartition, Lease } from '../../kafka/wire/messages.ts';
import type { Filled, Guard, HolesToFill } from './fill.ts';
import { type Holes, takeIn } from './intake.ts';
import { type SourceOffset, type TargetOffset, toSource } from './offsets.ts';
import { isMixedEpoch, type MixedLimits } from './mixed-epochs.ts';
import { PieceQueue, type QueuedBatch } from './piece-queue.ts';
import type { StartPoint } from './start-procedure.ts';
import type { Cause } from './stop-cause.ts';
import { WriteHead } from './write-head.ts';

export interface WindowLimits {
  /** Bytes queued of one partition above which it is not fetched. */
  readonly queueBytesMax: number;
  /**
   * Batches in flight of one partition. The broker knows the last five again and refuses older repeats:
   * either way nothing is appended twice, so more than five may be under way.
   */
  readonly inFlightMax: number;
  /** Of soft partitions. */
  readonly mixed: MixedLimits;
}

/** A batch handed to a produce lane, patched. */
export interface Flight {
  readonly life: number;
  readonly batch: QueuedBatch;
  readonly expected: TargetOffset;
  /** Where the batch behind it is expected. */
  readonly next: TargetOffset;
}

export class WriteWindow {
  readonly life: number;
  readonly point: StartPoint;
  readonly #limits: WindowLimits;
  readonly #queue = new PieceQueue();
  readonly #head: WriteHead;
  #fetchNext: SourceOffset;
  #fetchedEpoch: number;
  #position: TargetOffset;
  /** Batches, and a run of holes, whose outcome is not known yet. */
  #inFlight = 0;
  #proven: boolean;
  #guard: Guard | undefined;
  /** Whatever the source brings meanwhile, data goes on once it is known where, and in which epoch. */
  #isFilling = false;
  /** A filler of ours has to come first, hole or not: it shuts out those that are not. */
  #needsFiller: boolean;
  #obstacleAhead: Cause | undefined;
  /** Of the source, when it was last seen. */
  #stableEnd: bigint;

  constructor(life: number, point: StartPoint, limits: WindowLimits) {
    this.life = life;
    this.point = point;
    this.#limits = limits;
    this.#head = new WriteHead(point);
    this.#position = point.position;
    this.#fetchNext = toSource(point.position, point.shift);
    this.#fetchedEpoch = point.tail.sourceEpoch;
    this.#proven = point.proven;
    this.#guard = point.guard;
    this.#needsFiller = point.isBehindFillers;
    this.#stableEnd = this.#fetchNext;
    if (point.holesTo !== undefined) this.#beginWithHoles(point.holesTo);
  }

  /** Nothing but holes comes next, up to `to`: no fetch would say so. */
  #beginWithHoles(to: SourceOffset): void {
    this.#queue.pushHoles({ kind: 'holes', from: this.#fetchNext, to });
    this.#fetchNext = to;
    this.#fetchedEpoch = -1;
  }

  /** Next target offset to be acknowledged. */
  get position(): TargetOffset {
    return this.#position;
  }
  /** Target offset less source offset, of what is written next. */
  get shift(): bigint {
    return this.#head.shift;
  }
  get queuedBytes(): number {
    return this.#queue.bytes;
  }
  get inFlight(): number {
    return this.#inFlight;
  }
  get isFull(): boolean {
    return this.#queue.bytes >= this.#limits.queueBytesMax;
  }
  /** What everything before has been written up to; undefined while something is left to write. */
  get reachedObstacle(): Cause | undefined {
    return this.#queue.isEmpty && this.#inFlight === 0 ? this.#obstacleAhead : undefined;
  }

  // ---- fetching ----------------------------------------------------------------------------------

  /** Where to fetch next; undefined while nothing should be fetched. */
  get fetchFrom(): { offset: SourceOffset; lastFetchedEpoch: number } | undefined {
    if (this.#obstacleAhead !== undefined || this.isFull) return undefined;
    return { offset: this.#fetchNext, lastFetchedEpoch: this.#fetchedEpoch };
  }

  /** Takes what a fetch at `asked` brought, as far as it is not here yet. */
  takeIn(asked: SourceOffset, answer: FetchedPartition, lease: Lease): void {
    if (this.#obstacleAhead !== undefined) return;
    this.#stableEnd = answer.lastStableOffset;
    const { isSoft } = this.point.writer;
    const continued = { position: this.#fetchNext, leaderEpoch: this.#fetchedEpoch, isSoft };
    const intake = takeIn({ asked, ...answer }, continued);
    if (intake === undefined) return;
    this.#queue.push(intake.pieces, lease);
    if (intake.pieces.length > 0) this.#fetchedEpoch = intake.leaderEpoch;
    this.#fetchNext = intake.next;
    // What lies before the obstacle is still written; the stop comes when nothing is left.
    this.#obstacleAhead = intake.cause;
  }

  // ---- writing -----------------------------------------------------------------------------------

  /** True while a batch may be sent. */
  get canProduce(): boolean {
    if (this.#isFilling || this.#needsFiller || this.#leavesMixed) return false;
    return this.#queue.firstBytes > 0 && this.#inFlight < (this.#proven ? this.#limits.inFlightMax : 1);
  }

  /** Bytes of the batch that `take` would give. */
  get nextBatchBytes(): number {
    return this.#queue.firstBytes;
  }

  /** Hands out the next batch, patched for the target. Call only while `canProduce`. */
  take(): Flight {
    invariant(this.canProduce, 'a batch was taken that may not be sent');
    const batch = this.#queue.take() as QueuedBatch;
    const expected = this.#head.stamp(batch);
    // The next run of holes is another one, with an epoch of its own unless this one is mixed.
    if (this.#guard?.hasBegun === true && !this.#isMixed) this.#guard = { ...this.#guard, hasBegun: false };
    this.#inFlight += 1;
    return { life: this.life, batch, expected, next: this.#head.next };
  }

  /** The holes that come next, once nothing is in flight; undefined where nothing is to be filled. */
  get holesToFill(): HolesToFill | undefined {
    const holes = this.#queue.firstHoles ?? this.#noHole;
    if (holes === undefined || this.#inFlight > 0) return undefined;
    const dataId = this.point.writer.isSoft ? this.#head.producerId : undefined;
    return {
      life: this.life,
      at: this.#position,
      holes,
      shift: this.#head.shift,
      guard: this.#guard,
      isShiftUntold: this.#needsFiller,
      dataId,
      mayMix: this.#mayMix,
    };
  }

  /** True where data goes on in a mixed epoch of ours. */
  get #isMixed(): boolean {
    const guard = this.#guard;
    return guard?.hasBegun === true && guard.isProven && isMixedEpoch(guard.producerEpoch);
  }

  /**
   * Late fillers that close an id before it are not kept out of a mixed epoch, and would not be told there:
   * an id with a predecessor has none.
   */
  get #mayMix(): boolean {
    const { dataIds = [], generationId } = this.point.writer;
    const { producerId } = this.#head;
    const isFirst = dataIds[0]?.producerId === producerId;
    const { from, below } = this.#limits.mixed;
    // Of what is left once the next batch is sent: it may be all.
    const next = toSource(this.#head.next, this.#head.shift) + BigInt(this.#queue.firstRecords);
    const behind = this.#stableEnd - next;
    return isFirst && producerId !== generationId && behind > (this.#isMixed ? below : from);
  }

  /** A mixed epoch ends where a record comes next, as soon as nothing is in flight. */
  get #leavesMixed(): boolean {
    return this.#isMixed && !this.#mayMix;
  }

  /** Where a filler of ours, or another epoch, is due and a record comes next. */
  get #noHole(): Holes | undefined {
    const isDue = (this.#needsFiller || this.#leavesMixed) && this.#queue.firstBytes > 0;
    const from = toSource(this.#position, this.#head.shift);
    return isDue ? { kind: 'holes', from, to: from } : undefined;
  }

  /** They are being filled: nothing else is sent until `land`. */
  beginFill(): void {
    invariant(this.#inFlight === 0, 'holes are filled while something is in flight');
    this.#inFlight = 1;
    this.#isFilling = true;
  }

  /** The log ends at `end` now, as far as holes were filled. */
  passHoles({ end, shift, guard, begins }: Filled): void {
    this.#isFilling = false;
    this.#guard = guard;
    this.#queue.fill(toSource(end, shift));
    this.#head.moveTo(end, shift, begins);
    this.#needsFiller = false;
    // One batch alone shows that the new epoch is taken.
    if (begins !== undefined) this.#proven = false;
    this.#position = end;
  }

  /** Something in flight is under way no more. */
  land(): void {
    this.#inFlight -= 1;
    invariant(this.#inFlight >= 0, 'more answers than requests in flight');
  }

  /** The batch stands where it belongs, and so does everything before it. */
  acknowledge({ batch, next }: Flight): void {
    this.#position = next;
    this.#queue.landed(batch);
  }

  /** The sequence is known to the target: more than one batch may be under way. */
  prove(): void {
    this.#proven = true;
  }

  /** Lets go of what waits. */
  drop(): void {
    this.#queue.drop();
  }
}
