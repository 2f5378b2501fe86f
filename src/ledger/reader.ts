// Reads the ledger of one region: a snapshot up to the end that the leader names first, or everything from
// the start and then every change as it comes.
import { Backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { CausewayError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { KafkaCluster } from '../kafka/client/cluster.ts';
import { type LedgerChange, type LedgerSnapshot, LedgerTable, changesOf } from './changes.ts';
import { Follower, type LedgerListener } from './follower.ts';
import { keepTrying, retryDelays, triesText } from './keep-trying.ts';
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

const giveUpMsDefault = 30_000;
/** Empty answers below the end, one after the other, that show that nothing is left there. */
const emptyAnswersNeeded = 2;

export class LedgerReader {
  readonly #parts: LedgerReaderParts;
  readonly #closing = new AbortController();
  readonly #reported = new ReportedPlaces();

  constructor(parts: LedgerReaderParts) {
    this.#parts = parts;
  }

  /**
   * Everything up to the end that the leader named after this call. Throws CW-4001 where the topic does not
   * exist, CW-4002 where it cannot be read in time, and the reason of `signal`.
   */
  async snapshot<T extends LedgerTopic>(topic: T, signal?: AbortSignal): Promise<LedgerSnapshot<T>> {
    const { clock, random, region, giveUpMs = giveUpMsDefault } = this.#parts;
    const leader = this.#open(topic);
    try {
      const snapshot = await keepTrying(
        { clock, random, giveUpMs, signal: this.#endedBy(signal) },
        (over) => this.#readAll(leader, topic, over),
        (last, tries) => {
          const why = describeError(last);
          const text = `${region}: ${topic} could not be read to its end in ${triesText(tries)}: ${why}`;
          return new CausewayError('CW-4002', text, { region, topic, tries }, last);
        },
      );
      for (const change of snapshot.leftAlone) this.#reportLeft(topic, change);
      return snapshot;
    } finally {
      leader.end('the snapshot is over');
    }
  }

  /**
   * Tells every record from the log's start and then every change, until `signal` aborts or the reader is
   * closed. Goes on over elections, restarts and a topic that does not exist yet.
   */
  async follow<T extends LedgerTopic>(
    topic: T,
    listener: LedgerListener<T>,
    signal: AbortSignal,
  ): Promise<void> {
    const leader = this.#open(topic);
    const { clock, random, region, log } = this.#parts;
    const follower = new Follower({ leader, clock, random, region, log, topic }, listener, (change) =>
      this.#reportLeft(topic, change),
    );
    try {
      await follower.run(this.#endedBy(signal));
    } finally {
      leader.end('no longer followed');
    }
  }

  /** Ends everything under way: snapshots reject with CW-4002, `follow` returns. */
  close(): void {
    const { region } = this.#parts;
    this.#closing.abort(new CausewayError('CW-4002', `${region}: the reader is closed`, { region }));
  }

  #endedBy(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any(signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal]);
  }

  async #readAll<T extends LedgerTopic>(
    leader: TopicLeader,
    topic: T,
    over: AbortSignal,
  ): Promise<LedgerSnapshot<T>> {
    const { clock, random, region } = this.#parts;
    try {
      const cursor = new LogCursor(leader);
      const { start, end } = await cursor.bounds();
      const table = new LedgerTable(topic);
      const backoff = new Backoff(retryDelays, random);
      cursor.skipTo(start);
      for (let empty = 0; (cursor.next ?? end) < end && empty < emptyAnswersNeeded; ) {
        const before = cursor.next;
        const stretch = await cursor.read('at-once');
        if (stretch === undefined) {
          const text = `${region}: ${topic} was replaced or cut while it was read`;
          throw new CausewayError('CW-4002', text, { region, topic });
        }
        for (const change of changesOf(topic, stretch)) table.apply(change);
        if (stretch.nextOffset !== before) empty = 0;
        else {
          // A log whose end was cleaned away, or a new leader that does not know yet how far it may show.
          if (stretch.stableEnd !== undefined && stretch.stableEnd >= end) empty += 1;
          await clock.sleep(backoff.nextDelayMs(), over);
        }
      }
      return table.snapshot(start, end);
    } catch (error) {
      leader.drop('reading failed');
      throw error;
    }
  }

  #open(topic: LedgerTopic): TopicLeader {
    const { cluster, region } = this.#parts;
    return new TopicLeader({ cluster, region, topic });
  }

  #reportLeft<T extends LedgerTopic>(topic: T, change: LedgerChange<T>): void {
    if (change.is !== 'newer' && change.is !== 'malformed') return;
    if (!this.#reported.add(topic, change.offset)) return;
    const code = change.is === 'newer' ? 'CW-4008' : 'CW-4007';
    const { region, log } = this.#parts;
    log.warn({ code, region, topic, offset: String(change.offset), key: change.key }, change.why);
  }
}

/** More than these are reported again. */
const reportedPlacesMax = 10_000;

/** Records that were reported: snapshots are read again and again, and what stands there is said once. */
class ReportedPlaces {
  readonly #places = new Set<string>();

  /** False where it was there already. */
  add(topic: LedgerTopic, offset: bigint): boolean {
    const place = `${topic} ${offset}`;
    if (this.#places.has(place)) return false;
    if (this.#places.size >= reportedPlacesMax) this.#places.clear();
    this.#places.add(place);
    return true;
  }
}
