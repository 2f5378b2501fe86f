// The produce lanes of a link: one connection per target broker, and one more for partitions that are slow to
// be acknowledged. A partition changes its lane only while nothing of it is in flight.
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import type { Cause } from '../mirror/stop-cause.ts';
import type { WorkerLimits } from './limits.ts';
import { TargetLane } from './target-lane.ts';

export interface TargetLanesParts {
  readonly cluster: KafkaCluster;
  readonly limits: WorkerLimits;
  readonly mayWrite: () => boolean;
  readonly onProduce: () => void;
  readonly onThrottled: (forMs: number) => void;
  readonly onLost: () => void;
}

export class TargetLanes {
  readonly #parts: TargetLanesParts;
  readonly #lanes = new Map<string, TargetLane>();
  readonly #laneOf = new Map<MirrorPartition, TargetLane>();

  constructor(parts: TargetLanesParts) {
    this.#parts = parts;
  }

  offer(partition: MirrorPartition): void {
    const point = partition.point;
    if (point === undefined) return;
    let lane = this.#laneOf.get(partition);
    const mayMove = partition.inFlight === 0;
    if (lane === undefined || lane.ended || (mayMove && lane.slow !== partition.slowTarget)) {
      lane?.withdraw(partition);
      lane = this.#laneFor(point.target.leaderId, partition.slowTarget);
      this.#laneOf.set(partition, lane);
    }
    lane.offer(partition);
  }

  leave(partition: MirrorPartition): void {
    this.#laneOf.get(partition)?.withdraw(partition);
    this.#laneOf.delete(partition);
  }

  end(cause: Cause): void {
    for (const lane of Array.from(this.#lanes.values())) lane.end(cause);
  }

  #laneFor(brokerId: number, slow: boolean): TargetLane {
    const key = `${brokerId}/${slow}`;
    const kept = this.#lanes.get(key);
    if (kept !== undefined) return kept;
    const { cluster, limits, mayWrite, onProduce, onThrottled, onLost } = this.#parts;
    const lane = new TargetLane({
      brokerId,
      slow,
      connect: () => cluster.connect(brokerId),
      limits,
      mayWrite,
      onProduce,
      onThrottled,
      onEnd: (ended) => {
        if (this.#lanes.get(key) === ended) this.#lanes.delete(key);
        onLost();
      },
    });
    this.#lanes.set(key, lane);
    // `open` ends in `onEnd` and never rejects.
    lane.open().catch((error: unknown) => {
      throw error;
    });
    return lane;
  }
}
