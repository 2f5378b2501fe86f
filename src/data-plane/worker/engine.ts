// The mirrors of one link, from a source cluster to the target's: start procedures, fetch lanes, produce
// lanes. Takes clock, randomness and both clusters as parameters, so that it runs on the broker model as
// well.
import type { Clock, Timer } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { topicIdText } from '../../kafka/wire/messages.ts';
import { factOf, type Fence, type FenceSource } from '../mirror/fence.ts';
import { defaultStartPolicy, type StartPolicy } from '../mirror/first-offset.ts';
import { MirrorPartition, type MirrorSpec, type PartitionListener } from '../mirror/mirror-partition.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { type PartitionEnd, placeOf } from '../mirror/partition-end.ts';
import { findStart, type StartSite } from '../mirror/start-procedure.ts';
import { type Cause, causeOf } from '../mirror/stop-cause.ts';
import { ClusterSide } from './cluster-side.ts';
import { failureOf } from './failure.ts';
import { FetchTurns } from './fetch-turns.ts';
import { Filler, guardAt } from './filler.ts';
import { Guards } from './guards.ts';
import { HeldTime } from './held-time.ts';
import type { WorkerLimits } from './limits.ts';
import { MarkerLanes } from './marker-lanes.ts';
import { PauseWatch } from './pause-watch.ts';
import { Prefiller } from './prefiller.ts';
import { SourceLanes } from './source-lanes.ts';
import { StartQueue } from './start-queue.ts';
import { TargetLanes } from './target-lanes.ts';
import { TransactionHolders } from './transaction-holders.ts';
import { TrimFollower } from './trim-follower.ts';

export interface EngineParts {
  readonly sourceRegion: string;
  readonly targetRegion: string;
  readonly source: KafkaCluster;
  readonly target: KafkaCluster;
  readonly fences: FenceSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits: WorkerLimits;
  /** What the link says may be fetched twice now; the worker's limit where it says nothing. */
  readonly earlyFetchBytesPerSecond?: () => number | undefined;
  /** This worker's part of the link's limit now; undefined where it has none. */
  readonly limitBytesPerSecond?: () => number | undefined;
  /** Of a mirror set now; 1 is served first, and is what all have unless given. */
  readonly priorityOf?: (set: string) => number;
  /** Whether copies of the set are trimmed with their source; not unless given. */
  readonly followsTrim?: (set: string) => boolean;
  /** Where copies of a mirror set's partitions begin that are new, and how much of their holes is filled. */
  readonly startPolicyOf?: (set: string) => StartPolicy | undefined;
}

/** Counts since the process started. */
export interface EngineCounts {
  fetches: number;
  /** Bytes that early fetches brought for the second time. */
  repeatedBytes: number;
  produces: number;
  lanesLost: number;
  pauses: number;
}

const keyOf = (spec: Pick<MirrorSpec, 'topic' | 'partition'>) => `${spec.topic}/${spec.partition}`;

export class Engine {
  readonly counts: EngineCounts = { fetches: 0, repeatedBytes: 0, produces: 0, lanesLost: 0, pauses: 0 };
  /** Last measured round trip to a source broker, milliseconds; undefined before the first. */
  rttMs: number | undefined;
  readonly turns: FetchTurns;
  /** How long quotas of either side's brokers have held us. */
  readonly throttled = { source: new HeldTime(), target: new HeldTime() };
  readonly #parts: EngineParts;
  readonly #partitions = new Map<string, MirrorPartition>();
  readonly #sides: Record<'source' | 'target', ClusterSide>;
  readonly #sourceLanes: SourceLanes;
  readonly #targetLanes: TargetLanes;
  readonly #markerLanes: MarkerLanes;
  readonly #guards: Guards;
  /** By mirror set, as last read. */
  readonly #fences = new Map<string, Fence>();
  readonly #filler: Filler;
  readonly #prefiller: Prefiller;
  readonly #starts: StartQueue;
  readonly #holders: TransactionHolders;
  readonly #trims: TrimFollower;
  readonly #watch: PauseWatch;
  /** One per waiting partition; cancelled with the wait, so that a stopped engine leaves none behind. */
  readonly #waits = new Map<MirrorPartition, Timer>();
  readonly #abort = new AbortController();
  #onIdle: (() => void) | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const { clock, limits } = parts;
    this.#sides = {
      source: new ClusterSide({ side: 'source', region: parts.sourceRegion, cluster: parts.source, clock }),
      target: new ClusterSide({ side: 'target', region: parts.targetRegion, cluster: parts.target, clock }),
    };
    this.#watch = new PauseWatch(clock, limits.pauseMsMax, (pausedMs) => this.#paused(pausedMs));
    const mayWrite = () => this.#watch.check();
    this.turns = new FetchTurns({
      clock,
      limits: limits.steering,
      limitBytesPerSecond: () => parts.limitBytesPerSecond?.(),
      rttMs: () => this.rttMs,
    });
    this.#sourceLanes = new SourceLanes({
      cluster: parts.source,
      clock,
      limits,
      turns: this.turns,
      priorityOf: (set) => parts.priorityOf?.(set) ?? 1,
      onThrottled: (forMs) => this.throttled.source.heldFor(forMs, clock.monotonicMs()),
      earlyFetchBytesPerSecond: () => parts.earlyFetchBytesPerSecond?.() ?? limits.earlyFetchBytesPerSecond,
      onFetch: () => {
        this.counts.fetches += 1;
      },
      onRepeated: (bytes) => {
        this.counts.repeatedBytes += bytes;
      },
      onRoundTrip: (rttMs) => {
        this.rttMs = rttMs;
      },
      onLost: () => {
        this.counts.lanesLost += 1;
      },
    });
    this.#targetLanes = new TargetLanes({
      cluster: parts.target,
      limits,
      onThrottled: (forMs) => this.throttled.target.heldFor(forMs, clock.monotonicMs()),
      mayWrite,
      onProduce: () => {
        this.counts.produces += 1;
      },
      onLost: () => {
        this.counts.lanesLost += 1;
      },
    });
    this.#markerLanes = new MarkerLanes(parts.target, limits.markersMax);
    this.#guards = new Guards({ cluster: parts.target, clock, random: parts.random });
    this.#filler = new Filler({
      lanes: this.#markerLanes,
      guards: this.#guards,
      clock,
      signal: this.#abort.signal,
      log: parts.log,
      mayWrite,
      fences: parts.fences,
    });
    const { target: cluster, log } = parts;
    this.#prefiller = new Prefiller({ cluster, log, limits, mayWrite });
    const endAt = (side: 'source' | 'target') => (topic: string, partition: number) =>
      this.#sides[side].findEnd(topic, partition);
    this.#holders = new TransactionHolders({ findEnd: endAt('source'), clock, log });
    const follows = (set: string) => parts.followsTrim?.(set) ?? false;
    this.#trims = new TrimFollower({ findEnd: endAt('target'), follows, mayWrite, clock, log });
    this.#starts = new StartQueue(limits.startsMax, (partition) => this.#startOne(partition));
  }

  get partitions(): Iterable<MirrorPartition> {
    return this.#partitions.values();
  }

  find(topic: string, partition: number): MirrorPartition | undefined {
    return this.#partitions.get(keyOf({ topic, partition }));
  }

  /** Takes a partition on, at rest until `resume`. Idempotent. */
  add(spec: MirrorSpec): MirrorPartition {
    const kept = this.#partitions.get(keyOf(spec));
    if (kept !== undefined) return kept;
    const { clock, random, limits, startPolicyOf } = this.#parts;
    const partition = new MirrorPartition(spec, {
      clock,
      random,
      limits: limits.partition,
      listener: this.#listener,
      budget: () => startPolicyOf?.(spec.set) ?? defaultStartPolicy,
    });
    this.#partitions.set(keyOf(spec), partition);
    return partition;
  }

  /** Gives a partition back once nothing of it is in flight. */
  remove(topic: string, partition: number): void {
    this.find(topic, partition)?.close();
  }

  /** How long fetches or writes with work have been held up so far, by what held them. */
  heldMs(): Record<'limit' | 'priority' | 'source_quota' | 'target_quota', number> {
    const nowMs = this.#parts.clock.monotonicMs();
    return {
      limit: this.turns.heldMs('limit'),
      priority: this.turns.heldMs('priority'),
      source_quota: this.throttled.source.totalMs(nowMs),
      target_quota: this.throttled.target.totalMs(nowMs),
    };
  }

  /** To be called now and then: looks for what no answer tells. */
  lookAround(): void {
    for (const partition of this.#partitions.values()) partition.lookForEmptied();
    const looks = [this.#holders.look(this.partitions), this.#trims.look(this.partitions)];
    Promise.all(looks).catch((error: unknown) => {
      throw error;
    });
  }

  /** Limit or priorities may have changed: nothing starts anew for that. */
  steerAgain(): void {
    this.#sourceLanes.sortAgain();
    this.turns.look();
  }

  /** Orderly: fetches no more, awaits what is in flight for at most `stopWaitMs`, ends every connection. */
  async stop(): Promise<void> {
    for (const partition of Array.from(this.#partitions.values())) partition.close();
    const { clock, limits } = this.#parts;
    if (this.#partitions.size > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
      await Promise.race([idle, clock.sleep(limits.stopWaitMs, this.#abort.signal)]);
    }
    const cause = causeOf('CW-2021', 'the worker is stopping');
    this.#abort.abort(new Obstacle(cause));
    this.#watch.stop();
    this.#disconnect(cause);
    // A start procedure may still be under way: it must not open what nobody ends any more.
    this.#guards.close();
    for (const side of Object.values(this.#sides)) side.close(cause.message);
  }

  readonly #listener: PartitionListener = {
    startDue: (partition) => this.#starts.add(partition),
    fetchDue: (partition) => this.#sourceLanes.touch(partition),
    produceDue: (partition) => this.#targetLanes.offer(partition),
    fillDue: (partition) => this.#filler.fill(partition),
    waitDue: (partition, delayMs) => {
      const timer = this.#parts.clock.schedule(delayMs, () => {
        this.#waits.delete(partition);
        partition.due();
      });
      this.#waits.set(partition, timer);
    },
    stateChanged: (partition) => this.#stateChanged(partition),
  };

  #stateChanged(partition: MirrorPartition): void {
    const { name } = partition.state;
    this.#waits.get(partition)?.cancel();
    this.#waits.delete(partition);
    if (name === 'mirroring') {
      this.#sourceLanes.join(partition);
      return;
    }
    this.#sourceLanes.leave(partition);
    this.#targetLanes.leave(partition);
    if (name === 'stopped' || name === 'waiting') this.#report(partition);
    if (name === 'closed') {
      this.#partitions.delete(keyOf(partition.spec));
      if (this.#partitions.size === 0) this.#onIdle?.();
    }
  }

  #report(partition: MirrorPartition): void {
    const { state, spec } = partition;
    if (state.name !== 'stopped' && state.name !== 'waiting') return;
    const fields = { set: spec.set, topic: spec.topic, partition: spec.partition, code: state.cause.code };
    if (state.name === 'stopped') this.#parts.log.error(fields, `stopped: ${state.cause.message}`);
    else this.#parts.log.info(fields, `waiting: ${state.cause.message}`);
  }

  async #startOne(partition: MirrorPartition): Promise<void> {
    const { life, spec } = partition;
    try {
      const start = await findStart(this.#siteOf(spec));
      if ('tail' in start) partition.started(life, start);
      else this.#prefiller.fill(partition, life, start);
    } catch (error) {
      this.#fences.delete(spec.set);
      partition.failed(life, failureOf('the start procedure', spec, error, this.#parts.log));
    }
  }

  #siteOf(spec: MirrorSpec): StartSite {
    const { clock, random, fences, startPolicyOf } = this.#parts;
    return {
      clock,
      random,
      signal: this.#abort.signal,
      fence: () => this.#readFence(spec),
      knownFence: () => this.#readFenceOnce(spec),
      findEnd: async (side) => {
        const end = await this.#sides[side].findEnd(spec.topic, spec.partition);
        refuseRecreated(end, side === 'source' ? spec.sourceTopicId : spec.targetTopicId);
        return end;
      },
      record: (target, fact) => fences.record(factOf(spec.set, target, fact)),
      soft: spec.soft,
      takeGuard: async (target) => guardAt(target, await this.#guards.take(spec)),
      policy: startPolicyOf?.(spec.set) ?? defaultStartPolicy,
    };
  }

  async #readFence(spec: MirrorSpec): Promise<Fence> {
    this.#fences.delete(spec.set);
    const fence = await openFence(this.#parts.fences, spec);
    this.#fences.set(spec.set, fence);
    return fence;
  }

  async #readFenceOnce(spec: MirrorSpec): Promise<Fence> {
    return this.#fences.get(spec.set) ?? (await this.#readFence(spec));
  }

  /** The process stood still: a successor may have written in the meantime, and what is queued is old. */
  #paused(pausedMs: number): void {
    this.counts.pauses += 1;
    const text = `the process stood still for ${Math.round(pausedMs / 1000)} s`;
    this.#parts.log.warn({ pausedMs: Math.round(pausedMs) }, text);
    this.#disconnect(causeOf('CW-2025', text));
    for (const partition of this.#partitions.values()) partition.startAgain();
  }

  #disconnect(cause: Cause): void {
    this.#sourceLanes.end(cause);
    this.#targetLanes.end(cause);
    this.#markerLanes.end(cause.message);
    this.#prefiller.disconnect(cause.message);
    for (const side of Object.values(this.#sides)) side.disconnect(cause.message);
  }
}

async function openFence(fences: FenceSource, spec: MirrorSpec): Promise<Fence> {
  const fence = await fences.currentFence(spec.set);
  if (fence !== undefined) return fence;
  const text = `mirror set ${spec.set} has no open generation in ${spec.targetRegion}`;
  throw new Obstacle(causeOf('CW-2018', text));
}

function refuseRecreated(end: PartitionEnd, expectedId: string | undefined): void {
  if (expectedId === undefined || expectedId === end.topicId) return;
  const [found, expected] = [topicIdText(end.topicId), topicIdText(expectedId)];
  const text = `${placeOf(end)}: topic id ${found} where ${expected} was mirrored`;
  throw new Obstacle(causeOf(end.side === 'source' ? 'CW-2003' : 'CW-2004', text));
}
