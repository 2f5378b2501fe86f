// Follows one ledger topic for as long as it is wanted. It never gives up, never spins, and says when it
// cannot read.
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { CausewayError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { type LedgerChange, changesOf } from './changes.ts';
import { retryDelays } from './keep-trying.ts';
import { LogCursor, type Stretch } from './log-cursor.ts';
import type { TopicLeader } from './topic-leader.ts';
import type { LedgerTopic } from './topic-names.ts';

/** Called one after the other; what they throw ends `follow`. */
export interface LedgerListener<T extends LedgerTopic> {
  /** Records of other keys are not told; everything is, where this is missing. */
  wants?(key: string): boolean;
  onChange(change: LedgerChange<T>): void;
  /** Everything that stood in the log at one moment after the last call has been told. */
  onCaughtUp?(endOffset: bigint): void;
  /** The log is another one than before: forget everything; it is told again from its start. */
  onReset?(): void;
  /** It cannot be read now, and is tried again. The next `onCaughtUp` tells that this is over. */
  onTrouble?(error: CausewayError): void;
}

export interface FollowerParts<T extends LedgerTopic> {
  readonly leader: TopicLeader;
  readonly topic: T;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * A broker that has nothing new keeps us waiting. One that answers with nothing sooner is asked at our own
 * pace.
 */
const soonMs = 500;
/** Empty answers below the end, one after the other, that show that nothing is left there. */
const emptyAnswersNeeded = 2;

export class Follower<T extends LedgerTopic> {
  readonly #parts: FollowerParts<T>;
  readonly #listener: LedgerListener<T>;
  readonly #report: (change: LedgerChange<T>) => void;
  readonly #backoff: Backoff;
  readonly #cursor: LogCursor;
  #trouble: string | undefined;
  #emptyAnswers = 0;

  constructor(
    parts: FollowerParts<T>,
    listener: LedgerListener<T>,
    report: (change: LedgerChange<T>) => void,
  ) {
    this.#parts = parts;
    this.#listener = listener;
    this.#report = report;
    this.#backoff = new Backoff(retryDelays, parts.random);
    this.#cursor = new LogCursor(parts.leader);
  }

  /** Returns after `ended` aborts, and then at once. */
  async run(ended: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (!ended.aborted) {
      const askedMs = clock.monotonicMs();
      const stretch = await orAborted(this.#read(), ended);
      if (stretch === 'aborted') return;
      const mustWait = this.#tell(stretch, clock.monotonicMs() - askedMs);
      if (mustWait) await orAborted(clock.sleep(this.#backoff.nextDelayMs(), ended), ended);
      else this.#backoff.reset();
    }
  }

  /** A failure is an answer like others here: it is told, and the next try comes later. */
  async #read(): Promise<Stretch | CausewayError | undefined> {
    try {
      return await this.#cursor.read('long-poll');
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      this.#parts.leader.drop('reading failed');
      return error;
    }
  }

  /** Tells what one answer brought; true where the next question has to wait. */
  #tell(stretch: Stretch | CausewayError | undefined, tookMs: number): boolean {
    if (stretch === undefined) {
      this.#listener.onReset?.();
      return true;
    }
    if (stretch instanceof CausewayError) {
      this.#reportTrouble(stretch);
      return true;
    }
    this.#reportRecovery();
    const changes = changesOf(this.#parts.topic, stretch, (key) => this.#listener.wants?.(key) ?? true);
    for (const change of changes) {
      this.#report(change);
      this.#listener.onChange(change);
    }
    const isEmpty = stretch.records.length === 0 && stretch.badBatches.length === 0;
    this.#emptyAnswers = isEmpty ? this.#emptyAnswers + 1 : 0;
    const { nextOffset, stableEnd } = stretch;
    // Where the end of the log was cleaned away, no answer ever reaches it.
    if (stableEnd !== undefined && (nextOffset >= stableEnd || this.#emptyAnswers >= emptyAnswersNeeded)) {
      this.#listener.onCaughtUp?.(nextOffset > stableEnd ? nextOffset : stableEnd);
    }
    return isEmpty && tookMs < soonMs;
  }

  #reportTrouble(error: CausewayError): void {
    const { region, log, topic } = this.#parts;
    // A right that is missing is told by its name: when it is given, another one may be missing still.
    const trouble = error.code === 'CW-4004' ? error.message : error.code;
    if (this.#trouble !== trouble) {
      const fields = { code: error.code, region, topic, error: describeError(error) };
      log.warn(fields, 'the ledger cannot be read now');
    }
    this.#trouble = trouble;
    this.#listener.onTrouble?.(error);
  }

  #reportRecovery(): void {
    const { region, log, topic } = this.#parts;
    if (this.#trouble !== undefined) log.info({ topic, region }, 'the ledger is read again');
    this.#trouble = undefined;
  }
}

/** What `work` becomes, unless `signal` aborts first: then it is left to itself. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | 'aborted'> {
  return new Promise((resolve, reject) => {
    const onAbort = () => resolve('aborted');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
