// A topic's way into another region: its copy there, the workers that make it, what the ledger keeps of it,
// and the checkers that look at it.
import type { PartitionStart } from '../../src/base/partition-start.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { ShiftSegments } from '../../src/base/shift-segments.ts';
import type { Fence } from '../../src/data-plane/mirror/fence.ts';
import type { MirrorSpec } from '../../src/data-plane/mirror/mirror-partition.ts';
import { defaultLimits } from '../../src/data-plane/worker/limits.ts';
import type { TopicId } from '../../src/kafka/wire/messages.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import { PartitionLedger } from '../fixtures/partition-ledger.ts';
import type { HomeTopic } from './home-topic.ts';
import { PartitionWatch } from './partition-watch.ts';
import type { Scheduler } from './scheduler.ts';
import { WorkerProcess } from './worker-process.ts';
import type { ClusterShape, RouteShape } from './world-shape.ts';

export class Route {
  readonly home: HomeTopic;
  readonly target: ModelCluster;
  readonly shape: RouteShape;
  readonly workers: readonly WorkerProcess[];
  readonly watches: readonly PartitionWatch[];
  /** Whether nothing explains a filler too many now. Set by tests. */
  isCalm: () => boolean = () => false;
  /** The generation that the ledger shows now. */
  fence: Fence;
  readonly #ledger = new PartitionLedger();
  readonly #targetTopicId: TopicId;

  constructor(
    scheduler: Scheduler,
    home: HomeTopic,
    target: ModelCluster,
    targetShape: ClusterShape,
    shape: RouteShape,
  ) {
    this.home = home;
    this.target = target;
    this.shape = shape;
    this.fence = shape.fence;
    this.#targetTopicId = target.createTopic(home.name, {
      ...targetShape,
      partitions: home.shape.partitions,
      compacted: home.soft !== undefined,
    });
    const isWithHoles = (home.shape.transactions ?? 0) > 0;
    this.watches = home.partitions.map(
      (partition) =>
        new PartitionWatch(home, partition, target, () => this.workers, {
          mayShift: isWithHoles,
          mayBeExtra: () => !this.isCalm(),
          compacted: home.isCompacted,
          start: () => this.startOf(partition),
          // What is told to be lost counts only where the source has begun behind it.
          isLost: (offset) =>
            offset < home.highestStart(partition) &&
            this.#ledger.isLost(this.#targetTopicId, partition, offset),
          from: shape.startPolicy?.from === 'latest' ? 'latest' : 'earliest',
        }),
    );
    const random = seededRandom(shape.seed);
    this.workers = shape.workers.map(
      (name) =>
        new WorkerProcess({
          name,
          scheduler,
          source: home.cluster,
          target,
          specs: () => this.specs,
          limits: { ...defaultLimits, ...shape.limits },
          steering: shape.steering,
          startPolicy: shape.startPolicy,
          followsTrim: shape.followsTrim ?? false,
          seed: random.int(2 ** 31),
          fence: () => ({ ...this.fence, ...this.#ledger.kept }),
          ledger: this.#ledger,
          ledgerDelayMs: shape.ledgerDelayMs ?? 1,
          verifies: shape.verifies ?? false,
        }),
    );
  }

  get name(): string {
    return `${this.home.name} to ${this.target.name}`;
  }

  /** As the ledger tells workers now. */
  get specs(): readonly MirrorSpec[] {
    const { name: topic, cluster, id: sourceTopicId, partitions, soft } = this.home;
    const regions = { sourceRegion: cluster.name, targetRegion: this.target.name };
    const topicIds = { sourceTopicId, targetTopicId: this.#targetTopicId };
    return partitions.map((partition) => ({
      set: `${topic}-set`,
      topic,
      partition,
      ...regions,
      ...topicIds,
      soft,
    }));
  }

  /** As the ledger has it. */
  startOf(partition: number): PartitionStart | undefined {
    return this.#ledger.startOf(this.#targetTopicId, partition);
  }
  segmentsOf(partition: number): ShiftSegments {
    return this.#ledger.segmentsOf(this.#targetTopicId, partition);
  }

  /** Every partition ends where the source does, committed, and every running worker is at rest there. */
  get level(): boolean {
    return this.watches.every((watch) => this.isLevelAt(watch));
  }
  /** Whether workers that compare what they mirror are through. */
  get verified(): boolean {
    return this.#expected.every((worker) => worker.verifier?.isThrough ?? true);
  }

  /** Source offset up to which any worker counts a partition as copied; undefined where none knows. */
  reached(partition: number): bigint | undefined {
    const reached = this.workers.flatMap(({ partitions }) =>
      partitions.flatMap(({ spec, position, shift }) =>
        spec.partition === partition && position !== undefined ? [position - (shift ?? 0n)] : [],
      ),
    );
    return reached.reduce<bigint | undefined>(
      (most, each) => (most === undefined || each > most ? each : most),
      undefined,
    );
  }

  /** What was announced in the ledger and has not come about is seen by the next start. */
  startAgain(): void {
    for (const { partitions } of this.#expected) for (const partition of partitions) partition.startAgain();
  }

  /** What the ledger says of shifts is what the target holds. Throws Violation. */
  checkShifts(): void {
    for (const watch of this.watches) watch.checkShifts(this.segmentsOf(watch.partition));
  }

  /** The checkers look at what an event of the process `owner` may have changed. Throw Violation. */
  look(owner: string): void {
    if (owner.startsWith(`${this.target.name}/`)) for (const watch of this.watches) watch.lookAtTarget();
    if (this.workers.some(({ name }) => owner.startsWith(`${name}#`))) {
      for (const watch of this.watches) watch.lookAtWorkers();
    }
    for (const worker of this.workers) worker.check(this.shape.mayStop ?? false);
  }

  /** Where everything stands, for a failed run's report. */
  describe(): string {
    const lines = this.watches.map((watch) => watch.describe());
    for (const worker of this.workers) {
      for (const partition of worker.partitions) {
        const cause = 'cause' in partition.state ? ` (${partition.state.cause.code})` : '';
        const { spec, state, position, inFlight } = partition;
        const place = `${worker.owner} ${spec.partition}`;
        lines.push(`${place}: ${state.name}${cause} at ${position}, ${inFlight} in flight`);
      }
      lines.push(...worker.lines.slice(-8).map((line) => `  ${worker.name} ${line}`));
    }
    return lines.join('\n');
  }

  get #expected(): readonly WorkerProcess[] {
    return this.workers.filter(({ givenUp }) => !givenUp);
  }

  /** Where nobody runs the partition, it has to be where the source is. */
  isLevelAt(watch: PartitionWatch): boolean {
    const { end } = watch.history;
    const running = this.#expected.flatMap(({ partitions }) =>
      partitions.filter(({ spec }) => spec.partition === watch.partition),
    );
    if (running.length === 0) return watch.levelAt(end);
    const isAtRest = running.every(
      ({ state, inFlight, position, shift }) =>
        state.name === 'mirroring' && inFlight === 0 && (position ?? 0n) - (shift ?? 0n) === end,
    );
    // One worker's fillers too many are seen by another one when it writes next.
    const positions = running.map(({ position }) => position ?? 0n);
    return isAtRest && watch.levelAt(positions.reduce((most, each) => (each > most ? each : most)));
  }
}
