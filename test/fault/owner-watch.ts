// Watches in the ledger how long each mirror partition is without a worker that has it, and without one that
// mirrors it.
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import type { LedgerChange } from '../../src/ledger/changes.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import type { TopicPartition } from '../fixtures/link-plan.ts';
import { waitUntil } from '../fixtures/wait-until.ts';

export interface Gap {
  readonly partition: string;
  readonly ms: number;
  /** Since the watch began. */
  readonly atMs: number;
}

/** The longest time without a report. */
class GapWatch {
  readonly #names: readonly string[];
  readonly #seenAtMs = new Map<string, number>();
  #sinceMs: number | undefined;
  #longest: Gap = { partition: '', ms: 0, atMs: 0 };

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  get hasSeenAll(): boolean {
    return this.#names.every((name) => this.#seenAtMs.has(name));
  }

  start(): void {
    this.#sinceMs = performance.now();
  }

  saw(name: string, nowMs: number): void {
    this.#note(name, nowMs);
    this.#seenAtMs.set(name, nowMs);
  }

  longest(): Gap {
    for (const name of this.#names) this.#note(name, performance.now());
    return this.#longest;
  }

  #note(name: string, nowMs: number): void {
    const beforeMs = this.#seenAtMs.get(name);
    if (this.#sinceMs === undefined || beforeMs === undefined) return;
    const ms = Math.round(nowMs - beforeMs);
    if (ms <= this.#longest.ms) return;
    this.#longest = { partition: name, ms, atMs: Math.round(beforeMs - this.#sinceMs) };
  }
}

/** Longer than any rebalance that comes after a change, and than a worker goes on with what it gives back. */
const restMs = 10_000;

export class OwnerWatch implements AsyncDisposable {
  readonly #reader: LedgerReader;
  readonly #abort = new AbortController();
  /** A living worker has it, in whatever state. */
  readonly owned: GapWatch;
  readonly mirroring: GapWatch;
  readonly #workers: number;
  /** By partition: the worker that mirrored it last. */
  readonly #ownerOf = new Map<string, string>();
  #movedAtMs = 0;
  #ended: Promise<void> = Promise.resolve();

  constructor(cluster: KafkaCluster, partitions: readonly TopicPartition[], workers: number) {
    this.#workers = Math.min(workers, partitions.length);
    const shared = { clock: systemClock, random: systemRandom, log: silentLog };
    this.#reader = new LedgerReader({ ...shared, cluster, region: 'the target' });
    const names = partitions.map(({ topic, partition }) => `${topic}-${partition}`);
    this.owned = new GapWatch(names);
    this.mirroring = new GapWatch(names);
  }

  /** Resolves when every partition is mirrored and every worker has its share; gaps count from then on. */
  async start(): Promise<void> {
    const onChange = (change: LedgerChange<'causeway.observed'>) => this.#take(change);
    this.#ended = this.#reader.follow('causeway.observed', { onChange }, this.#abort.signal);
    await waitUntil('every partition to be mirrored, by all workers', () => this.#areAllAtWork);
    this.owned.start();
    this.mirroring.start();
  }

  /**
   * Resolves when no partition has moved for a while: a rebalance under way would find a dead worker before
   * its session ends.
   */
  async rest(): Promise<void> {
    await waitUntil('shares to be at rest', () => performance.now() - this.#movedAtMs > restMs);
  }

  get #areAllAtWork(): boolean {
    return this.mirroring.hasSeenAll && new Set(this.#ownerOf.values()).size >= this.#workers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    this.#reader.close();
    await this.#ended;
  }

  #take(change: LedgerChange<'causeway.observed'>): void {
    if (change.is !== 'record' || change.record.kind !== 'mirror') return;
    const { topic, worker, partitions } = change.record;
    const nowMs = performance.now();
    for (const { partition, state } of partitions) {
      const name = `${topic}-${partition}`;
      // Who gives a partition back shows it as paused.
      if (state !== 'paused') this.owned.saw(name, nowMs);
      if (state !== 'mirroring') continue;
      this.mirroring.saw(name, nowMs);
      if (this.#ownerOf.get(name) === worker) continue;
      this.#ownerOf.set(name, worker);
      this.#movedAtMs = nowMs;
    }
  }
}
