// A lane of the model's side: a model cluster of its own, on virtual time that goes on until it has answered.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { Scheduler, wallMsAtStart } from '../../simulation/scheduler.ts';
import { ModelCluster } from '../model-cluster.ts';
import type { ModelConnection } from '../model-connection.ts';
import { type ClusterSettings, type PartitionImage, quietCluster } from '../model-types.ts';
import { transactionTopic } from '../transaction-log.ts';
import type { ClusterAct, LaneAct } from './acts.ts';
import type { Dialect, LaneFace, LogStarts } from './cluster-face.ts';
import type { LaneShape } from './lane-shape.ts';
import { type Answer, Side } from './side.ts';
import type { Step } from './steps.ts';

export interface ModelLaneParts {
  readonly shape: LaneShape;
  readonly brokers: number;
  readonly dialect: Dialect;
  /** The clock of the real brokers. */
  readonly nowMs: number;
  readonly isOfClock: (timestampMs: bigint) => boolean;
  readonly settings?: Partial<ClusterSettings>;
}

const lookMs = 10;
/** See comparison-lab.ts. */
const likeTheLab = {
  clientDelayMs: 0,
  followerWaitMs: 500,
  keepsCheckpoints: false,
  expiresAtStart: true,
} as const;

export class ModelLane implements LaneFace {
  readonly cluster: ModelCluster;
  readonly #scheduler = new Scheduler();
  readonly #topic: string;
  readonly #minInSync: number;
  readonly #side: Side;
  readonly #connections = new Map<number, ModelConnection>();

  private constructor({ shape, brokers, dialect, nowMs, isOfClock, settings: changed }: ModelLaneParts) {
    const { topic, assignments, minInSync, config = {} } = shape;
    const settings = { ...quietCluster, ...likeTheLab, ...dialect, ...changed };
    const cluster = new ModelCluster({
      name: 'model',
      brokers,
      scheduler: this.#scheduler,
      settings,
      seed: 1,
    });
    for (const id of cluster.brokerIds) this.#scheduler.stepClock(`model/${id}`, nowMs - wallMsAtStart);
    this.cluster = cluster;
    this.#topic = topic;
    this.#minInSync = minInSync;
    const topicId = cluster.createTopic(topic, {
      partitions: assignments.length,
      replicas: 0,
      assignments,
      minInSync,
      compacted: config['cleanup.policy'] === 'compact',
    });
    cluster.openTransactionLog();
    this.#side = new Side({
      metadata: async (name) => (await this.#connectionToAny()).metadata([name], 5_000),
      connection: (id) => this.#connection(id),
      topic,
      topicId,
      prefix: 'model',
      coordinatorEpoch: 0,
      isOfClock,
      produceInTransaction: async (id, transactionalId, request) =>
        (await this.#connection(id)).produceInTransaction(transactionalId, request),
      pause: () => Promise.resolve(),
    });
  }

  static start(parts: ModelLaneParts): ModelLane {
    return new ModelLane(parts);
  }

  ask(step: Step): Promise<Answer> {
    return this.#answered(this.#side.ask(step));
  }

  async act(act: LaneAct | ClusterAct): Promise<void> {
    this.#doAct(act);
    if (act.kind !== 'moveLead') await this.pass(this.cluster.settings.sessionTimeoutMs + 1_000);
  }

  #doAct(act: LaneAct | ClusterAct): void {
    const { cluster } = this;
    const { controller } = cluster;
    switch (act.kind) {
      case 'stop':
        return cluster.stop(act.broker);
      case 'kill':
        return cluster.kill(act.broker);
      case 'freeze':
        return cluster.freeze(act.broker);
      case 'takeOver':
        cluster.kill(act.dead);
        return cluster.thaw(act.thawed);
      case 'start':
        return cluster.restart(act.broker);
      case 'moveCoordinator':
        return controller.prefer(transactionTopic, 0, [
          act.to,
          ...cluster.brokerIds.filter((id) => id !== act.to),
        ]);
      case 'moveLead':
        return controller.prefer(this.#topic, act.partition, act.replicas);
      case 'electUnclean':
        return controller.electAnyAlive(this.#topic, act.partition);
    }
  }

  async settle(alive: readonly number[], starts: LogStarts): Promise<void> {
    for (let looks = 0; looks < 6_000; looks += 1) {
      if (this.#unsettled(alive, starts) === undefined) return;
      await this.pass(lookMs);
    }
    const image = this.#unsettled(alive, starts) as PartitionImage;
    const replicas = this.cluster
      .replicasOf(image.topic, image.partition)
      .map(({ site, role, log, highWatermark }) => [site.brokerId, role, log.start, log.end, highWatermark]);
    assert.fail(
      `the model does not come to rest with brokers ${alive.join()}: ${inspect({ image, replicas })}`,
    );
  }

  #unsettled(alive: readonly number[], starts: LogStarts): PartitionImage | undefined {
    const images = [...this.cluster.controller.images];
    return images.find((image) => image.leaderId >= 0 && !this.#isLevel(image, alive, starts));
  }

  #isLevel(image: PartitionImage, alive: readonly number[], starts: LogStarts): boolean {
    const { topic, partition, leaderEpoch, inSync } = image;
    const there = image.replicas.filter((id) => alive.includes(id));
    const leader = this.cluster.leaderOf(topic, partition);
    if (leader === undefined || there.some((id) => !inSync.includes(id))) return false;
    if (inSync.length !== there.length) return false;
    if (leader.highWatermark < leader.log.end && inSync.length >= this.#minOf(image)) return false;
    const replicas = this.cluster.replicasOf(topic, partition);
    return replicas.every(
      ({ site, image: known, log, highWatermark }) =>
        !there.includes(site.brokerId) ||
        (known.leaderEpoch === leaderEpoch &&
          log.end === leader.log.end &&
          (starts === 'any starts' || log.start === leader.log.start) &&
          highWatermark === leader.highWatermark),
    );
  }

  #minOf({ topic, minInSync, replicas }: PartitionImage): number {
    return Math.min(topic === this.#topic ? this.#minInSync : minInSync, replicas.length);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get nowMs(): number {
    return this.#scheduler.nowMs;
  }

  pass(ms: number): Promise<void> {
    return this.#scheduler.runUntil(this.#scheduler.nowMs + ms);
  }

  /** A request waits for a few milliseconds at most; one that is never answered is a difference. */
  async #answered(asking: Promise<Answer>): Promise<Answer> {
    let over = false;
    const end = () => {
      over = true;
    };
    asking.then(end, end);
    for (let looks = 0; !over && looks < 1_000; looks += 1) await this.pass(lookMs);
    return over ? asking : { nothing: true };
  }

  async #connection(brokerId: number): Promise<ModelConnection> {
    const kept = this.#connections.get(brokerId);
    if (kept !== undefined && !kept.closed) return kept;
    const connection = this.cluster.openConnection('client', brokerId);
    this.#connections.set(brokerId, connection);
    await connection.open(1_000);
    return connection;
  }

  #connectionToAny(): Promise<ModelConnection> {
    const asked = [...this.cluster.brokers.values()].find(({ alive, frozen }) => alive && !frozen);
    assert.ok(asked !== undefined, 'no broker is alive');
    return this.#connection(asked.brokerId);
  }
}
