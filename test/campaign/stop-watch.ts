// Watches in the ledger what the workers say of their partitions: who mirrors, what stopped and why, what is
// held by an open transaction, what is shifted.
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import type { LedgerChange } from '../../src/ledger/changes.ts';
import { LedgerReader } from '../../src/ledger/reader.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import type { SeenStop } from '../checkers/stop-checker.ts';

export interface SeenPartition {
  readonly state: string;
  readonly code: string | undefined;
  readonly seenAtMs: number;
}

export class StopWatch implements AsyncDisposable {
  readonly #reader: LedgerReader;
  readonly #abort = new AbortController();
  readonly #partitions = new Map<string, SeenPartition>();
  readonly #held = new Set<string>();
  readonly #shifted = new Set<string>();
  /** Each stop once, however often it is told. */
  readonly stops: SeenStop[] = [];
  /** Episodes since the beginning. */
  heldByTransactions = 0;
  shiftedAndBack = 0;
  #ended: Promise<void> = Promise.resolve();

  constructor(cluster: KafkaCluster) {
    const shared = { clock: systemClock, random: systemRandom, log: silentLog };
    this.#reader = new LedgerReader({ ...shared, cluster, region: 'the target' });
  }

  start(): void {
    const onChange = (change: LedgerChange<'causeway.observed'>) => this.#take(change);
    this.#ended = this.#reader.follow('causeway.observed', { onChange }, this.#abort.signal);
  }

  of(topic: string, partition = 0): SeenPartition | undefined {
    return this.#partitions.get(`${topic}-${partition}`);
  }

  async everybodyMirrors(topics: readonly string[]): Promise<void> {
    await waitUntil(
      'every copy to be mirrored',
      () => topics.every((topic) => this.of(topic)?.state === 'mirroring'),
      { seen: () => [...this.#partitions], giveUpMs: 120_000 },
    );
  }

  /** Reports of before count no more. */
  forget(topic: string): void {
    for (const name of this.#partitions.keys())
      if (name.startsWith(`${topic}-`)) this.#partitions.delete(name);
  }

  /** Partitions that are not mirrored by what was said of them last, and what was. */
  get notMirroring(): string[] {
    return [...this.#partitions]
      .filter(([, { state }]) => state !== 'mirroring')
      .map(([name, { state, code }]) => `${name} is ${state}${code === undefined ? '' : ` (${code})`}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    this.#reader.close();
    await this.#ended;
  }

  #take(change: LedgerChange<'causeway.observed'>): void {
    if (change.is !== 'record' || change.record.kind !== 'mirror') return;
    const { topic, partitions } = change.record;
    for (const { partition, state, cause, heldBy, shift } of partitions) {
      // Who gives a partition back shows it as paused: somebody else has it.
      if (state === 'paused') continue;
      const name = `${topic}-${partition}`;
      const former = this.#partitions.get(name);
      const code = cause?.code;
      const seenAtMs = performance.now();
      if (state === 'stopped' && (former?.state !== 'stopped' || former.code !== code)) {
        this.stops.push({
          topic,
          partition,
          code: code ?? '?',
          atMs: seenAtMs,
          message: cause?.message ?? '',
        });
      }
      this.#partitions.set(name, { state, code, seenAtMs });
      this.#note(name, heldBy !== undefined, shift);
    }
  }

  #note(name: string, isHeld: boolean, shift: bigint | undefined): void {
    if (isHeld && !this.#held.has(name)) this.heldByTransactions += 1;
    if (isHeld) this.#held.add(name);
    else this.#held.delete(name);
    if (shift === undefined) return;
    if (shift !== 0n) this.#shifted.add(name);
    else if (this.#shifted.delete(name)) this.shiftedAndBack += 1;
  }
}
