// Reads the ledger of one region: a snapshot up to the end that the leader names first, or everything from the start
// and then every change as it comes.
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { CausewayError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import { type LedgerChange, type LedgerSnapshot, LedgerTable, changesOf } from './changes.ts';
import { keepTrying, retryDelays } from './keep-trying.ts';
import { LogCursor } from './log-cursor.ts';
import { TopicLeader } from './topic-leader.ts';
import type { LedgerTopic } from './topic-names.ts';

export interface LedgerReaderParts {
  readonly cluster: KafkaCluster;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A snapshot that cannot be read for so long is given up with CW-4002. */
  readonly giveUpMs?: number;
}

/** Called by `follow`, one after the other; what they throw ends `follow`. */
export interface LedgerListener<T extends LedgerTopic> {
  onChange(change: LedgerChange<T>): void;
  /** Everything that stood in the log at one moment after the last call has been told. */
  onCaughtUp?(endOffset: bigint): void;
  /** The log is another one than before: forget everything; it is told again from its start. */
  onReset?(): void;
}

const giveUpMsDefault = 30_000;
/** Empty answers below the end, one after the other, that show that nothing is left there. */
const emptyAnswersNeeded = 2;

export class LedgerReader {
  readonly #parts: LedgerReaderParts;
  readonly #leaders = new Set<TopicLeader>();

  constructor(parts: LedgerReaderParts) {
    this.#parts = parts;
  }

  /**
   * Everything up to the end that the leader named after this call. Throws CW-4001 where the topic does not exist,
   * CW-4002 where it cannot be read in time.
   */
  async snapshot<T extends LedgerTopic>(topic: T, signal?: AbortSignal): Promise<LedgerSnapshot<T>> {
    const { clock, random, region, giveUpMs = giveUpMsDefault } = this.#parts;
    const persistence = { clock, random, giveUpMs, ...(signal === undefined ? {} : { signal }) };
    const leader = this.#open(topic);
    try {
      return await keepTrying(
        persistence,
        () => this.#readAll(leader, topic),
        (last, tries) => {
          const text = `${region}: ${topic} could not be read to its end in ${tries} tries: ${describeError(last)}`;
          return new CausewayError('CW-4002', text, { region, topic, tries }, last);
        },
      );
    } finally {
      this.#close(leader);
    }
  }

  /**
   * Tells every record from the log's start and then every change, until `signal` aborts. Goes on over elections,
   * restarts and a topic that does not exist yet: it returns only after the abort.
   */
  async follow<T extends LedgerTopic>(
    topic: T,
    listener: LedgerListener<T>,
    signal: AbortSignal,
  ): Promise<void> {
    const leader = this.#open(topic);
    const onAbort = () => leader.drop('no longer followed');
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#followForever(leader, topic, listener, signal);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#close(leader);
    }
  }

  /** Ends the connections of everything under way. */
  close(): void {
    for (const leader of this.#leaders) leader.drop('the reader is closed');
  }

  async #readAll<T extends LedgerTopic>(leader: TopicLeader, topic: T): Promise<LedgerSnapshot<T>> {
    try {
      const cursor = new LogCursor(leader);
      const { start, end } = await cursor.bounds();
      const table = new LedgerTable(topic);
      cursor.skipTo(start);
      for (let empty = 0; (cursor.next ?? end) < end; ) {
        const stretch = await cursor.read('at-once');
        if (stretch === undefined)
          throw this.#unsettled(topic, 'the log was replaced or cut while it was read');
        for (const change of changesOf(topic, stretch)) table.apply(change);
        const isEmpty = stretch.records.length === 0 && stretch.badBatches.length === 0;
        empty = isEmpty && stretch.isWhole && stretch.stableEnd >= end ? empty + 1 : 0;
        if (empty >= emptyAnswersNeeded) break;
      }
      const snapshot = table.snapshot(start, end);
      this.#report(topic, snapshot);
      return snapshot;
    } catch (error) {
      leader.drop('reading failed');
      throw error;
    }
  }

  async #followForever<T extends LedgerTopic>(
    leader: TopicLeader,
    topic: T,
    listener: LedgerListener<T>,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, random } = this.#parts;
    const backoff = new Backoff(retryDelays, random);
    const cursor = new LogCursor(leader);
    let troubled = false;
    while (!signal.aborted) {
      try {
        const stretch = await cursor.read('long-poll');
        if (troubled) this.#parts.log.info({ topic, region: this.#parts.region }, 'the ledger is read again');
        troubled = false;
        backoff.reset();
        if (stretch === undefined) {
          listener.onReset?.();
          continue;
        }
        for (const change of changesOf(topic, stretch)) {
          this.#reportLeft(topic, change);
          listener.onChange(change);
        }
        if (stretch.nextOffset >= stretch.stableEnd) listener.onCaughtUp?.(stretch.nextOffset);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof CausewayError)) throw error;
        leader.drop('reading failed');
        if (!troubled) this.#reportTrouble(topic, error);
        troubled = true;
        await clock.sleep(backoff.nextDelayMs(), signal).catch(() => undefined); // Woken by the abort.
      }
    }
  }

  #open(topic: LedgerTopic): TopicLeader {
    const { cluster, region } = this.#parts;
    const leader = new TopicLeader({ cluster, region, topic });
    this.#leaders.add(leader);
    return leader;
  }

  #close(leader: TopicLeader): void {
    leader.drop('read');
    this.#leaders.delete(leader);
  }

  #unsettled(topic: LedgerTopic, why: string): CausewayError {
    const { region } = this.#parts;
    return new CausewayError('CW-4002', `${region}: ${topic}: ${why}`, { region, topic });
  }

  #report<T extends LedgerTopic>(topic: T, snapshot: LedgerSnapshot<T>): void {
    for (const change of snapshot.leftAlone) this.#reportLeft(topic, change);
  }

  #reportLeft<T extends LedgerTopic>(topic: T, change: LedgerChange<T>): void {
    if (change.is !== 'newer' && change.is !== 'malformed') return;
    const code = change.is === 'newer' ? 'CW-4008' : 'CW-4007';
    const { region, log } = this.#parts;
    log.warn({ code, region, topic, offset: String(change.offset), key: change.key }, change.why);
  }

  #reportTrouble(topic: LedgerTopic, error: CausewayError): void {
    const { region, log } = this.#parts;
    log.warn(
      { code: error.code, region, topic, error: describeError(error) },
      'the ledger cannot be read now',
    );
  }
}
