// A worker of one region: runs the mirror partitions that the ledger gives it, one engine per source region,
// and reports their progress. It needs only its own region's cluster and the sources.
import { type Clock, restOn } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { GroupCluster } from '../../kafka/client/group-calls.ts';
import type { LinkSpec } from '../../topology/topology.ts';
import type { LedgerWrite } from '../../ledger/writer.ts';
import type { Fence, FenceSource, RecordedFact } from '../mirror/fence.ts';
import type { MirrorPartition, MirrorSpec } from '../mirror/mirror-partition.ts';
import { type AssignmentView, assign, partsOfLimits, type Wanted } from './assignment.ts';
import { ClusterOnUse } from './cluster-on-use.ts';
import { Engine } from './engine.ts';
import { FenceReader } from './fence-reader.ts';
import { KeepAlive } from './keep-alive.ts';
import { LinkReport } from './link-report.ts';
import { defaultLimits, type WorkerLimits } from './limits.ts';
import { partitionName } from './packed-partitions.ts';
import { ProgressReport } from './progress-report.ts';
import { verifyBytesPerSecond } from './verify-rate.ts';
import { WorkerGroup } from './worker-group.ts';

/** The ledger of the worker's own region, as far as a worker needs it. */
export interface WorkerLedger {
  /** Calls `onChange` with the first view and every later one; ends with `signal`, rejects never. */
  follow(onChange: (view: AssignmentView) => void, signal: AbortSignal): Promise<void>;
  /** Reads `causeway.generations` to its end now. */
  readFences(): Promise<ReadonlyMap<string, Fence>>;
  /** Acknowledged, or rejects. */
  record(fact: RecordedFact): Promise<void>;
  /** Acknowledged, or rejects. */
  writeObserved(writes: readonly LedgerWrite<'causeway.observed'>[]): Promise<void>;
}

export interface WorkerParts {
  readonly name: string;
  readonly region: string;
  /** Throws where a region's settings cannot be resolved: its partitions wait with that, and ask again. */
  readonly clusterOf: (region: string) => KafkaCluster;
  /** Where the other workers of the region are met. Without it, this worker runs every partition. */
  readonly meetAt?: GroupCluster;
  readonly ledger: WorkerLedger;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits?: WorkerLimits;
}

/** How often progress is written to the ledger. */
const progressMs = 1_000;

export class Worker {
  readonly #parts: WorkerParts;
  readonly #fences: FenceReader;
  readonly #keepAlive: KeepAlive;
  readonly #report: ProgressReport;
  /** The region's other workers; none where this one runs everything. */
  readonly group: WorkerGroup | undefined;
  readonly #links: LinkReport;
  readonly #engines = new Map<string, Engine>();
  /** Which resumes each partition has had; one that is taken on has had all there are by being started. */
  readonly #resumesHad = new WeakMap<MirrorPartition, string>();
  readonly #abort = new AbortController();
  #view: AssignmentView | undefined;
  /** Everything in the last view is running. */
  #isSettled = true;
  #partsOfLimits: ReadonlyMap<string, number> = new Map();
  readonly #viewed = Promise.withResolvers<void>();
  #reportSoon: () => void = () => undefined;
  #loops: readonly Promise<unknown>[] = [];
  readonly #defect = Promise.withResolvers<never>();
  /** Rejects when a part ended by itself, which is a defect; resolves after `stop`. */
  finished: Promise<unknown> = Promise.resolve();
  /** Set once the first view of the ledger has been taken in. */
  ready = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    const record: FenceSource['record'] = (fact) => parts.ledger.record(fact);
    this.#fences = new FenceReader(() => this.#readFences(), record);
    const { name, region, clock, random, log, ledger, meetAt } = parts;
    this.#report = new ProgressReport({ name, clock, log, write: (writes) => ledger.writeObserved(writes) });
    this.#links = new LinkReport({ worker: name, region, clock });
    this.#keepAlive = new KeepAlive({ region, clock, log, cluster: parts.clusterOf(region) });
    const onChange = () => this.#shareAnew();
    const shared = { region, clock, random, log, onChange };
    this.group = meetAt && new WorkerGroup({ ...shared, cluster: meetAt, runs: () => this.#runs() });
  }

  /** Why progress could not be written to the ledger last time, if so. */
  get ledgerTrouble(): string | undefined {
    return this.#report.trouble;
  }

  get engines(): ReadonlyMap<string, Engine> {
    return this.#engines;
  }

  get partitions(): MirrorPartition[] {
    return [...this.#engines.values()].flatMap((engine) => [...engine.partitions]);
  }

  /** What the running comparison with this source may read here, of both sides together; 0: nothing. */
  verifyBytesPerSecond(source: string): number {
    return verifyBytesPerSecond(this.#linkFrom(source)) * this.#partOf(source);
  }

  start(): void {
    const { signal } = this.#abort;
    this.#loops = [
      this.#parts.ledger.follow((view) => this.#follow(view), signal),
      this.#reportForever(signal),
      this.#keepAlive.run(signal),
      this.#meet(signal),
    ];
    this.finished = Promise.race([Promise.all(this.#loops), this.#defect.promise]);
  }

  /**
   * Orderly: awaits what is in flight, reports once more, closes every connection. What failed is told by
   * `finished`.
   */
  async stop(): Promise<void> {
    this.#abort.abort();
    this.#reportSoon();
    this.#viewed.resolve();
    await Promise.allSettled(this.#loops);
    await Promise.all([...this.#engines.values()].map((engine) => engine.stop()));
  }

  async #readFences(): Promise<ReadonlyMap<string, Fence>> {
    const fences = await this.#parts.ledger.readFences();
    this.#keepAlive.remember(fences);
    return fences;
  }

  /** Takes no share before it knows what there is to be shared. */
  async #meet(signal: AbortSignal): Promise<void> {
    await this.#viewed.promise;
    if (!signal.aborted) await this.group?.run(signal);
  }

  #follow(view: AssignmentView): void {
    this.#view = view;
    this.#share();
    this.ready = true;
    this.#viewed.resolve();
  }

  /** The group knows nothing of partitions: what fails here is no trouble of the group. */
  #shareAnew(): void {
    try {
      this.#share();
      this.#reportSoon();
    } catch (error) {
      this.#defect.reject(error);
    }
  }

  /** Takes on and gives back partitions, as the last view and this worker's share of it say. */
  #share(): void {
    if (this.#view === undefined || this.#abort.signal.aborted) return;
    this.#isSettled = true;
    const wanted = assign(this.#parts.region, this.#view);
    this.group?.wanted(wanted.map(({ spec }) => nameOf(spec)));
    const mine = wanted.filter(({ spec }) => this.group?.has(nameOf(spec)) ?? true);
    // Who runs everything while the group is away still shares the links with the others.
    const inShare = wanted.filter(({ spec }) => this.group?.isInShare(nameOf(spec)) ?? true);
    this.#partsOfLimits = partsOfLimits(inShare, wanted);
    for (const each of mine) this.#run(each);
    this.#giveBack(mine);
    for (const engine of this.#engines.values()) engine.steerAgain();
  }

  /** Names of what runs here, also of what is just being given back: nobody else has it yet. */
  #runs(): string[] {
    return this.partitions.map(({ spec }) => nameOf(spec));
  }

  #run({ spec, paused, resumesAsked }: Wanted): void {
    const engine = this.#engineFor(spec.sourceRegion);
    const before = engine.find(spec.topic, spec.partition);
    if (before !== undefined && !isSameMirror(before.spec, spec)) {
      // Another topic under the same name: the old mirror drains first, then this one is taken on.
      engine.remove(spec.topic, spec.partition);
      this.#isSettled = false;
      return;
    }
    const partition = before ?? engine.add(spec);
    const { state } = partition;
    const heading = state.name === 'draining' ? state.next.name : state.name;
    // Given back before and on its way out: taken on again once it is gone.
    if (heading === 'closed') this.#isSettled = false;
    else if (!paused && heading !== 'paused') this.#startAgain(partition, resumesAsked);
    else {
      // The end of a pause is a start: more than that no resume asks for.
      this.#resumesHad.set(partition, resumesAsked);
      if (paused && heading !== 'paused') partition.pause();
      else if (!paused) partition.resume();
    }
  }

  /** Does what an operator asked once: a partition that has stopped or waits starts again. */
  #startAgain(partition: MirrorPartition, resumesAsked: string): void {
    if (this.#resumesHad.get(partition) === resumesAsked) return;
    const { name } = partition.state;
    if (name === 'starting' || name === 'draining') {
      // What it saw may be older than the mending: if this leads to a stop, it starts once more.
      this.#isSettled = false;
      return;
    }
    this.#resumesHad.set(partition, resumesAsked);
    if (name === 'stopped' || name === 'waiting') partition.resume();
  }

  #giveBack(wanted: readonly Wanted[]): void {
    const kept = new Set(wanted.map(({ spec }) => nameOf(spec)));
    for (const engine of this.#engines.values()) {
      for (const { spec } of Array.from(engine.partitions)) {
        if (!kept.has(nameOf(spec))) engine.remove(spec.topic, spec.partition);
      }
    }
  }

  #engineFor(source: string): Engine {
    const kept = this.#engines.get(source);
    if (kept !== undefined) return kept;
    const { region, clusterOf, clock, random, log, limits = defaultLimits } = this.#parts;
    const engine = new Engine({
      sourceRegion: source,
      targetRegion: region,
      source: new ClusterOnUse(() => clusterOf(source)),
      target: clusterOf(region),
      fences: this.#fences,
      clock,
      random,
      log,
      limits,
      earlyFetchBytesPerSecond: () => this.#linkFrom(source)?.earlyFetchBytesPerSecond,
      limitBytesPerSecond: () => this.#limitOf(source),
      priorityOf: (set) => this.#view?.topology.mirrors.get(set)?.priority ?? 1,
      followsTrim: (set) => this.#view?.topology.mirrors.get(set)?.trim === 'follow',
      startPolicyOf: (set) => this.#view?.topology.mirrors.get(set),
    });
    this.#engines.set(source, engine);
    return engine;
  }

  /** Who has a partition is told at once when it changes. */
  #reportDue(): Promise<void> {
    const soon = new AbortController();
    this.#reportSoon = () => soon.abort();
    return restOn(this.#parts.clock, progressMs, soon.signal);
  }

  #linkFrom(source: string): LinkSpec | undefined {
    return this.#view?.topology.links.get(`${source}->${this.#parts.region}`);
  }

  /** Of the link's limit, what is this worker's to use. */
  #limitOf(source: string): number | undefined {
    const limit = this.#linkFrom(source)?.limitBytesPerSecond;
    return limit === undefined ? undefined : limit * this.#partOf(source);
  }

  /** Of what all workers together have on a link. */
  #partOf(source: string): number {
    return this.#partsOfLimits.get(source) ?? 1;
  }

  async #reportForever(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#reportDue();
      if (!this.#isSettled) this.#share();
      for (const engine of this.#engines.values()) engine.lookAround();
      await this.#report.write(this.partitions, this.#links.observe(this.#engines));
    }
  }
}

const nameOf = ({ sourceRegion, topic, partition }: MirrorSpec): string =>
  partitionName(sourceRegion, topic, partition);

/** A topic that was created again is another one. */
const isSameMirror = (a: MirrorSpec, b: MirrorSpec): boolean =>
  a.set === b.set &&
  a.sourceTopicId === b.sourceTopicId &&
  a.targetTopicId === b.targetTopicId &&
  a.soft === b.soft;
