// One mirror partition: position, fence, queue and window, from fetched bytes to acknowledged ones. It owns
// no connection and no timer: the worker's lanes ask it for work and bring it the answers.
import type { Clock } from '../../base/clock.ts';
import { invariant } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Softness } from '../../base/softness.ts';
import type { FetchedPartition, Lease } from '../../kafka/wire/messages.ts';
import { fetchTrouble } from './fetch-trouble.ts';
import type { Filled, HolesToFill } from './fill.ts';
import { defaultFillBudget, type FillBudget, FillTally } from './fill-budget.ts';
import type { SourceOffset, TargetOffset } from './offsets.ts';
import { noCounts } from './partition-counts.ts';
import { type AfterDraining, isLegal, type PartitionEvent, type PartitionState } from './partition-state.ts';
import {
  judgeProduce,
  type ProduceAnswer,
  type ProduceOutcome,
  type ProducePlace,
} from './produce-outcome.ts';
import { RetryDelays, type RetryLimits } from './retry-delays.ts';
import { SlowTarget } from './slow-target.ts';
import { SourceView } from './source-view.ts';
import type { StartPoint } from './start-procedure.ts';
import { type Cause, causeOf } from './stop-cause.ts';
import { type Flight, type WindowLimits, WriteWindow } from './write-window.ts';

export interface MirrorSpec {
  readonly set: string;
  readonly topic: string;
  readonly partition: number;
  readonly sourceRegion: string;
  readonly targetRegion: string;
  /** Topic ids the controller saw first; another id means that the topic was re-created. */
  readonly sourceTopicId: string | undefined;
  readonly targetTopicId: string | undefined;
  /** Holes may look different to another worker; undefined where they may not. */
  readonly soft?: Softness | undefined;
}

/** So long a full answer may leave a partition out. */
const unseenMsMax = 15_000;

export type PartitionLimits = RetryLimits & WindowLimits;

/** What the worker is told; each call is a hint to look again, never data. */
export interface PartitionListener {
  /** The start procedure is due for this life. */
  startDue(partition: MirrorPartition): void;
  /** Something may be fetched. */
  fetchDue(partition: MirrorPartition): void;
  /** Something may be produced. */
  produceDue(partition: MirrorPartition): void;
  /** Holes are to be filled. */
  fillDue(partition: MirrorPartition): void;
  /** `waiting` was entered: call `due()` after `delayMs`. */
  waitDue(partition: MirrorPartition, delayMs: number): void;
  stateChanged(partition: MirrorPartition): void;
}

export class MirrorPartition {
  readonly spec: MirrorSpec;
  readonly view = new SourceView();
  readonly counts = noCounts();
  readonly #clock: Clock;
  readonly #limits: PartitionLimits;
  readonly #listener: PartitionListener;
  readonly #retry: RetryDelays;
  readonly #tally = new FillTally();
  readonly #budget: () => FillBudget;

  #state: PartitionState = { name: 'paused' };
  #stateSinceMs: number;
  /** Grows with every start; answers that belong to an earlier life are not ours any more. */
  #life = 0;
  /** Of this life once its start point is found; before that, what the last one came to. */
  #window: WriteWindow | undefined;
  #place: ProducePlace | undefined;
  #suspectAt: TargetOffset | undefined;
  readonly #slowness = new SlowTarget();
  #tail: StartPoint['tail']['verdict'] | undefined;
  /** Monotonic: since when the source, which has more, answers without it. */
  #unseenSinceMs: number | undefined;
  #prefix: MirrorPartition['prefix'];
  #troubledSinceMs: number | undefined;
  #stateChanges = 0;

  constructor(
    spec: MirrorSpec,
    parts: {
      clock: Clock;
      random: Random;
      limits: PartitionLimits;
      listener: PartitionListener;
      budget?: () => FillBudget;
    },
  ) {
    this.spec = spec;
    this.#clock = parts.clock;
    this.#limits = parts.limits;
    this.#listener = parts.listener;
    this.#budget = parts.budget ?? (() => defaultFillBudget);
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
    return this.#state.name === 'starting' ? undefined : this.#window?.point;
  }
  /** Next target offset to be acknowledged. */
  get position(): TargetOffset | undefined {
    return this.#window?.position;
  }
  /** Target offset less source offset, of what is written next. */
  get shift(): bigint | undefined {
    return this.#window?.shift;
  }
  /** Of its prefix, what is filled and where it ends; undefined while none is being filled. */
  get prefix(): { readonly reached: TargetOffset; readonly firstOffset: bigint } | undefined {
    return this.#state.name === 'starting' ? this.#prefix : undefined;
  }
  /** What the last tail check found, kept while the partition waits. */
  get tail(): StartPoint['tail']['verdict'] | undefined {
    return this.#tail;
  }
  /** Another number than before once anything that is shown has changed, but for the time of a look. */
  get revision(): number {
    return this.#stateChanges + this.counts.batches + this.counts.holes + this.view.revision;
  }
  /** Wall clock of the first trouble since the partition last mirrored. */
  get troubledSinceMs(): number {
    return this.#troubledSinceMs ?? this.#stateSinceMs;
  }
  get queuedBytes(): number {
    return this.#window?.queuedBytes ?? 0;
  }
  get inFlight(): number {
    return this.#window?.inFlight ?? 0;
  }
  /** True while the target is slow to acknowledge this partition: it must not delay its neighbours. */
  get slowTarget(): boolean {
    return this.#slowness.isSlow(this.#clock.monotonicMs());
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
    const { leaderId: brokerId, account } = point.target;
    this.#place = { ...this.spec, brokerId, account };
    this.#tail = point.tail.verdict;
    this.#window = new WriteWindow(life, point, this.#limits);
    this.#unseenSinceMs = undefined;
    this.view.passed(point.position - point.shift);
    this.#enter('started', { name: 'mirroring' });
    this.#listener.fetchDue(this);
    // Holes that no fetch tells of, where nothing comes behind them.
    this.#goOnWriting(this.#window);
  }

  /** The start is held up by a prefix, filled up to `reached`. False where this life is over. */
  prefilled(life: number, reached: TargetOffset, firstOffset: bigint): boolean {
    if (life !== this.#life || this.#state.name !== 'starting') return false;
    this.#prefix = { reached, firstOffset };
    this.#stateChanges += 1;
    return true;
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
    const from = this.#openWindow?.fetchFrom;
    return from === undefined ? undefined : { life: this.#life, ...from };
  }

  /** True where only the full queue keeps the partition from being fetched. */
  get holdsFetch(): boolean {
    return this.#openWindow?.isFull ?? false;
  }

  /** The window of a partition that is mirroring. */
  get #openWindow(): WriteWindow | undefined {
    return this.#state.name === 'mirroring' ? this.#window : undefined;
  }

  /**
   * Takes a fetch answer of `life`, asked at `offset`. The lease is retained as far as bytes are kept. What
   * an early answer has brought already is passed over.
   */
  fetched(life: number, offset: SourceOffset, answer: FetchedPartition, lease: Lease): void {
    const window = this.#openWindow;
    if (life !== this.#life || window === undefined) return;
    const { highWatermark, lastStableOffset, logStartOffset } = answer;
    if (answer.errorCode !== 0 || answer.diverging !== undefined) return this.#refetchTrouble(answer);
    this.view.look(highWatermark, lastStableOffset, logStartOffset, this.#clock.wallMs());
    this.view.passed(window.position - window.shift);
    if (answer.records.length === 0) return this.#nothingFetched(window, answer);
    this.#unseenSinceMs = undefined;
    window.takeIn(offset, answer, lease);
    this.#goOnWriting(window);
  }

  /**
   * Takes what an early fetch found, in addition to the lane's own. Trouble is left to the latter, which
   * meets it too.
   */
  fetchedEarly(life: number, offset: SourceOffset, answer: FetchedPartition, lease: Lease): void {
    const window = this.#openWindow;
    if (life !== this.#life || answer.errorCode !== 0 || answer.diverging !== undefined) return;
    if (window?.fetchFrom === undefined || answer.records.length === 0) return;
    const { highWatermark, lastStableOffset, logStartOffset } = answer;
    if (highWatermark > (this.view.highWatermark ?? 0n)) {
      this.view.look(highWatermark, lastStableOffset, logStartOffset, this.#clock.wallMs());
    }
    window.takeIn(offset, answer, lease);
    this.#goOnWriting(window);
  }

  /** What comes next in the window: a batch, holes, or what keeps the partition from going on. */
  #goOnWriting(window: WriteWindow): void {
    const holes = window.canProduce ? undefined : window.holesToFill;
    const isRun = holes !== undefined && holes.holes.to > holes.holes.from;
    const excess = isRun ? this.#tally.excess(this.#budget()) : undefined;
    if (window.canProduce) this.#listener.produceDue(this);
    else if (holes !== undefined && excess === undefined) this.#listener.fillDue(this);
    const cause = window.reachedObstacle ?? excess;
    if (cause !== undefined) this.#drainTo('trouble', this.#retry.after(cause));
  }

  #nothingFetched(window: WriteWindow, { highWatermark, lastStableOffset }: FetchedPartition): void {
    const { position, shift } = window;
    // Caught up: what troubled the partition before is over.
    if (position - shift === highWatermark) this.#retry.reset();
    const isBehind = window.inFlight === 0 && position - shift < lastStableOffset;
    if (isBehind) this.#unseenSinceMs ??= this.#clock.monotonicMs();
    else this.#unseenSinceMs = undefined;
  }

  /**
   * To be called now and then. A compacted log may end in offsets that no batch holds, of which no fetch
   * tells: a start looks.
   */
  lookForEmptied(): void {
    const { isSoft } = this.#openWindow?.point.writer ?? {};
    const sinceMs = this.#unseenSinceMs ?? Number.POSITIVE_INFINITY;
    if (isSoft !== true || this.#clock.monotonicMs() - sinceMs < unseenMsMax) return;
    this.#unseenSinceMs = undefined;
    this.startAgain();
  }

  #refetchTrouble({ errorCode }: FetchedPartition): void {
    const { source } = (this.#window as WriteWindow).point;
    const cause = errorCode === 0 ? undefined : fetchTrouble(this.spec, source, errorCode);
    this.#drainTo('trouble', cause === undefined ? { name: 'starting' } : this.#retry.after(cause));
  }

  // ---- producing ---------------------------------------------------------------------------------

  /** True while a batch may be sent. */
  get canProduce(): boolean {
    return this.#openWindow?.canProduce ?? false;
  }

  /** Bytes of the batch that `take` would give; 0 if none. */
  get nextBatchBytes(): number {
    const window = this.#openWindow;
    return window?.canProduce === true ? window.nextBatchBytes : 0;
  }

  /** Hands out the next batch, patched for the target. Call only while `canProduce`. */
  take(): Flight {
    const window = this.#openWindow;
    invariant(window !== undefined, 'a batch was taken of a partition that is not mirroring');
    return window.take();
  }

  /** Takes the broker's answer to a flight. */
  produced(flight: Flight, answer: ProduceAnswer): void {
    const window = this.#landed(flight.life);
    flight.batch.lease.release();
    if (window === undefined) return;
    const outcome = judgeProduce(answer, flight.expected, this.#place as ProducePlace);
    const held = this.holdsFetch;
    // What lands while draining counts too: a paused partition shows the position that it really has.
    if (outcome.kind === 'appended' && flight.expected === window.position) this.#count(window, flight);
    if (this.#state.name === 'draining') return this.#afterLanding();
    if (outcome.kind !== 'appended') return this.#drainTo('trouble', this.#afterOutcome(outcome, flight));
    if (held && !this.holdsFetch) this.#listener.fetchDue(this);
    this.#appended(window);
  }

  /** The outcome of a flight will never be known: its connection is gone. */
  lost(flight: Flight, because: Cause): void {
    const window = this.#landed(flight.life);
    flight.batch.lease.release();
    if (window !== undefined) this.#troubled(because);
  }

  /** Something of `life` is under way no more. The window it belongs to, unless the partition has left it. */
  #landed(life: number): WriteWindow | undefined {
    const window = this.#window;
    if (window === undefined || window.life !== life) return undefined;
    window.land();
    const isOpen = this.#state.name === 'mirroring' || this.#state.name === 'draining';
    return isOpen && life === this.#life ? window : undefined;
  }

  /** What was in flight has not come to a good end. */
  #troubled(because: Cause): void {
    if (this.#state.name === 'draining') this.#afterLanding();
    else this.#drainTo('trouble', this.#retry.after(because));
  }

  #count(window: WriteWindow, flight: Flight): void {
    window.acknowledge(flight);
    this.#tally.wrote();
    this.counts.bytes += flight.batch.bytes.length;
    this.counts.records += flight.batch.recordCount;
    this.counts.batches += 1;
    this.#passed(window);
  }

  #passed({ position, shift }: WriteWindow): void {
    this.view.passed(position - shift);
    if (position - shift === this.view.highWatermark) this.#tally.level();
  }

  #appended(window: WriteWindow): void {
    window.prove();
    this.#wentWell();
    this.#goOnWriting(window);
  }

  #wentWell(): void {
    this.#suspectAt = undefined;
    this.#retry.reset();
  }

  #afterOutcome(outcome: Exclude<ProduceOutcome, { kind: 'appended' }>, flight: Flight): AfterDraining {
    switch (outcome.kind) {
      case 'restart':
        return this.#retry.after(causeOf('CW-2021', `target: ${outcome.reason}`));
      case 'contended':
        this.counts.fenceRefusals += 1;
        return this.#retry.afterRefusal(outcome.cause, this.#clock.monotonicMs());
      case 'wait':
        if (outcome.cause.code === 'CW-2022') this.#slowness.heldUp(this.#clock.monotonicMs());
        return this.#retry.after(outcome.cause);
      case 'suspect':
        if (this.#suspectAt === flight.expected) return this.#retry.after(outcome.cause);
        this.#suspectAt = flight.expected;
        return { name: 'starting' };
      case 'stop':
        return { name: 'stopped', cause: outcome.cause };
    }
  }

  // ---- filling holes -----------------------------------------------------------------------------

  /** Hands out the holes that come next, to be filled now; undefined where there are none. */
  takeHoles(): HolesToFill | undefined {
    const window = this.#openWindow;
    const holes = window?.holesToFill;
    if (holes !== undefined) window?.beginFill();
    return holes;
  }

  /** A step of filling is done: the log ends where `filled` says. */
  filled(taken: HolesToFill, filled: Filled): void {
    const window = this.#landed(taken.life);
    if (window === undefined) return;
    window.passHoles(filled);
    const passed = Number(window.position - window.shift - (taken.at - taken.shift));
    this.counts.fillers += filled.fillers;
    this.counts.holes += passed;
    this.#tally.filled(passed);
    this.#passed(window);
    if (this.#state.name === 'draining') return this.#afterLanding();
    this.#wentWell();
    this.#goOnWriting(window);
  }

  /** Filling could not be done, or its outcome is not known: the log has to be looked at. */
  fillFailed(taken: HolesToFill, because: Cause): void {
    if (this.#landed(taken.life) !== undefined) this.#troubled(because);
  }

  // ---- transitions -------------------------------------------------------------------------------

  /** Drops the queue and goes on to `next` as soon as nothing is in flight. */
  #drainTo(event: PartitionEvent, next: AfterDraining): void {
    this.#window?.drop();
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
    if (this.#state.name !== 'draining' || this.inFlight > 0) return;
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
    this.#prefix = undefined;
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
