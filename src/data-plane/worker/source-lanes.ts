// The fetch lanes of a link: which partition is fetched over which connection. Every class of partitions has
// connections of its own, since what is under way on one cannot be overtaken.
import type { Clock } from '../../base/clock.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { type Cause, causeOf } from '../mirror/stop-cause.ts';
import type { FetchClass } from './fetch-class.ts';
import type { FetchTurns } from './fetch-turns.ts';
import type { WorkerLimits } from './limits.ts';
import { SourceLane } from './source-lane.ts';

export interface SourceLanesParts {
  readonly cluster: KafkaCluster;
  readonly clock: Clock;
  readonly limits: WorkerLimits;
  readonly turns: FetchTurns;
  /** Of a mirror set; 1 is served first. */
  readonly priorityOf: (set: string) => number;
  readonly onThrottled: (forMs: number) => void;
  readonly earlyFetchBytesPerSecond: () => number;
  readonly onFetch: () => void;
  readonly onRepeated: (bytes: number) => void;
  readonly onRoundTrip: (rttMs: number) => void;
  readonly onLost: () => void;
}

export class SourceLanes {
  readonly #parts: SourceLanesParts;
  readonly #lanes = new Set<SourceLane>();
  readonly #laneOf = new Map<MirrorPartition, SourceLane>();

  constructor(parts: SourceLanesParts) {
    this.#parts = parts;
  }

  /** Fetches a partition that has just started mirroring, on the emptiest lane of its leader and class. */
  join(partition: MirrorPartition): void {
    if (!this.#laneOf.has(partition)) this.#place(partition, false);
  }

  leave(partition: MirrorPartition): void {
    const lane = this.#laneOf.get(partition);
    if (lane === undefined) return;
    this.#laneOf.delete(partition);
    lane.remove(partition);
  }

  touch(partition: MirrorPartition): void {
    this.#laneOf.get(partition)?.touch(partition);
  }

  end(cause: Cause): void {
    for (const lane of Array.from(this.#lanes)) lane.end(cause);
  }

  /** The priority of a mirror set may have changed: its partitions go on in their new class. */
  sortAgain(): void {
    for (const [partition, { fetchClass }] of Array.from(this.#laneOf)) {
      if (fetchClass.priority !== this.#parts.priorityOf(partition.spec.set)) {
        this.#move(partition, fetchClass.catchesUp);
      }
    }
  }

  /**
   * A partition that stays behind leaves those at the end of the source alone, and comes back when it is
   * there. While all are behind, or none, nothing moves.
   */
  #sort(lane: SourceLane): void {
    const { heads, fetchClass } = lane;
    if (fetchClass.catchesUp) {
      for (const partition of Array.from(heads.atHead)) this.#move(partition, false);
      return;
    }
    const behind = heads.behindFor(this.#parts.limits.steering.behindMs);
    if (behind.length === 0 || !this.#isAnyAtHead()) return;
    for (const partition of behind) this.#move(partition, true);
  }

  #isAnyAtHead(): boolean {
    for (const { heads } of this.#lanes) if (heads.atHead.size > 0) return true;
    return false;
  }

  #move(partition: MirrorPartition, catchesUp: boolean): void {
    this.leave(partition);
    this.#place(partition, catchesUp);
  }

  #place(partition: MirrorPartition, catchesUp: boolean): void {
    const point = partition.point;
    if (point === undefined) return;
    const priority = this.#parts.priorityOf(partition.spec.set);
    const lane = this.#laneFor(point.source.leaderId, { priority, catchesUp });
    this.#laneOf.set(partition, lane);
    lane.add(partition, point.source.topicId);
  }

  #laneFor(brokerId: number, fetchClass: FetchClass): SourceLane {
    const isOfClass = ({ brokerId: id, fetchClass: { priority, catchesUp } }: SourceLane) =>
      id === brokerId && priority === fetchClass.priority && catchesUp === fetchClass.catchesUp;
    const lanes = [...this.#lanes].filter((lane) => isOfClass(lane) && !this.#endIfStale(lane));
    if (lanes.length < this.#parts.limits.fetchLanes) return this.#open(brokerId, fetchClass);
    return lanes.reduce((emptiest, lane) => (lane.size < emptiest.size ? lane : emptiest));
  }

  #endIfStale(lane: SourceLane): boolean {
    if (!lane.isStale) return false;
    lane.end(causeOf('CW-2021', 'the connection is gone'));
    return true;
  }

  #open(brokerId: number, fetchClass: FetchClass): SourceLane {
    const lane = new SourceLane({
      ...this.#parts,
      brokerId,
      fetchClass,
      connect: () => this.#parts.cluster.connect(brokerId),
      onSettled: (settled) => this.#sort(settled),
      onEnd: (ended) => {
        this.#lanes.delete(ended);
        // One without partitions was of no use any more.
        if (ended.size > 0) this.#parts.onLost();
      },
    });
    this.#lanes.add(lane);
    // `run` ends in `onEnd` and never rejects.
    lane.run().catch((error: unknown) => {
      throw error;
    });
    return lane;
  }
}
