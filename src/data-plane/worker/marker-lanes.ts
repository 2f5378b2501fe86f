// The fillers' connections: one per target broker, and one more for partitions that are slow to be
// acknowledged. A broker answers a connection's requests in order, so fillers never wait behind data.
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { MarkerLane, type MarkerOrder } from './marker-lane.ts';

export class MarkerLanes {
  readonly #cluster: KafkaCluster;
  readonly #markersMax: number;
  readonly #lanes = new Map<string, MarkerLane>();

  constructor(cluster: KafkaCluster, markersMax: number) {
    this.#cluster = cluster;
    this.#markersMax = markersMax;
  }

  /** As `MarkerLane.append`. */
  append(brokerId: number, slow: boolean, order: MarkerOrder): Promise<number> {
    const key = `${brokerId}/${slow}`;
    const lane = this.#lanes.get(key) ?? this.#open(key, brokerId);
    return lane.append(order);
  }

  end(reason: string): void {
    for (const lane of Array.from(this.#lanes.values())) lane.end(reason);
  }

  #open(key: string, brokerId: number): MarkerLane {
    const lane = new MarkerLane({
      connect: () => this.#cluster.connect(brokerId),
      markersMax: this.#markersMax,
      onEnd: (ended) => {
        if (this.#lanes.get(key) === ended) this.#lanes.delete(key);
      },
    });
    this.#lanes.set(key, lane);
    return lane;
  }
}
