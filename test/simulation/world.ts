// A world on virtual time: two model clusters, writers at the source, workers of the target's region, and
// checkers that look after every event.
import { type Random, seededRandom } from '../../src/base/random.ts';
import type { Softness } from '../../src/base/softness.ts';
import type { PartitionStart } from '../../src/base/partition-start.ts';
import type { MirrorSpec } from '../../src/data-plane/mirror/mirror-partition.ts';
import { defaultLimits } from '../../src/data-plane/worker/limits.ts';
import { madeBatch } from '../broker-model/made-batch.ts';
import { ModelCluster } from '../broker-model/model-cluster.ts';
import { quietCluster } from '../broker-model/model-types.ts';
import type { Replica } from '../broker-model/replica.ts';
import { Violation } from '../checkers/log-view.ts';
import { PartitionLedger } from '../fixtures/partition-ledger.ts';
import { Applications } from './applications.ts';
import { PartitionWatch } from './partition-watch.ts';
import { Scheduler, type SimEvent } from './scheduler.ts';
import { WorkerProcess } from './worker-process.ts';
import { type ClusterShape, firstFence, set, topic, type WorldShape } from './world-shape.ts';

export class World {
  readonly shape: WorldShape;
  readonly scheduler = new Scheduler();
  readonly source: ModelCluster;
  readonly target: ModelCluster;
  readonly workers: readonly WorkerProcess[];
  readonly watches: readonly PartitionWatch[];
  fence = firstFence;
  readonly #ledger = new PartitionLedger();
  readonly #applications: readonly Applications[];
  readonly #keysRandom: Random;
  readonly #specs: readonly MirrorSpec[];
  readonly #targetTopicId: string;
  #soft: Softness | undefined;
  #values = 0;

  constructor(shape: WorldShape) {
    this.shape = shape;
    const random = seededRandom(shape.seed);
    this.source = this.#cluster('source', shape.source, random.int(2 ** 31));
    this.target = this.#cluster('target', shape.target, random.int(2 ** 31));
    const { partitions } = shape;
    const isCompacted = shape.keys !== undefined;
    const compacted = isCompacted && shape.becomesSoft !== true;
    const sourceTopicId = this.source.createTopic(topic, { partitions, compacted, ...shape.source });
    const targetTopicId = this.target.createTopic(topic, { partitions, compacted, ...shape.target });
    this.#keysRandom = seededRandom(shape.seed + 2);
    this.#soft = compacted ? 'from-start' : undefined;
    this.#specs = Array.from({ length: partitions }, (_, partition) => ({
      set,
      topic,
      partition,
      sourceRegion: 'source',
      targetRegion: 'target',
      sourceTopicId,
      targetTopicId,
    }));
    const specs = this.#specs;
    this.#targetTopicId = targetTopicId;
    this.watches = specs.map(
      ({ partition }) =>
        new PartitionWatch(partition, this.source, this.target, () => this.workers, {
          mayShift: (shape.transactions ?? 0) > 0,
          compacted: isCompacted,
          start: () => this.startOf(partition),
          isLost: (offset) => this.#ledger.isLost(this.#targetTopicId, partition, offset),
        }),
    );
    const limits = { ...defaultLimits, ...shape.limits };
    this.workers = Array.from(
      { length: shape.workers },
      (_, at) =>
        new WorkerProcess({
          name: `worker-${at + 1}`,
          scheduler: this.scheduler,
          source: this.source,
          target: this.target,
          specs: () => this.specs,
          limits,
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
    const applicationsRandom = seededRandom(shape.seed + 1);
    this.#applications = specs.map(
      ({ partition }) =>
        new Applications(
          shape.transactions ?? 0,
          applicationsRandom,
          () => this.#nextValue(partition),
          shape.keys === undefined ? undefined : () => this.#nextKey(),
        ),
    );
    this.target.permitsMarkers = shape.coordinated !== true;
    this.scheduler.afterEvent = (event) => this.#look(event);
  }

  /** As the ledger tells workers now. */
  get specs(): readonly MirrorSpec[] {
    return this.#specs.map((spec) => ({ ...spec, soft: this.#soft }));
  }

  /** From now on the topic is compacted. Workers learn of it when they are told, or start. */
  soften(): void {
    if (this.shape.becomesSoft !== true || this.#soft !== undefined) return;
    this.#soft = 'later';
    for (const { controller } of [this.source, this.target]) controller.compactTopic(topic);
  }

  /** As the ledger has it. */
  startOf(partition: number): PartitionStart | undefined {
    return this.#ledger.startOf(this.#targetTopicId, partition);
  }

  worker(number: number): WorkerProcess {
    const worker = this.workers[number - 1];
    if (worker === undefined) throw new Error(`the world has no worker ${number}`);
    return worker;
  }

  /** Lets brokers learn what they lead; nothing else has begun. */
  async settle(): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + 100);
  }

  /** Appends batches of the given numbers of records at the source's leader; false where there is none. */
  write(partition: number, ...counts: readonly number[]): boolean {
    const leader = this.#writableLeader(partition);
    if (leader === undefined) return false;
    for (const count of counts) leader.append(this.#batch(partition, count));
    this.#lookAll();
    return true;
  }

  /** The source's log begins at the batch that comes so many before its end, once all is committed. */
  async trimSource(partition: number, batchesLeft: number): Promise<void> {
    await this.settle();
    const { history, sourceLeader } = this.watches[partition] ?? {};
    const first = history?.batches.at(-batchesLeft)?.baseOffset ?? history?.end;
    sourceLeader?.trim(batchesLeft === 0 ? (history?.end ?? 0n) : (first ?? 0n));
    await this.settle();
  }

  /** Applications go on, or end all that they have begun; false where there is no leader to write to. */
  writeTransactions(partition: number, end = false): boolean {
    const leader = this.#writableLeader(partition);
    if (leader === undefined) return false;
    const applications = this.#applications[partition] as Applications;
    if (end) applications.endAll(leader);
    else applications.step(leader);
    this.#lookAll();
    return true;
  }

  #writableLeader(partition: number): Replica | undefined {
    const leader = this.source.leaderOf(topic, partition);
    const broker = leader === undefined ? undefined : this.source.broker(leader.site.brokerId);
    if (leader === undefined || leader.belowMinimum || !broker?.alive || broker.frozen) return undefined;
    return leader;
  }

  /** Every partition ends where the source does, committed, and every running worker is at rest there. */
  get level(): boolean {
    return this.watches.every((watch) => this.#isLevel(watch));
  }

  /** Lets time go on until everything is level. Throws Violation where that takes longer than `untilMs`. */
  async becomesLevel(untilMs: number): Promise<void> {
    await this.#waitUntilLevel(untilMs);
    if ((this.shape.transactions ?? 0) === 0 && this.shape.keys === undefined) return;
    // What was announced in the ledger and has not come about is seen by the next start.
    for (const { partitions } of this.workers) for (const partition of partitions) partition.startAgain();
    await this.#waitUntilLevel(untilMs);
    for (const watch of this.watches) {
      watch.checkShifts(this.#ledger.segmentsOf(this.#targetTopicId, watch.partition));
    }
  }

  async #waitUntilLevel(untilMs: number): Promise<void> {
    const endMs = this.scheduler.nowMs + untilMs;
    while (!this.level) {
      if (this.scheduler.nowMs >= endMs) throw new Violation(`no progress any more:\n${this.describe()}`);
      await this.scheduler.runUntil(this.scheduler.nowMs + 100);
    }
  }

  /** Lets time go on until everything has been compared. Throws Violation where that takes longer. */
  async becomesVerified(untilMs: number): Promise<void> {
    const endMs = this.scheduler.nowMs + untilMs;
    while (!this.workers.every(({ verifier }) => verifier?.isThrough ?? true)) {
      if (this.scheduler.nowMs >= endMs) throw new Violation(`not all was compared:\n${this.describe()}`);
      await this.scheduler.runUntil(this.scheduler.nowMs + 100);
    }
  }

  /** Where everything stands, for a failed run's report. */
  describe(): string {
    const lines = this.watches.map((watch) => watch.describe());
    for (const worker of this.workers) {
      for (const partition of worker.partitions) {
        const cause = 'cause' in partition.state ? ` (${partition.state.cause.code})` : '';
        const { spec, state, position, inFlight } = partition;
        lines.push(
          `${worker.owner} ${spec.partition}: ${state.name}${cause} at ${position}, ${inFlight} in flight`,
        );
      }
      lines.push(...worker.lines.slice(-8).map((line) => `  ${worker.name} ${line}`));
    }
    return lines.join('\n');
  }

  /** Orderly end of all workers; then nobody may hold memory of fetch answers. */
  async stop(): Promise<void> {
    const running = this.workers.filter((worker) => worker.running);
    const stopping = Promise.all(running.map((worker) => worker.stop()));
    await this.scheduler.runUntil(this.scheduler.nowMs + 30_000);
    await stopping;
    for (const { memory, name } of [this.source, this.target]) {
      if (memory.releasedTwice > 0) throw new Violation(`${name}: memory was released twice`);
    }
  }

  /** Where nobody runs the partition, it has to be where the source is. */
  #isLevel(watch: PartitionWatch): boolean {
    const { end } = watch.history;
    const running = this.workers.flatMap(({ partitions }) =>
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

  #cluster(name: string, shape: ClusterShape, seed: number): ModelCluster {
    const settings = { ...quietCluster, ...shape.settings };
    return new ModelCluster({ name, brokers: shape.brokers, scheduler: this.scheduler, settings, seed });
  }

  #batch(partition: number, count: number): Buffer {
    const values = Array.from({ length: count }, () => Buffer.from(this.#nextValue(partition)));
    const timestampMs = BigInt(1_700_000_000_000 + this.#values);
    if (this.shape.keys === undefined) return madeBatch({ values, timestampMs });
    // One tombstone at most: by its time and key it is told from all others.
    const buried = this.#keysRandom.int(4 * count);
    const withTombstone = values.map((value, index) => (index === buried ? null : value));
    const keys = values.map(() => Buffer.from(this.#nextKey()));
    return madeBatch({ values: withTombstone, keys, timestampMs });
  }

  #nextKey(): string {
    return `key ${this.#keysRandom.int(this.shape.keys ?? 1)}`;
  }

  /** The cleaner of one replica comes by; the last few batches are in the open segment. */
  compact(cluster: ModelCluster, partition: number, brokerId: number, open: number): void {
    if (this.#soft === undefined) return;
    this.#lookAll();
    const replica = cluster.replicasOf(topic, partition).find(({ site }) => site.brokerId === brokerId);
    const upTo = replica?.log.batches.at(-1 - open)?.baseOffset;
    if (upTo !== undefined) replica?.compact({ upTo });
  }

  /** The source loses what comes next of a partition, and is not mirrored yet. */
  overtake(partition: number, offsets: number): void {
    if (this.shape.fillsGaps !== true || this.#soft === undefined) return;
    this.#lookAll();
    const { sourceLeader, targetLeader } = this.watches[partition] ?? {};
    if (sourceLeader === undefined || targetLeader === undefined) return;
    // Whole batches: a replica that begins anew in the middle of one would show a committed end there.
    const upTo = targetLeader.highWatermark + BigInt(offsets);
    const { log, lastStableOffset } = sourceLeader;
    const behind = log.batches.find(({ lastOffset }) => lastOffset >= upTo)?.baseOffset;
    sourceLeader.trim(behind !== undefined && behind < lastStableOffset ? behind : lastStableOffset);
  }

  #nextValue(partition: number): string {
    this.#values += 1;
    return `record ${this.#values} of partition ${partition}`;
  }

  #look(event: SimEvent): void {
    if (event.owner.startsWith('source')) for (const watch of this.watches) watch.lookAtSource();
    else if (event.owner.startsWith('target')) for (const watch of this.watches) watch.lookAtTarget();
    else for (const watch of this.watches) watch.lookAtWorkers();
    for (const worker of this.workers) worker.check(this.shape.mayStop ?? false);
  }

  #lookAll(): void {
    for (const watch of this.watches) watch.lookAtSource();
  }
}
