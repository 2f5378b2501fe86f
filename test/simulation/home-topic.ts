// A topic at its home: what applications write to it, and what of each partition is committed, to which every
// copy is held.
import { seededRandom } from '../../src/base/random.ts';
import type { Softness } from '../../src/base/softness.ts';
import type { TopicId } from '../../src/kafka/wire/messages.ts';
import { madeBatch } from '../broker-model/made-batch.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { Replica } from '../broker-model/replica.ts';
import { CommittedHistory } from '../checkers/committed-history.ts';
import { Applications } from './applications.ts';
import type { ClusterShape, TopicShape } from './world-shape.ts';
import { Writing } from './writing.ts';

export class HomeTopic {
  readonly name: string;
  readonly cluster: ModelCluster;
  readonly shape: TopicShape;
  readonly id: TopicId;
  readonly histories: readonly CommittedHistory[];
  /** Of each partition, the highest offset that any replica has begun at. */
  readonly #starts: bigint[];
  /** Batches and steps of transactions that were written. */
  operations = 0;
  readonly #applications: readonly Applications[];
  #soft: Softness | undefined;
  /** Writings that nobody named. */
  #unnamed = 0;

  constructor(cluster: ModelCluster, clusterShape: ClusterShape, shape: TopicShape) {
    this.name = shape.name;
    this.cluster = cluster;
    this.shape = shape;
    const compacted = shape.keys !== undefined && shape.becomesSoft !== true;
    this.#soft = compacted ? 'from-start' : undefined;
    this.id = cluster.createTopic(shape.name, { ...clusterShape, partitions: shape.partitions, compacted });
    this.histories = this.#each((partition) => new CommittedHistory(`source ${this.name}-${partition}`));
    this.#starts = this.#each(() => 0n);
    this.#applications = this.#each(() => new Applications(this.#producers));
  }

  get partitions(): readonly number[] {
    return this.#each((partition) => partition);
  }
  get isCompacted(): boolean {
    return this.shape.keys !== undefined;
  }
  /** As the ledger tells workers now. */
  get soft(): Softness | undefined {
    return this.#soft;
  }
  leaderOf(partition: number): Replica | undefined {
    return this.cluster.leaderOf(this.name, partition);
  }
  historyOf(partition: number): CommittedHistory {
    const history = this.histories[partition];
    if (history === undefined) throw new Error(`the world has no partition ${this.name}-${partition}`);
    return history;
  }

  /** Below it records have been lost to retention; all others are still there, or a cleaner took them. */
  highestStart(partition: number): bigint {
    return this.#starts[partition] ?? 0n;
  }

  /** From now on it is compacted; false where it is already, or never. */
  soften(): boolean {
    if (this.shape.becomesSoft !== true || this.#soft !== undefined) return false;
    this.#soft = 'later';
    this.cluster.controller.compactTopic(this.name);
    return true;
  }

  /** Appends batches of the given numbers of records at the leader; false where there is none. */
  write(partition: number, counts: readonly number[], writing = this.#writing(partition)): boolean {
    const leader = this.#writableLeader(partition);
    if (leader === undefined) return false;
    for (const count of counts) leader.append(madeBatch(writing.batch(count)));
    this.operations += counts.length;
    this.look();
    return true;
  }

  /** An application goes on; false where there is no leader to write to. */
  writeTransactions(partition: number, writing = this.#writing(partition)): boolean {
    return this.#goOn(partition, (applications, leader) => applications.step(leader, writing));
  }

  /** All that applications have begun ends; false where there is no leader to write to. */
  endTransactions(partition: number, { random } = this.#writing(partition)): boolean {
    return this.#goOn(partition, (applications, leader) => applications.endAll(leader, random));
  }

  #goOn(partition: number, step: (applications: Applications, leader: Replica) => void): boolean {
    const leader = this.#writableLeader(partition);
    if (leader === undefined) return false;
    step(this.#applications[partition] as Applications, leader);
    this.operations += this.#producers === 0 ? 0 : 1;
    this.look();
    return true;
  }

  /**
   * Whether all that was written is committed, and no transaction is open, by the leader’s word and by ours.
   */
  isDecided(partition: number): boolean {
    const { end, stableEnd } = this.historyOf(partition);
    const leader = this.leaderOf(partition);
    return leader?.log.end === end && leader.lastStableOffset === end && stableEnd === end;
  }

  /** The log begins at the batch that comes so many before what is committed of it. */
  trim(partition: number, batchesLeft: number): void {
    const { batches, end } = this.historyOf(partition);
    const first = batchesLeft === 0 ? end : (batches.at(-batchesLeft)?.baseOffset ?? end);
    this.leaderOf(partition)?.trim(first);
  }

  /** Takes in what has been committed since. */
  look(): void {
    // Any replica: a deposed leader may be the last one to see that all in sync have a record, and serve it.
    for (const partition of this.partitions) {
      for (const replica of this.cluster.replicasOf(this.name, partition)) {
        this.historyOf(partition).look(replica.log, replica.highWatermark);
        const { start } = replica.log;
        if (start > this.highestStart(partition)) this.#starts[partition] = start;
      }
    }
  }

  get #producers(): number {
    return this.shape.transactions ?? 0;
  }

  #each<T>(make: (partition: number) => T): T[] {
    return Array.from({ length: this.shape.partitions }, (_, partition) => make(partition));
  }

  #writableLeader(partition: number): Replica | undefined {
    const leader = this.leaderOf(partition);
    const broker = leader === undefined ? undefined : this.cluster.broker(leader.site.brokerId);
    if (leader === undefined || leader.belowMinimum || !broker?.alive || broker.frozen) return undefined;
    return leader;
  }

  /** What a test writes by itself. */
  #writing(partition: number): Writing {
    this.#unnamed += 1;
    const name = `${this.name}-${partition} #${this.#unnamed}`;
    return new Writing(name, this.#unnamed, this.shape, seededRandom(this.shape.seed + this.#unnamed));
  }
}
