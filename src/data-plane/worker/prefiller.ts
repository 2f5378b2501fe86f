// Fills the prefixes of a link's partitions, a few at a time, each over a connection of its own: batches of a
// megabyte would delay every other partition of a produce lane.
import type { Log } from '../../base/log.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { fillPrefix, type MissingPrefix } from '../mirror/prefix.ts';
import { causeOf } from '../mirror/stop-cause.ts';
import { failureOf } from './failure.ts';
import type { WorkerLimits } from './limits.ts';

export interface PrefillerParts {
  readonly cluster: KafkaCluster;
  readonly log: Log;
  readonly limits: Pick<WorkerLimits, 'prefixesMax' | 'prefixBatchOffsets' | 'produceWaitMsSlow'>;
  /** Asked before each write: false after the process stood still. */
  readonly mayWrite: () => boolean;
}

interface Order {
  readonly partition: MirrorPartition;
  readonly life: number;
  readonly missing: MissingPrefix;
}

export class Prefiller {
  readonly #parts: PrefillerParts;
  readonly #waiting: Order[] = [];
  readonly #connections = new Set<BrokerConnection>();
  #running = 0;

  constructor(parts: PrefillerParts) {
    this.#parts = parts;
  }

  /** Fills what is missing as soon as there is room; then the partition starts again. */
  fill(partition: MirrorPartition, life: number, missing: MissingPrefix): void {
    if (!partition.prefilled(life, missing.position, missing.start.firstOffset)) return;
    this.#waiting.push({ partition, life, missing });
    this.#next();
  }

  /** Ends every connection: what is under way fails, and starts again. */
  disconnect(reason: string): void {
    for (const connection of this.#connections) connection.destroy(reason);
  }

  #next(): void {
    while (this.#running < this.#parts.limits.prefixesMax) {
      const order = this.#waiting.shift();
      if (order === undefined) return;
      this.#running += 1;
      this.#fill(order)
        .finally(() => {
          this.#running -= 1;
          this.#next();
        })
        .catch((error: unknown) => {
          throw error;
        });
    }
  }

  async #fill(order: Order): Promise<void> {
    const { partition, life } = order;
    try {
      await this.#write(order);
      // The start procedure finds what is there now: nobody's word is taken for it.
      if (partition.life === life) partition.startAgain();
    } catch (error) {
      partition.failed(life, failureOf('filling a prefix', partition.spec, error, this.#parts.log));
    }
  }

  async #write({ partition, life, missing }: Order): Promise<void> {
    const { cluster, limits, mayWrite } = this.#parts;
    if (partition.life !== life) return;
    const connection = await cluster.connect(missing.target.leaderId);
    this.#connections.add(connection);
    try {
      const site = {
        connection,
        batchOffsets: limits.prefixBatchOffsets,
        waitMs: limits.produceWaitMsSlow,
        reached: (offset: MissingPrefix['position']) => {
          const isOurs = partition.prefilled(life, offset, missing.start.firstOffset);
          if (!isOurs) throw new Obstacle(causeOf('CW-2021', 'the partition has started anew'));
          if (!mayWrite()) throw new Obstacle(causeOf('CW-2025', 'the process stood still'));
        },
      };
      await fillPrefix(site, missing);
    } finally {
      this.#connections.delete(connection);
      connection.destroy('the prefix is filled');
    }
  }
}
