// A worker of one region: runs the mirror partitions that the ledger gives it, one engine per source region,
// and reports their progress. It needs only its own region's cluster and the sources.
import { type Clock, restOn } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import type { LinkSpec } from '../../topology/topology.ts';
import type { LedgerWrite } from '../../ledger/writer.ts';
import type { Fence } from '../mirror/fence.ts';
import type { MirrorPartition, MirrorSpec } from '../mirror/mirror-partition.ts';
import { type AssignmentView, assign, type Wanted } from './assignment.ts';
import { Engine } from './engine.ts';
import { FenceReader } from './fence-reader.ts';
import { KeepAlive } from './keep-alive.ts';
import { LinkReport } from './link-report.ts';
import { defaultLimits, type WorkerLimits } from './limits.ts';
import { ProgressReport } from './progress-report.ts';

/** The ledger of the worker's own region, as far as a worker needs it. */
export interface WorkerLedger {
  /** Calls `onChange` with the first view and every later one; ends with `signal`, rejects never. */
  follow(onChange: (view: AssignmentView) => void, signal: AbortSignal): Promise<void>;
  /** Reads `causeway.generations` to its end now. */
  readFences(): Promise<ReadonlyMap<string, Fence>>;
  /** Acknowledged, or rejects. */
  writeObserved(writes: readonly LedgerWrite<'causeway.observed'>[]): Promise<void>;
}

export interface WorkerParts {
  readonly name: string;
  readonly region: string;
  readonly clusterOf: (region: string) => KafkaCluster;
  readonly ledger: WorkerLedger;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits?: WorkerLimits;
  /**
   * This worker's part of the limit of the link from a region, from 0 to 1: several workers share one. The
   * whole unless given; asked again and again.
   */
  readonly partOfLimit?: (sourceRegion: string) => number;
}

/** How often progress is written to the ledger. */
const progressMs = 1_000;

export class Worker {
  readonly #parts: WorkerParts;
  readonly #fences: FenceReader;
  readonly #keepAlive: KeepAlive;
  readonly #report: ProgressReport;
  readonly #links: LinkReport;
  readonly #engines = new Map<string, Engine>();
  /** Which resumes each partition has had; one that is taken on has had all there are by being started. */
  readonly #resumesHad = new WeakMap<MirrorPartition, string>();
  readonly #abort = new AbortController();
  #view: AssignmentView | undefined;
  /** Everything in the last view is running. */
  #isSettled = true;
  #loops: Promise<unknown> = Promise.resolve();
  /** Set once the first view of the ledger has been taken in. */
  ready = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#fences = new FenceReader(() => this.#readFences());
    const { name, region, clock, log, ledger } = parts;
    this.#report = new ProgressReport({ name, clock, log, write: (writes) => ledger.writeObserved(writes) });
    this.#links = new LinkReport({ worker: name, region, clock });
    this.#keepAlive = new KeepAlive({ region, clock, log, cluster: parts.clusterOf(region) });
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

  start(): void {
    const { signal } = this.#abort;
    this.#loops = Promise.all([
      this.#parts.ledger.follow((view) => this.#follow(view), signal),
      this.#reportForever(signal),
      this.#keepAlive.run(signal),
    ]);
  }

  /** Orderly: awaits what is in flight, reports once more, closes every connection. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#loops;
    await Promise.all([...this.#engines.values()].map((engine) => engine.stop()));
  }

  async #readFences(): Promise<ReadonlyMap<string, Fence>> {
    const fences = await this.#parts.ledger.readFences();
    this.#keepAlive.remember(fences);
    return fences;
  }

  #follow(view: AssignmentView): void {
    this.#view = view;
    this.#isSettled = true;
    const wanted = assign(this.#parts.region, view);
    for (const each of wanted) this.#run(each);
    this.#giveBack(wanted);
    for (const engine of this.#engines.values()) engine.steerAgain();
    this.ready = true;
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
    const kept = new Set(wanted.map(({ spec }) => `${spec.sourceRegion}/${spec.topic}/${spec.partition}`));
    for (const [source, engine] of this.#engines) {
      for (const { spec } of Array.from(engine.partitions)) {
        if (!kept.has(`${source}/${spec.topic}/${spec.partition}`)) engine.remove(spec.topic, spec.partition);
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
      source: clusterOf(source),
      target: clusterOf(region),
      fences: this.#fences,
      clock,
      random,
      log,
      limits,
      earlyFetchBytesPerSecond: () => this.#linkFrom(source)?.earlyFetchBytesPerSecond,
      limitBytesPerSecond: () => this.#limitOf(source),
      priorityOf: (set) => this.#view?.topology.mirrors.get(set)?.priority ?? 1,
    });
    this.#engines.set(source, engine);
    return engine;
  }

  #linkFrom(source: string): LinkSpec | undefined {
    return this.#view?.topology.links.get(`${source}->${this.#parts.region}`);
  }

  /** Of the link's limit, what is this worker's to use. */
  #limitOf(source: string): number | undefined {
    const limit = this.#linkFrom(source)?.limitBytesPerSecond;
    return limit === undefined ? undefined : limit * (this.#parts.partOfLimit?.(source) ?? 1);
  }

  async #reportForever(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await restOn(this.#parts.clock, progressMs, signal);
      if (!this.#isSettled && this.#view !== undefined) this.#follow(this.#view);
      await this.#report.write(this.partitions, this.#links.observe(this.#engines));
    }
  }
}

/** A topic that was created again is another one. */
const isSameMirror = (a: MirrorSpec, b: MirrorSpec): boolean =>
  a.set === b.set && a.sourceTopicId === b.sourceTopicId && a.targetTopicId === b.targetTopicId;
