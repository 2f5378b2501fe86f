// One mirror partition: position, fence, queue and window, from fetched bytes to acknowledged ones. It owns
// no connection and no timer: the worker's lanes ask it for work and bring it the answers.
import type { Clock } from '../../base/clock.ts';
import { invariant } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { FetchedPartition, Lease } from '../../kafka/wire/messages.ts';
import { BatchQueue, type QueuedBatch } from './batch-queue.ts';
import { continuationOf, takeIn } from './intake.ts';
import { Obstacle } from './obstacle.ts';
import { type SourceOffset, type TargetOffset, toSource } from './offsets.ts';
import { refuseError } from './partition-end.ts';
import { type AfterDraining, isLegal, type PartitionEvent, type PartitionState } from './partition-state.ts';
import {
  judgeProduce,
  type ProduceAnswer,
  type ProduceOutcome,
  type ProducePlace,
} from './produce-outcome.ts';
import { RetryDelays, type RetryLimits } from './retry-delays.ts';
import { SourceView } from './source-view.ts';
import type { StartPoint } from './start-procedure.ts';
import { type Cause, causeOf, causeOfError } from './stop-cause.ts';
import { WriteHead } from './write-head.ts';

export interface MirrorSpec {
  readonly set: string;
  readonly topic: string;
  readonly partition: number;
  readonly sourceRegion: string;
  readonly targetRegion: string;
  /** Topic ids the controller saw first; another id means that the topic was re-created. */
  readonly sourceTopicId: string | undefined;
  readonly targetTopicId: string | undefined;
}

export interface PartitionLimits extends RetryLimits {
  /** Bytes queued of one partition above which it is not fetched. */
  readonly queueBytesMax: number;
  /**
   * Batches in flight of one partition. The broker knows the last five again and refuses older repeats:
   * either way nothing is appended twice, so more than five may be under way.
   */
  readonly inFlightMax: number;
}

/** A batch handed to a produce lane, patched. */
export interface Flight {
  readonly life: number;
  readonly batch: QueuedBatch;
  readonly expected: TargetOffset;
  /** Where the batch behind it is expected. */
  readonly next: TargetOffset;
}

/** What the worker is told; each call is a hint to look again, never data. */
export interface PartitionListener {
  /** The start procedure is due for this life. */
  startDue(partition: MirrorPartition): void;
  /** Something may be fetched. */
  fetchDue(partition: MirrorPartition): void;
  /** Something may be produced. */
  produceDue(partition: MirrorPartition): void;
  /** `waiting` was entered: call `due()` after `delayMs`. */
  waitDue(partition: MirrorPartition, delayMs: number): void;
  stateChanged(partition: MirrorPartition): void;
}

/** Counts since the process started. */
export interface PartitionCounts {
  bytes: number;
  records: number;
  batches: number;
  starts: number;
  fenceRefusals: number;
}

export class MirrorPartition {
  readonly spec: MirrorSpec;
  readonly view = new SourceView();
  readonly counts: PartitionCounts = { bytes: 0, records: 0, batches: 0, starts: 0, fenceRefusals: 0 };
  readonly #clock: Clock;
  readonly #limits: PartitionLimits;
  readonly #listener: PartitionListener;
  readonly #retry: RetryDelays;
  readonly #queue = new BatchQueue();

  #state: PartitionState = { name: 'paused' };
  #stateSinceMs: number;
  /** Grows with every start; answers that belong to an earlier life are not ours any more. */
  #life = 0;
  #point: StartPoint | undefined;
  #place: ProducePlace | undefined;
  #head: WriteHead | undefined;
  #fetchNext: SourceOffset | undefined;
  #fetchedEpoch = -1;
  #position: TargetOffset | undefined;
  #inFlight = 0;
  #proven = false;
  #obstacleAhead: Cause | undefined;
  #suspectAt: TargetOffset | undefined;
  #slowTarget = false;
  #tail: StartPoint['tail']['verdict'] | undefined;
  #troubledSinceMs: number | undefined;
  #stateChanges = 0;

  constructor(
    spec: MirrorSpec,
    parts: { clock: Clock; random: Random; limits: PartitionLimits; listener: PartitionListener },
  ) {
    this.spec = spec;
    this.#clock = parts.clock;
    this.#limits = parts.limits;
    this.#listener = parts.listener;
    this.#stateSinceMs = parts.clock.wallMs();
    this.#retry = new RetryDelays(parts.limits, parts.random);
  }

  get state(): PartitionState {
    return this.#state;
  }
  get stateSinceMs(): number {
    return this.#stateSinceMs;
  }
  get life(): number {
    return this.#life;
  }
  /** The start point of the current life, once found. */
  get point(): StartPoint | undefined {
    return this.#point;
  }
  /** Next target offset to be acknowledged. */
  get position(): TargetOffset | undefined {
    return this.#position;
  }
  /** What the last tail check found, kept while the partition waits. */
  get tail(): StartPoint['tail']['verdict'] | undefined {
    return this.#tail;
  }
  /** Another number than before once anything that is shown has changed, but for the time of a look. */
  get revision(): number {
    return this.#stateChanges + this.counts.batches + this.view.revision;
  }
  /** Wall clock of the first trouble since the partition last mirrored. */
  get troubledSinceMs(): number {
    return this.#troubledSinceMs ?? this.#stateSinceMs;
  }
  get queuedBytes(): number {
    return this.#queue.bytes;
  }
  get inFlight(): number {
    return this.#inFlight;
  }
  /**
   * True while the target is slow to acknowledge this partition, so that it must not delay its neighbours.
   */
  get slowTarget(): boolean {
    return this.#slowTarget;
  }

  // ---- life cycle --------------------------------------------------------------------------------

  /** Leaves `paused`, `waiting` or `stopped` for the start procedure. */
  resume(): void {
    if (this.#state.name === 'draining' && this.#state.next.name === 'paused') {
      this.#enter('resume', { name: 'draining', next: { name: 'starting' } });
    } else if (this.#isOneOf('paused', 'waiting', 'stopped')) this.#start('resume');
  }

  pause(): void {
    if (this.#isOneOf('starting', 'waiting', 'stopped')) this.#rest('pause', { name: 'paused' });
    else if (this.#isOneOf('mirroring', 'draining')) this.#drainTo('pause', { name: 'paused' });
  }

  /** Gives the partition back. What is in flight is awaited: `state` becomes closed by then. */
  close(): void {
    if (this.#isOneOf('mirroring', 'draining')) this.#drainTo('close', { name: 'closed' });
    else if (this.#state.name !== 'closed') this.#rest('close', { name: 'closed' });
  }

  /** The waiting time is over. */
  due(): void {
    if (this.#state.name === 'waiting') this.#start('due');
  }

  /** The start procedure of `life` found a point. */
  started(life: number, point: StartPoint): void {
    if (life !== this.#life || this.#state.name !== 'starting') return;
    this.#point = point;
    const { leaderId: brokerId, account } = point.target;
    this.#place = { ...this.spec, brokerId, account };
    this.#tail = point.tail.verdict;
    this.#head = new WriteHead(point);
    this.#position = point.position;
    this.#fetchNext = toSource(point.position);
    this.#fetchedEpoch = point.tail.sourceEpoch;
    this.#proven = point.proven;
    this.#obstacleAhead = undefined;
    this.view.passed(point.position);
    this.#enter('started', { name: 'mirroring' });
    this.#listener.fetchDue(this);
  }

  /** The start procedure of `life` could not. */
  failed(life: number, cause: Cause): void {
    if (life !== this.#life || this.#state.name !== 'starting') return;
    this.#goOn('failed', this.#retry.after(cause));
  }

  /** Something around the partition changed (a leader, a connection, the clock): look at everything anew. */
  startAgain(): void {
    if (this.#state.name === 'mirroring') this.#drainTo('trouble', { name: 'starting' });
    else if (this.#state.name === 'starting') this.#start('trouble');
  }

  /** One end cannot be reached at the moment: start again after a short delay. */
  connectionLost(because: Cause): void {
    if (this.#state.name === 'mirroring') this.#drainTo('trouble', this.#retry.after(because));
  }

  // ---- fetching ----------------------------------------------------------------------------------

  /** Where to fetch next; undefined while nothing should be fetched. */
  fetchPosition(): { life: number; offset: SourceOffset; lastFetchedEpoch: number } | undefined {
    if (this.#state.name !== 'mirroring' || this.#obstacleAhead !== undefined) return undefined;
    if (this.#queue.bytes >= this.#limits.queueBytesMax || this.#fetchNext === undefined) return undefined;
    return { life: this.#life, offset: this.#fetchNext, lastFetchedEpoch: this.#fetchedEpoch };
  }

  /** True where only the full queue keeps the partition from being fetched. */
  get holdsFetch(): boolean {
    return this.#state.name === 'mirroring' && this.#queue.bytes >= this.#limits.queueBytesMax;
  }

  /**
   * Takes a fetch answer of `life`, asked at `offset`. The lease is retained as far as bytes are kept. What
   * an early answer has brought already is passed over.
   */
  fetched(life: number, offset: SourceOffset, answer: FetchedPartition, lease: Lease): void {
    if (life !== this.#life || this.#state.name !== 'mirroring') return;
    const { highWatermark, lastStableOffset, logStartOffset } = answer;
    if (answer.errorCode !== 0 || answer.diverging !== undefined) return this.#refetchTrouble(answer);
    this.view.look(highWatermark, lastStableOffset, logStartOffset, this.#clock.wallMs());
    this.view.passed(this.#position ?? 0n);
    if (answer.records.length === 0) return this.#nothingFetched(highWatermark);
    this.#takeRecords(offset, answer.records, lease);
  }

  /**
   * Takes what an early fetch found, in addition to the lane's own. Trouble is left to the latter, which
   * meets it too.
   */
  fetchedEarly(life: number, offset: SourceOffset, answer: FetchedPartition, lease: Lease): void {
    if (life !== this.#life || answer.errorCode !== 0 || answer.diverging !== undefined) return;
    if (this.fetchPosition() === undefined || answer.records.length === 0) return;
    const { highWatermark, lastStableOffset, logStartOffset } = answer;
    if (highWatermark > (this.view.highWatermark ?? 0n)) {
      this.view.look(highWatermark, lastStableOffset, logStartOffset, this.#clock.wallMs());
    }
    this.#takeRecords(offset, answer.records, lease);
  }

  #takeRecords(offset: SourceOffset, fetched: Buffer, lease: Lease): void {
    const position = this.#fetchNext;
    if (position === undefined || this.#obstacleAhead !== undefined) return;
    const records =
      offset === position ? fetched : continuationOf(fetched, offset, position, this.#fetchedEpoch);
    if (records === undefined || records.length === 0) return;
    const intake = takeIn(records, position);
    this.#queue.push(intake.accepted, intake.batches, lease);
    if (intake.batches > 0) this.#fetchedEpoch = intake.leaderEpoch;
    this.#fetchNext = intake.next;
    // What lies before the obstacle is still written; the stop comes when the window is empty.
    if (intake.cause !== undefined) this.#obstacleAhead = intake.cause;
    if (this.#queue.length > 0) this.#listener.produceDue(this);
    else this.#stopAtObstacle();
  }

  #nothingFetched(highWatermark: bigint): void {
    // Caught up: what troubled the partition before is over.
    if (this.#position === highWatermark) this.#retry.reset();
  }

  /**
   * A fetch error is looked at by the start procedure, which knows both ends; only its name is taken from
   * here.
   */
  #refetchTrouble(answer: FetchedPartition): void {
    if (answer.errorCode === 0) return this.#drainTo('trouble', { name: 'starting' });
    const { leaderId, account } = (this.#point as StartPoint).source;
    try {
      const from = {
        ...this.spec,
        side: 'source',
        region: this.spec.sourceRegion,
        leaderId,
        account,
      } as const;
      refuseError(from, answer.errorCode, undefined, 'Fetch');
    } catch (thrown) {
      const cause = thrown instanceof Obstacle ? thrown.because : causeOfError(thrown);
      this.#drainTo('trouble', this.#retry.after(cause));
    }
  }

  // ---- producing ---------------------------------------------------------------------------------

  /** True while a batch may be sent. */
  get canProduce(): boolean {
    const window = this.#proven ? this.#limits.inFlightMax : 1;
    return this.#state.name === 'mirroring' && this.#queue.length > 0 && this.#inFlight < window;
  }

  /** Bytes of the batch that `take` would give; 0 if none. */
  get nextBatchBytes(): number {
    return this.canProduce ? this.#queue.firstBytes : 0;
  }

  /** Hands out the next batch, patched for the target. Call only while `canProduce`. */
  take(): Flight {
    invariant(this.canProduce, 'a batch was taken that may not be sent');
    const batch = this.#queue.take() as QueuedBatch;
    const head = this.#head as WriteHead;
    const expected = head.stamp(batch);
    this.#inFlight += 1;
    return { life: this.#life, batch, expected, next: head.next };
  }

  /** Takes the broker's answer to a flight. */
  produced(flight: Flight, answer: ProduceAnswer): void {
    this.#land(flight);
    const draining = this.#state.name === 'draining';
    if (flight.life !== this.#life || !(draining || this.#state.name === 'mirroring')) return;
    const outcome = judgeProduce(answer, flight.expected, this.#place as ProducePlace);
    // What lands while draining counts too: a paused partition shows the position that it really has.
    if (outcome.kind === 'appended' && flight.expected === this.#position) this.#count(flight);
    if (draining) this.#afterLanding();
    else if (outcome.kind === 'appended') this.#appended();
    else this.#drainTo('trouble', this.#afterOutcome(outcome, flight));
  }

  /** The outcome of a flight will never be known: its connection is gone. */
  lost(flight: Flight, because: Cause): void {
    this.#land(flight);
    if (this.#state.name === 'draining') return this.#afterLanding();
    if (flight.life !== this.#life || this.#state.name !== 'mirroring') return;
    this.#drainTo('trouble', this.#retry.after(because));
  }

  #land(flight: Flight): void {
    this.#inFlight -= 1;
    invariant(this.#inFlight >= 0, 'more answers than batches in flight');
    flight.batch.lease.release();
    // A draining partition has dropped its queue and its byte count; earlier lives count nothing here.
    if (flight.life !== this.#life || this.#state.name !== 'mirroring') return;
    const held = this.holdsFetch;
    this.#queue.landed(flight.batch);
    if (held && !this.holdsFetch) this.#listener.fetchDue(this);
  }

  #count({ batch, next }: Flight): void {
    this.#position = next;
    this.counts.bytes += batch.bytes.length;
    this.counts.records += batch.recordCount;
    this.counts.batches += 1;
    this.view.passed(next);
  }

  #appended(): void {
    this.#proven = true;
    this.#slowTarget = false;
    this.#suspectAt = undefined;
    this.#retry.reset();
    if (this.canProduce) this.#listener.produceDue(this);
    else this.#stopAtObstacle();
  }

  #afterOutcome(outcome: Exclude<ProduceOutcome, { kind: 'appended' }>, flight: Flight): AfterDraining {
    switch (outcome.kind) {
      case 'restart':
        return this.#retry.after(causeOf('CW-2021', `target: ${outcome.reason}`));
      case 'contended':
        this.counts.fenceRefusals += 1;
        return this.#retry.afterRefusal(outcome.cause, this.#clock.monotonicMs());
      case 'wait':
        this.#slowTarget = outcome.cause.code === 'CW-2022';
        return this.#retry.after(outcome.cause);
      case 'suspect':
        if (this.#suspectAt === flight.expected) return this.#retry.after(outcome.cause);
        this.#suspectAt = flight.expected;
        return { name: 'starting' };
      case 'stop':
        return { name: 'stopped', cause: outcome.cause };
    }
  }

  #stopAtObstacle(): void {
    const cause = this.#obstacleAhead;
    if (cause === undefined || this.#queue.length > 0 || this.#inFlight > 0) return;
    this.#drainTo('trouble', this.#retry.after(cause));
  }

  // ---- transitions -------------------------------------------------------------------------------

  /** Drops the queue and goes on to `next` as soon as nothing is in flight. */
  #drainTo(event: PartitionEvent, next: AfterDraining): void {
    this.#queue.drop();
    this.#enter(event, { name: 'draining', next: this.#stronger(next) });
    this.#afterLanding();
  }

  /** While draining, giving back and pausing outweigh what was meant before. */
  #stronger(next: AfterDraining): AfterDraining {
    const before = this.#state.name === 'draining' ? this.#state.next : undefined;
    if (before?.name === 'closed' || (before?.name === 'paused' && next.name !== 'closed')) return before;
    return next;
  }

  #afterLanding(): void {
    if (this.#state.name !== 'draining' || this.#inFlight > 0) return;
    this.#goOn('drained', this.#state.next);
  }

  #goOn(event: PartitionEvent, next: AfterDraining): void {
    if (next.name === 'starting') this.#start(event);
    else if (next.name === 'waiting') this.#wait(event, next.cause, next.delayMs);
    else this.#rest(event, next);
  }

  #start(event: PartitionEvent): void {
    this.#life += 1;
    this.counts.starts += 1;
    this.#point = undefined;
    this.#enter(event, { name: 'starting' });
    this.#listener.startDue(this);
  }

  #wait(event: PartitionEvent, cause: Cause, delayMs: number): void {
    this.#life += 1;
    this.#enter(event, { name: 'waiting', cause, untilMs: this.#clock.monotonicMs() + delayMs });
    this.#listener.waitDue(this, delayMs);
  }

  #rest(event: PartitionEvent, state: PartitionState): void {
    this.#life += 1;
    this.#enter(event, state);
  }

  #enter(event: PartitionEvent, state: PartitionState): void {
    const from = this.#state.name;
    invariant(isLegal(from, event, state.name), `illegal transition ${from} --${event}--> ${state.name}`);
    if (from !== state.name) this.#stateSinceMs = this.#clock.wallMs();
    if (state.name === 'waiting' || state.name === 'stopped') this.#troubledSinceMs ??= this.#clock.wallMs();
    if (state.name === 'mirroring' || state.name === 'paused') this.#troubledSinceMs = undefined;
    this.#state = state;
    this.#stateChanges += 1;
    this.#listener.stateChanged(this);
  }

  #isOneOf(...names: PartitionState['name'][]): boolean {
    return names.includes(this.#state.name);
  }
}
