// Several regions on one virtual time: a model cluster in each, topics at home there, and routes between
// them. Checkers look after every event.
import { createHash } from 'node:crypto';
import type { Random } from '../../src/base/random.ts';
import { ModelCluster } from '../broker-model/model-cluster.ts';
import { quietCluster } from '../broker-model/model-types.ts';
import { Violation } from '../checkers/log-view.ts';
import { HomeTopic } from './home-topic.ts';
import { Route } from './route.ts';
import { Standstill } from './standstill.ts';
import { Scheduler, type SimEvent } from './scheduler.ts';
import type { WorkerProcess } from './worker-process.ts';
import type { ClusterShape, RouteShape, TopicShape } from './world-shape.ts';

export class Regions {
  readonly scheduler = new Scheduler();
  readonly clusters: ModelCluster[] = [];
  readonly topics: HomeTopic[] = [];
  readonly routes: Route[] = [];
  readonly #shapes = new Map<ModelCluster, ClusterShape>();

  constructor() {
    this.scheduler.afterEvent = (event) => this.#look(event);
  }

  get workers(): readonly WorkerProcess[] {
    return this.routes.flatMap(({ workers }) => workers);
  }
  /** Of applications at their homes, and of workers at all brokers. */
  get operations(): number {
    const written = this.topics.reduce((sum, { operations }) => sum + operations, 0);
    return this.clusters.reduce((sum, { operations }) => sum + operations, written);
  }

  /** Of everything that stands in any log. */
  get digest(): string {
    const hash = createHash('sha256');
    for (const cluster of this.clusters) {
      for (const { replicas } of cluster.brokers.values()) {
        for (const { log } of replicas.values()) for (const { bytes } of log.batches) hash.update(bytes);
      }
    }
    return hash.digest('hex');
  }

  addCluster(name: string, shape: ClusterShape, random: Random): ModelCluster {
    const settings = { ...quietCluster, ...shape.settings };
    const { scheduler } = this;
    const cluster = new ModelCluster({
      name,
      brokers: shape.brokers,
      scheduler,
      settings,
      seed: random.int(2 ** 31),
    });
    cluster.permitsMarkers = shape.permitsMarkers ?? true;
    this.clusters.push(cluster);
    this.#shapes.set(cluster, shape);
    return cluster;
  }

  addTopic(home: ModelCluster, shape: TopicShape): HomeTopic {
    const topic = new HomeTopic(home, this.#shapeOf(home), shape);
    this.topics.push(topic);
    return topic;
  }

  addRoute(home: HomeTopic, target: ModelCluster, shape: RouteShape): Route {
    const route = new Route(this.scheduler, home, target, this.#shapeOf(target), shape);
    this.routes.push(route);
    return route;
  }

  /** From now on the topic is compacted, everywhere. Workers learn of it when they are told, or start. */
  soften(topic: HomeTopic): void {
    if (!topic.soften()) return;
    for (const { home, target } of this.routes) {
      if (home === topic) target.controller.compactTopic(topic.name);
    }
  }

  /** Lets brokers learn what they lead; nothing else has begun. */
  async settle(): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + 100);
  }

  /**
   * Lets time go on until everything is level. Throws Violation where that takes longer than `untilMs`, or
   * where a copy stands still for longer than `standsMs`.
   */
  async becomesLevel(untilMs: number, standsMs = untilMs): Promise<void> {
    const standstill = new Standstill(standsMs);
    const isLevel = () => {
      standstill.look(this.scheduler.nowMs, this.routes);
      return this.routes.every(({ level }) => level);
    };
    await this.#waitUntil(isLevel, 'no progress any more', untilMs);
    const withShifts = this.routes.filter(
      ({ home: { shape, isCompacted } }) => (shape.transactions ?? 0) > 0 || isCompacted,
    );
    if (withShifts.length === 0) return;
    for (const route of withShifts) route.startAgain();
    await this.#waitUntil(isLevel, 'no progress any more after another start', untilMs);
    for (const route of withShifts) route.checkShifts();
  }

  /** Lets time go on until everything has been compared. Throws Violation where that takes longer. */
  async becomesVerified(untilMs: number): Promise<void> {
    const isVerified = () => this.routes.every(({ verified }) => verified);
    await this.#waitUntil(isVerified, 'not all was compared', untilMs);
  }

  /** Where everything stands, for a failed run's report. */
  describe(): string {
    return this.routes.map((route) => route.describe()).join('\n');
  }

  /** Orderly end of all workers; then nobody may hold memory of fetch answers. */
  async stop(): Promise<void> {
    const running = this.workers.filter((worker) => worker.running && !worker.givenUp);
    const stopping = Promise.all(running.map((worker) => worker.stop()));
    await this.scheduler.runUntil(this.scheduler.nowMs + 30_000);
    await stopping;
    for (const { memory, name } of this.clusters) {
      if (memory.releasedTwice > 0) throw new Violation(`${name}: memory was released twice`);
    }
  }

  #shapeOf(cluster: ModelCluster): ClusterShape {
    const shape = this.#shapes.get(cluster);
    if (shape === undefined) throw new Error(`${cluster.name} belongs to another world`);
    return shape;
  }

  async #waitUntil(isSo: () => boolean, complaint: string, untilMs: number): Promise<void> {
    const endMs = this.scheduler.nowMs + untilMs;
    while (!isSo()) {
      if (this.scheduler.nowMs >= endMs) throw new Violation(`${complaint}:\n${this.describe()}`);
      await this.scheduler.runUntil(this.scheduler.nowMs + 100);
    }
  }

  #look({ owner }: SimEvent): void {
    for (const topic of this.topics) if (owner.startsWith(`${topic.cluster.name}/`)) topic.look();
    for (const route of this.routes) route.look(owner);
  }
}
