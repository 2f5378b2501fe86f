// The fetch lanes of a link: which partition is fetched over which connection.
import type { Clock } from '../../base/clock.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { Cause } from '../mirror/stop-cause.ts';
import type { WorkerLimits } from './limits.ts';
import { SourceLane } from './source-lane.ts';

export interface SourceLanesParts {
  readonly cluster: KafkaCluster;
  readonly clock: Clock;
  readonly limits: WorkerLimits;
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

  /** Fetches a partition that has just started mirroring, on the emptiest lane of its leader. */
  join(partition: MirrorPartition): void {
    const point = partition.point;
    if (point === undefined || this.#laneOf.has(partition)) return;
    const lane = this.#laneFor(point.source.leaderId);
    this.#laneOf.set(partition, lane);
    lane.add(partition, point.source.topicId);
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

  #laneFor(brokerId: number): SourceLane {
    const lanes = [...this.#lanes].filter((lane) => lane.brokerId === brokerId);
    if (lanes.length < this.#parts.limits.fetchLanes) return this.#open(brokerId);
    return lanes.reduce((emptiest, lane) => (lane.size < emptiest.size ? lane : emptiest));
  }

  #open(brokerId: number): SourceLane {
    const lane = new SourceLane({
      ...this.#parts,
      brokerId,
      connect: () => this.#parts.cluster.connect(brokerId),
      onEnd: (ended) => {
        this.#lanes.delete(ended);
        this.#parts.onLost();
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
