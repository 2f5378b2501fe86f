// Every queue, window, wait and retry of the worker, by name. Sizes are bytes, times milliseconds.
import { nullBatchOffsetsMax } from '../../kafka/batch/null-batches.ts';
import type { PartitionLimits } from '../mirror/mirror-partition.ts';

export interface FetchLimits {
  /** Bytes of one fetch answer. */
  readonly answerBytesMax: number;
  /** Bytes of one partition in it. */
  readonly partitionBytesMax: number;
}

/** How a link is shared where it has a limit, or several classes of partitions. See docs/design/limits.md. */
export interface SteeringLimits {
  /**
   * Of what the link carries, what each class gets at least while others come before it: one that gets
   * nothing cannot be told from one that has stopped, and a twentieth costs the others little …
   */
  readonly leastShare: number;
  /** … and all those together at most, so that half is left to the first however many they are. */
  readonly leastSharesMax: number;
  /**
   * While others come before it, a class may try whether the link carries more: first so much of what those
   * get, for a round, and again after some rounds where that was at their cost.
   */
  readonly spareStep: number;
  readonly spareRoundMs: number;
  readonly spareRestRounds: number;
  /** What a link is taken to carry at least, while nothing has come that tells. */
  readonly capacityBytesMin: number;
  /** How long a link may have been idle for the limit to be made up for at once … */
  readonly bucketMs: number;
  /** … and bytes, so that a batch of the usual size fits into it. */
  readonly bucketBytesMin: number;
  /** Share of that which is kept for fetches that wait for new records. */
  readonly keptShare: number;
  /** A fetch of less is not worth a request. */
  readonly turnBytesMin: number;
  /** A fetch that waits for its turn looks at least that often whether limit or classes have changed. */
  readonly lookMs: number;
  /** Behind for that long, a partition is catching up and comes after those at the end of the source. */
  readonly behindMs: number;
  /** Bytes of a fetch where several classes share a link, before its answers tell. */
  readonly answerBytesMin: number;
  /**
   * How long an answer of a class that others come before may be under way, in round trips and beyond: so
   * long those others may have to wait for it. Less would not fill a long link.
   */
  readonly answerRoundTrips: number;
  readonly answerMs: number;
  /** The same for the class that comes first: nobody waits for it, and its fetches should fill the link. */
  readonly answerRoundTripsFirst: number;
  readonly answerMsFirst: number;
}

export interface WorkerLimits {
  readonly partition: PartitionLimits;
  /** Links with a round trip below `longRoundTripMs`. */
  readonly fetchNear: FetchLimits;
  /** Longer links need more on the way to be filled. */
  readonly fetchFar: FetchLimits;
  readonly longRoundTripMs: number;
  /** Round trips measured at most before a link is taken for a long one. */
  readonly roundTripsMax: number;
  /** How long a broker may hold a fetch until there is something to answer. */
  readonly fetchWaitMs: number;
  /** The same while a partition of the lane waits for room: it must get its turn soon. */
  readonly fetchWaitMsHeld: number;
  /** Fetch connections per source broker, each with one request under way. */
  readonly fetchLanes: number;
  /** A fetch connection whose last partition has gone is kept so long for the next one. */
  readonly emptyLaneMs: number;
  /**
   * On a long link, further fetches that leave within a round trip, on connections of their own, while
   * records keep coming: a record waits for the next one only. 0: none.
   */
  readonly earlyFetches: number;
  /** Bytes of one partition in the answer to an early fetch. */
  readonly earlyPartitionBytesMax: number;
  /**
   * So much less than what the fetch before it should bring is left out of an early fetch: timers and answers
   * come late now and then, and an answer that begins too late brings nothing.
   */
  readonly earlyMarginMs: number;
  /**
   * Bytes per second of a lane that may come twice for that, where the link does not say. While they are used
   * up, it does not fetch early.
   */
  readonly earlyFetchBytesPerSecond: number;
  readonly steering: SteeringLimits;
  readonly produceRequestBytesMax: number;
  readonly producePartitionsMax: number;
  /** Requests in flight on one produce connection at most … */
  readonly produceInFlightMax: number;
  /** … and the bytes that they may hold … */
  readonly produceInFlightBytes: number;
  /** … but so many requests, whatever they hold: fewer do not keep a broker busy. */
  readonly produceInFlightMin: number;
  /**
   * How long a target broker may wait for its replicas; short, since a slow one delays its neighbours until
   * the connection is given up.
   */
  readonly produceWaitMs: number;
  /** The same for partitions that were slow before and have a connection of their own. */
  readonly produceWaitMsSlow: number;
  /** Control records in one request to a target broker; they are answered when all are committed. */
  readonly markersMax: number;
  /** Prefixes filled at once, each over a connection of its own … */
  readonly prefixesMax: number;
  /** … and the offsets of one batch of them: another number than other workers have makes them contend. */
  readonly prefixBatchOffsets: number;
  /** Start procedures under way at once. */
  readonly startsMax: number;
  /** A process that stood still for longer looks at everything anew before it writes. */
  readonly pauseMsMax: number;
  /** How long an orderly stop waits for what is in flight. */
  readonly stopWaitMs: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

export const defaultLimits: WorkerLimits = {
  partition: {
    queueBytesMax: 2 * MiB,
    inFlightMax: 20,
    mixed: { from: 10_000, below: 500 },
    retryDelayMsMin: 100,
    retryDelayMsMax: 5_000,
    slowRetryDelayMs: 60_000,
    suspectDelayMs: 15_000,
  },
  fetchNear: { answerBytesMax: 8 * MiB, partitionBytesMax: 2 * MiB },
  fetchFar: { answerBytesMax: 24 * MiB, partitionBytesMax: 8 * MiB },
  longRoundTripMs: 20,
  roundTripsMax: 3,
  fetchWaitMs: 500,
  fetchWaitMsHeld: 10,
  fetchLanes: 2,
  emptyLaneMs: 60_000,
  earlyFetches: 2,
  earlyPartitionBytesMax: 1 * MiB,
  earlyMarginMs: 6,
  earlyFetchBytesPerSecond: 1_000_000,
  steering: {
    leastShare: 0.05,
    leastSharesMax: 0.5,
    spareStep: 0.1,
    spareRoundMs: 3_000,
    spareRestRounds: 4,
    capacityBytesMin: 256 * KiB,
    bucketMs: 250,
    bucketBytesMin: 32 * KiB,
    keptShare: 0.25,
    turnBytesMin: 16 * KiB,
    lookMs: 200,
    behindMs: 1_000,
    answerBytesMin: 128 * KiB,
    answerRoundTrips: 3,
    answerMs: 50,
    answerRoundTripsFirst: 10,
    answerMsFirst: 250,
  },
  produceRequestBytesMax: 1 * MiB,
  producePartitionsMax: 200,
  produceInFlightMax: 20,
  produceInFlightBytes: 3 * MiB,
  produceInFlightMin: 5,
  produceWaitMs: 5_000,
  produceWaitMsSlow: 15_000,
  markersMax: 1_000,
  prefixesMax: 4,
  prefixBatchOffsets: nullBatchOffsetsMax,
  startsMax: 64,
  pauseMsMax: 10_000,
  stopWaitMs: 10_000,
};
