// One broker of the model: the replicas on its disk, what it believes about the cluster, and its request
// handlers. Each incarnation is a process of the scheduler that can be frozen and dropped.
import type { Timer } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type { TopicId, TxnMarker, WrittenMarker } from '../../src/kafka/wire/messages.ts';
import type { Scheduler } from '../simulation/scheduler.ts';
import type { BrokerFace } from './broker-face.ts';
import type { Controller } from './controller.ts';
import { FetchSessions } from './fetch-sessions.ts';
import { type ClusterSettings, type PartitionImage, partitionKey } from './model-types.ts';
import type { ProducerIds } from './producer-ids.ts';
import { Replica } from './replica.ts';
import type { FollowerFetch, ReplicaFetchAnswer, ReplicaSite } from './replica-site.ts';
import { TransactionCoordinator } from './transaction-coordinator.ts';
import { transactionTopic } from './transaction-log.ts';
import { writeMarkers } from './write-markers.ts';

/** What a broker needs from the cluster around it. */
export interface BrokerSite {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly settings: ClusterSettings;
  /** The randomness that belongs to a name. */
  randomOf(name: string): Random;
  readonly controller: Controller;
  readonly producerIds: ProducerIds;
  readonly brokerIds: readonly number[];
  broker(id: number): ModelBroker | undefined;
  /** False while the two brokers cannot reach each other. */
  reaches(from: number, to: number): boolean;
  /** Asked before each append; an error code other than NONE is answered and nothing is appended. */
  readonly refuseAppend: ((topic: string, partition: number) => number) | undefined;
  /** Whether clients may send WriteTxnMarkers. */
  readonly permitsMarkers: boolean;
  /** Makes the topic of the transaction coordinators, unless it is there. */
  openTransactionLog(): void;
  /**
   * For how long a client that has sent such a request, and gets so many bytes, is to be quiet: its quota.
   */
  throttleMs(kind: 'fetch' | 'produce', bytes: number): number;
  /** The network path between a broker and the controller. */
  controllerLink(brokerId: number): string;
}

const neverMs = -(2n ** 62n);

export class ModelBroker implements ReplicaSite<Replica>, BrokerFace {
  readonly brokerId: number;
  readonly site: BrokerSite;
  /** By topic id and partition; survives a restart. */
  readonly replicas = new Map<string, Replica>();
  /** What this broker believes; lost with the process. */
  images = new Map<string, PartitionImage>();
  sessions = new FetchSessions(1);
  coordinator = new TransactionCoordinator(this);
  incarnation = 0;
  alive = false;
  /** Ended in order. */
  isStopped = false;
  /** When it forgot producer ids for the last time. */
  forgotAtMs = Number.NEGATIVE_INFINITY;

  constructor(brokerId: number, site: BrokerSite) {
    this.brokerId = brokerId;
    this.site = site;
  }

  /** The process in the scheduler. */
  get owner(): string {
    return `${this.site.name}/${this.brokerId}#${this.incarnation}`;
  }
  get frozen(): boolean {
    return this.site.scheduler.isFrozen(this.owner);
  }
  get replicaLagMsMax(): number {
    return this.site.settings.replicaLagMsMax;
  }
  get advanceBelowMinimum(): boolean {
    return this.site.settings.advanceBelowMinimum;
  }
  get keepsCheckpoints(): boolean {
    return this.site.settings.keepsCheckpoints;
  }
  get followerWaitMs(): number | undefined {
    return this.site.settings.followerWaitMs;
  }
  nowMs(): number {
    return this.site.scheduler.nowMs;
  }
  wallMs(): number {
    return this.site.scheduler.clockOf(this.owner).wallMs();
  }

  isAlive(brokerId: number): boolean {
    return !this.site.controller.isFenced(brokerId);
  }

  start(): void {
    this.incarnation += 1;
    this.alive = true;
    this.images = new Map();
    this.sessions = new FetchSessions((this.incarnation * 16 + this.brokerId) * 100_000);
    this.coordinator = new TransactionCoordinator(this);
    for (const replica of this.replicas.values()) {
      replica.restart(this.#checkpointOf(replica), this.isStopped);
    }
    this.isStopped = false;
    this.#every(this.replicaLagMsMax / 2, 'in-sync check', () => {
      for (const replica of this.replicas.values()) replica.lookAtInSync();
    });
    const { expirationCheckMs } = this.site.settings;
    if (expirationCheckMs === undefined) return;
    this.#every(expirationCheckMs, 'expire producer ids', () => void this.expireProducers());
  }

  kill(): void {
    this.alive = false;
    this.site.scheduler.drop(this.owner);
  }

  /** In order: all that is known is written down. */
  stop(): void {
    this.isStopped = true;
    this.kill();
  }

  /** Below it ids are forgotten when their state is read again; below every time where they are not. */
  get reloadExpiredMs(): bigint {
    return this.site.settings.expiresAtStart ? this.#expiredMs : neverMs;
  }
  get #expiredMs(): bigint {
    return BigInt(Math.floor(this.wallMs() - this.site.settings.producerIdExpirationMs));
  }

  /** How many ids it has forgotten, in all its replicas. */
  expireProducers(): number {
    const forgotten = [...this.replicas.values()].reduce(
      (sum, { producers }) => sum + producers.expire(this.#expiredMs),
      0,
    );
    if (forgotten > 0) this.forgotAtMs = this.nowMs();
    return forgotten;
  }

  /** The last checkpoint of the high watermark may be seconds old after a kill. */
  #checkpointOf(replica: Replica): bigint {
    if (this.isStopped) replica.writtenHighWatermark = replica.highWatermark;
    if (this.isStopped || !this.keepsCheckpoints) return replica.writtenHighWatermark;
    const { topic, partition } = replica.image;
    const random = this.site.randomOf(`checkpoint of ${this.owner} of ${topic}-${partition}`);
    return random.int(2) === 0 ? replica.highWatermark : replica.log.start;
  }

  /** Takes over the controller's word on one partition. */
  learn(image: PartitionImage): void {
    const key = partitionKey(image.topicId, image.partition);
    const known = this.images.get(key);
    if (known !== undefined && known.version > image.version) return;
    this.images.set(key, image);
    if (!image.replicas.includes(this.brokerId)) return;
    let replica = this.replicas.get(key);
    if (replica === undefined) {
      replica = new Replica(this, image);
      this.replicas.set(key, replica);
    }
    replica.apply(image);
    if (image.topic === transactionTopic) this.coordinator.logChanged(replica);
  }

  unlearn(topicId: TopicId): void {
    for (const [key, image] of this.images) {
      if (image.topicId !== topicId) continue;
      this.images.delete(key);
      this.replicas.get(key)?.remove();
      this.replicas.delete(key);
    }
  }

  findByName(
    topic: string,
    partition: number,
  ): { image: PartitionImage; replica: Replica | undefined } | undefined {
    for (const image of this.images.values()) {
      if (image.topic === topic && image.partition === partition)
        return this.findById(image.topicId, partition);
    }
    return undefined;
  }

  findById(
    topicId: TopicId,
    partition: number,
  ): { image: PartitionImage; replica: Replica | undefined } | undefined {
    const key = partitionKey(topicId, partition);
    const image = this.images.get(key);
    return image === undefined ? undefined : { image, replica: this.replicas.get(key) };
  }

  // ---- replication ----------------------------------------------------------------------------------------

  alterInSync(replica: Replica, inSync: readonly number[]): void {
    const { scheduler, controller } = this.site;
    const asked = replica.image;
    const label = `${this.brokerId} asks in sync ${inSync.join(',')} of ${asked.topic}-${asked.partition}`;
    scheduler.post({
      delayMs: this.#delay(label),
      owner: `${this.site.name}/controller`,
      links: [this.site.controllerLink(this.brokerId)],
      label,
      fire: () => {
        if (controller.alterInSync(asked, inSync)) return;
        this.#post('in sync refused', () => replica.alterEnded());
      },
    });
  }

  followLeader(replica: Replica): void {
    const { leaderId, leaderEpoch } = replica.image;
    const leader = this.site.broker(leaderId);
    if (leader === undefined || !this.site.reaches(this.brokerId, leaderId)) return;
    const { term } = replica;
    const fetch: FollowerFetch = {
      from: this.brokerId,
      leaderEpoch,
      offset: replica.log.end,
      lastEpoch: replica.log.epochs.latest,
      highWatermark: replica.highWatermark,
      logStart: replica.log.start,
    };
    const place = `${replica.image.topic}-${replica.image.partition}`;
    leader.#post(`follower ${this.brokerId} fetches ${place} at ${fetch.offset}`, () => {
      const answer = (told: ReplicaFetchAnswer) =>
        this.#post(`replica ${place} gets ${told.kind}`, () => this.#followed(replica, term, told));
      const at = leader.findById(replica.image.topicId, replica.image.partition)?.replica;
      if (at === undefined) answer({ kind: 'error', errorCode: 75 });
      else at.followerFetched(fetch, answer);
    });
  }

  #followed(replica: Replica, term: number, told: ReplicaFetchAnswer): void {
    if (replica.term !== term || !this.site.reaches(this.brokerId, replica.image.leaderId)) return;
    const goOn = replica.take(told);
    if (told.kind === 'error') {
      if (goOn) this.#post('fetch again', () => this.#again(replica, term), 50);
    } else this.followLeader(replica);
  }

  #again(replica: Replica, term: number): void {
    if (replica.term === term) this.followLeader(replica);
  }

  /** After a cut between brokers has healed. */
  followAgain(): void {
    for (const replica of this.replicas.values()) {
      if (replica.role !== 'follower') continue;
      replica.term += 1;
      this.followLeader(replica);
    }
  }

  // ---- other brokers --------------------------------------------------------------------------------------

  /**
   * Has something done in another broker's process, and its answer handled in this one; either message is
   * lost where the brokers cannot reach each other.
   */
  ask<T>(
    brokerId: number,
    what: string,
    serve: (broker: ModelBroker, answer: (answer: T) => void) => void,
    then: (answer: T) => void,
  ): void {
    const other = this.site.broker(brokerId);
    if (other === undefined || !this.site.reaches(this.brokerId, brokerId)) return;
    const answered = (answer: T): void => {
      if (this.site.reaches(brokerId, this.brokerId)) this.#post(`${what}: answer`, () => then(answer));
    };
    other.#post(`${what} of ${this.brokerId}`, () => serve(other, answered));
  }

  connects(brokerId: number): boolean {
    return this.site.broker(brokerId)?.alive === true && this.site.reaches(this.brokerId, brokerId);
  }

  /** Control records at another leader, or at this one. */
  askMarkers(brokerId: number, marker: TxnMarker, then: (answer: readonly WrittenMarker[]) => void): void {
    const serve = (leader: ModelBroker, answer: (written: readonly WrittenMarker[]) => void): void =>
      writeMarkers(leader, [marker], answer);
    this.ask(brokerId, `markers of ${marker.producerId}`, serve, then);
  }

  // ---- time -----------------------------------------------------------------------------------------------

  /** Of one message: what else the broker sends makes no difference to it. */
  #delay(label: string): number {
    const { brokerDelayMs, jitterMs } = this.site.settings;
    if (jitterMs === 0) return brokerDelayMs;
    return (
      brokerDelayMs + this.site.randomOf(`${this.owner} ${label} ${this.nowMs()}`).int(jitterMs * 10) / 10
    );
  }

  /** A timer of this broker's process. */
  later(label: string, delayMs: number, fire: () => void): Timer {
    return this.site.scheduler.post({ delayMs, owner: this.owner, label, fire });
  }

  /** Something that happens in this broker's process after a message to it. */
  #post(label: string, fire: () => void, delayMs = this.#delay(label)): void {
    this.site.scheduler.post({ delayMs, owner: this.owner, label, fire });
  }

  #every(delayMs: number, label: string, look: () => void): void {
    this.#post(
      label,
      () => {
        look();
        this.#every(delayMs, label, look);
      },
      delayMs,
    );
  }
}
