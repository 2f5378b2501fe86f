// Further fetches of a lane on a long link. A fetch that has just been answered leaves the next record
// waiting for a round trip; others, sent a part of it later, shorten the wait. What they bring twice is
// bounded.
import type { Clock, Timer } from '../../base/clock.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import type { FetchPartition, FetchResponse, TopicId } from '../../kafka/wire/messages.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { asSource, type SourceOffset } from '../mirror/offsets.ts';
import type { Cause } from '../mirror/stop-cause.ts';
import { ArrivalPace } from './arrival-pace.ts';
import { EarlyConnection } from './early-connection.ts';
import type { Turn } from './fetch-turns.ts';
import type { WorkerLimits } from './limits.ts';

export interface EarlyFetchesParts {
  readonly connect: () => Promise<BrokerConnection>;
  readonly clock: Clock;
  readonly limits: WorkerLimits;
  /** What may come twice; asked again and again, since an operator may change it. */
  readonly earlyFetchBytesPerSecond: () => number;
  /** Leave for a fetch of at most so many bytes; undefined while others need the link. */
  readonly askTurn: (bytes: number) => Turn | undefined;
  /** A quota of the broker holds the connection for so long. */
  readonly onThrottled: (forMs: number) => void;
  readonly onFetch: () => void;
  readonly onRepeated: (bytes: number) => void;
  /** Records of the partition have been taken in: its next fetch has changed. */
  readonly onTaken: (partition: MirrorPartition) => void;
  /** Something else failed than a connection. */
  readonly onDefect: (cause: Cause) => void;
}

interface Asked {
  readonly partition: MirrorPartition;
  readonly life: number;
  readonly offset: SourceOffset;
}

/** A fetch without a session (KIP-227). */
const noSession = { sessionId: 0, sessionEpoch: -1, forgotten: [] };
/** Round trips over which the pace of a partition is followed. */
const paceRoundTrips = 12;
/** Round trips without records after which a partition is not fetched early any more. */
const quietRoundTrips = 2;

export class EarlyFetches {
  readonly #parts: EarlyFetchesParts;
  readonly #rttMs: number;
  /** Partitions that records come of. */
  readonly #flowing = new Map<MirrorPartition, { readonly topicId: TopicId; readonly pace: ArrivalPace }>();
  readonly #connections: EarlyConnection[];
  #timers: Timer[] = [];
  /** When the last fetch left, the lane's own or a further one. */
  #sentAtMs = 0;
  /** What may come twice before fetching early pauses; grows with time, up to a second's worth. */
  #allowedBytes: number;
  #allowedAtMs: number;

  constructor(parts: EarlyFetchesParts, rttMs: number) {
    this.#parts = parts;
    this.#rttMs = rttMs;
    this.#connections = Array.from(
      { length: parts.limits.earlyFetches },
      () => new EarlyConnection(parts.connect, parts.clock, parts.onDefect),
    );
    this.#allowedBytes = parts.earlyFetchBytesPerSecond();
    this.#allowedAtMs = parts.clock.monotonicMs();
  }

  /**
   * The lane has taken an answer with records of the partition, `repeatedBytes` of them for the second time.
   * While it catches up, the lane's own fetches bring all that fits.
   */
  flows(partition: MirrorPartition, topicId: TopicId, repeatedBytes: number): void {
    this.#repeated(repeatedBytes);
    const next = partition.fetchPosition()?.offset;
    if (next === undefined || next < (partition.view.stableOffset ?? next)) return this.leave(partition);
    const pace = this.#flowing.get(partition)?.pace ?? new ArrivalPace(paceRoundTrips * this.#rttMs);
    pace.saw(next, this.#parts.clock.monotonicMs());
    this.#flowing.set(partition, { topicId, pace });
  }

  leave(partition: MirrorPartition): void {
    this.#flowing.delete(partition);
  }

  /** The lane's own fetch has left: the others follow, evenly over a round trip. */
  follow(): void {
    this.#cancel();
    this.#sentAtMs = this.#parts.clock.monotonicMs();
    if (this.#flowing.size === 0) return;
    const partMs = this.#rttMs / (this.#connections.length + 1);
    this.#timers = this.#connections.map((each, at) =>
      this.#parts.clock.schedule(partMs * (at + 1), () => this.#send(each)),
    );
  }

  /** The fetch sent before is still under way: what it brings at least need not come again. */
  #offsetFor(position: SourceOffset, pace: ArrivalPace): SourceOffset {
    const nowMs = this.#parts.clock.monotonicMs();
    const silentMs = nowMs - (pace.seenAtMs ?? 0);
    const fetchedMs = silentMs + this.#rttMs - (nowMs - this.#sentAtMs);
    return asSource(position + BigInt(pace.leastGrowth(fetchedMs - this.#parts.limits.earlyMarginMs)));
  }

  end(cause: Cause): void {
    this.#cancel();
    this.#flowing.clear();
    for (const each of this.#connections) each.end(cause);
  }

  #cancel(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }

  #send(early: EarlyConnection): void {
    // Where nothing may come twice, no connection is opened either.
    const connection = this.#mayRepeat() ? early.take() : undefined;
    if (connection === undefined) return;
    const asked = this.#due();
    if (asked.size === 0) return;
    const turn = this.#parts.askTurn(this.#parts.limits.fetchNear.answerBytesMax);
    if (turn === undefined) return;
    this.#sentAtMs = this.#parts.clock.monotonicMs();
    early.carry(this.#fetch(connection, asked, turn));
  }

  async #fetch(
    connection: BrokerConnection,
    asked: ReadonlyMap<TopicId, ReadonlyMap<number, Asked>>,
    turn: Turn,
  ): Promise<void> {
    this.#parts.onFetch();
    let bytes = 0;
    try {
      const response = await connection.fetch({
        ...noSession,
        topics: topicsOf(asked, this.#parts.limits.earlyPartitionBytesMax),
        maxWaitMs: 0,
        minBytes: 1,
        maxBytes: turn.bytes,
        isolationLevel: 1,
      });
      if (response.throttleMs > 0) this.#parts.onThrottled(response.throttleMs);
      bytes = this.#take(response, asked);
    } finally {
      turn.done(bytes);
    }
  }

  #repeated(bytes: number): void {
    this.#allowedBytes -= bytes;
    this.#parts.onRepeated(bytes);
  }

  #mayRepeat(): boolean {
    const nowMs = this.#parts.clock.monotonicMs();
    const rate = this.#parts.earlyFetchBytesPerSecond();
    const grown = this.#allowedBytes + ((nowMs - this.#allowedAtMs) / 1000) * rate;
    this.#allowedBytes = Math.min(grown, rate);
    this.#allowedAtMs = nowMs;
    return this.#allowedBytes > 0;
  }

  /** By topic id and partition. */
  #due(): Map<TopicId, Map<number, Asked>> {
    const quietMs = quietRoundTrips * this.#rttMs;
    const due = new Map<TopicId, Map<number, Asked>>();
    for (const [partition, { topicId, pace }] of this.#flowing) {
      const silentMs = this.#parts.clock.monotonicMs() - (pace.seenAtMs ?? 0);
      if (silentMs > quietMs) {
        this.#flowing.delete(partition);
        continue;
      }
      const next = partition.fetchPosition();
      if (next === undefined) continue;
      const asked = { partition, life: next.life, offset: this.#offsetFor(next.offset, pace) };
      const topic = due.get(topicId);
      if (topic === undefined) due.set(topicId, new Map([[partition.spec.partition, asked]]));
      else topic.set(partition.spec.partition, asked);
    }
    return due;
  }

  /** Returns the bytes of records that came. */
  #take(response: FetchResponse, asked: ReadonlyMap<TopicId, ReadonlyMap<number, Asked>>): number {
    let bytes = 0;
    try {
      for (const { topicId, partitions } of response.topics) {
        for (const answer of partitions) {
          bytes += answer.records.length;
          const ours = asked.get(topicId)?.get(answer.partition);
          if (ours === undefined || answer.records.length === 0) continue;
          const { partition, life, offset } = ours;
          const before = partition.queuedBytes;
          partition.fetchedEarly(life, offset, answer, response.lease);
          const taken = partition.queuedBytes - before;
          this.#repeated(answer.records.length - taken);
          if (taken === 0) continue;
          const end = partition.fetchPosition()?.offset;
          if (end !== undefined) this.#flowing.get(partition)?.pace.saw(end, this.#parts.clock.monotonicMs());
          this.#parts.onTaken(partition);
        }
      }
      return bytes;
    } finally {
      response.lease.release();
    }
  }
}

function topicsOf(asked: ReadonlyMap<TopicId, ReadonlyMap<number, Asked>>, partitionMaxBytes: number) {
  return Array.from(asked, ([topicId, partitions]) => ({
    topicId,
    partitions: Array.from(
      partitions.values(),
      ({ partition, offset }): FetchPartition => ({
        partition: partition.spec.partition,
        currentLeaderEpoch: partition.point?.source.leaderEpoch ?? -1,
        fetchOffset: offset,
        lastFetchedEpoch: partition.fetchPosition()?.lastFetchedEpoch ?? -1,
        partitionMaxBytes,
      }),
    ),
  }));
}
