// A small world: one topic with one route from `source` to `target`, for tests that know what happens.
import { seededRandom } from '../../src/base/random.ts';
import type { PartitionStart } from '../../src/base/partition-start.ts';
import type { Fence } from '../../src/data-plane/mirror/fence.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import { compact, overtake } from './cleaning.ts';
import type { HomeTopic } from './home-topic.ts';
import type { PartitionWatch } from './partition-watch.ts';
import { Regions } from './regions.ts';
import type { Route } from './route.ts';
import type { Scheduler } from './scheduler.ts';
import type { WorkerProcess } from './worker-process.ts';
import { firstFence, topic, type WorldShape } from './world-shape.ts';

export class World {
  readonly source: ModelCluster;
  readonly target: ModelCluster;
  readonly regions = new Regions();
  readonly home: HomeTopic;
  readonly route: Route;

  constructor(shape: WorldShape) {
    const { seed, partitions, coordinated, transactions, keys, becomesSoft, source, target, ...rest } = shape;
    const random = seededRandom(seed);
    this.source = this.regions.addCluster('source', source, random);
    this.target = this.regions.addCluster('target', { ...target, permitsMarkers: !coordinated }, random);
    const written = { transactions, keys, becomesSoft };
    this.home = this.regions.addTopic(this.source, { name: topic, partitions, seed, ...written });
    this.route = this.regions.addRoute(this.home, this.target, {
      ...rest,
      seed: random.int(2 ** 31),
      workers: Array.from({ length: shape.workers }, (_, at) => `worker-${at + 1}`),
      fence: firstFence,
    });
  }

  get scheduler(): Scheduler {
    return this.regions.scheduler;
  }
  get workers(): readonly WorkerProcess[] {
    return this.route.workers;
  }
  get watches(): readonly PartitionWatch[] {
    return this.route.watches;
  }
  set fence(fence: Fence) {
    this.route.fence = fence;
  }
  get level(): boolean {
    return this.route.level;
  }

  worker(number: number): WorkerProcess {
    const worker = this.workers[number - 1];
    if (worker === undefined) throw new Error(`the world has no worker ${number}`);
    return worker;
  }

  /** As the ledger has it. */
  startOf(partition: number): PartitionStart | undefined {
    return this.route.startOf(partition);
  }
  soften(): void {
    this.regions.soften(this.home);
  }
  settle(): Promise<void> {
    return this.regions.settle();
  }
  write(partition: number, ...counts: readonly number[]): boolean {
    return this.home.write(partition, counts);
  }
  writeTransactions(partition: number, end = false): boolean {
    return end ? this.home.endTransactions(partition) : this.home.writeTransactions(partition);
  }

  /** The source's log begins at the batch that comes so many before its end, once all is committed. */
  async trimSource(partition: number, batchesLeft: number): Promise<void> {
    await this.settle();
    this.home.trim(partition, batchesLeft);
    await this.settle();
  }

  compact(cluster: ModelCluster, partition: number, brokerId: number, open: number): void {
    compact(this.home, cluster, partition, brokerId, open);
  }
  overtake(partition: number, offsets: number): void {
    overtake(this.route, [this.route], partition, offsets);
  }

  becomesLevel(untilMs: number): Promise<void> {
    return this.regions.becomesLevel(untilMs);
  }
  becomesVerified(untilMs: number): Promise<void> {
    return this.regions.becomesVerified(untilMs);
  }
  describe(): string {
    return this.regions.describe();
  }
  stop(): Promise<void> {
    return this.regions.stop();
  }
}
