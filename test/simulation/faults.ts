// Random faults: brokers die, stand still and are cut off, leads move, workers die and stand still,
// connections break and messages are late, logs are trimmed. Each is mended after a while, and all at the
// end.
import { pick, type Random } from '../../src/base/random.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { WorkerProcess } from './worker-process.ts';
import type { World } from './world.ts';
import { topic } from './world-shape.ts';

type Fault = (faults: Faults) => void;

export class Faults {
  count = 0;
  killedWorkers = false;
  readonly #world: World;
  readonly #random: Random;
  readonly #blocked = new Set<string>();
  #over = false;

  constructor(world: World, random: Random) {
    this.#world = world;
    this.#random = random;
  }

  start(): void {
    // Some worlds are wild, some nearly quiet.
    const pauseMs = pick(this.#random, [300, 1_500, 6_000]);
    const next = (): void =>
      this.#later(this.#random.int(pauseMs), 'fault', () => {
        if (this.#over) return;
        this.count += 1;
        pick(this.#random, this.#world.shape.keys === undefined ? faults : faultsOfCompacted)(this);
        next();
      });
    next();
  }

  /** Everything works from now on. */
  heal(): void {
    this.#over = true;
    const { scheduler, source, target, workers } = this.#world;
    target.refuseAppend = () => kafkaError.NONE;
    for (const link of this.#blocked) scheduler.unblock(link);
    for (const cluster of [source, target]) cluster.healBrokers();
    for (const worker of workers) {
      worker.thaw();
      worker.start();
    }
  }

  get #cluster(): ModelCluster {
    return pick(this.#random, [this.#world.source, this.#world.target]);
  }
  get #worker(): WorkerProcess {
    return pick(this.#random, this.#world.workers);
  }

  #later(delayMs: number, label: string, fire: () => void): void {
    this.#world.scheduler.post({ delayMs, owner: 'chaos', label, fire });
  }

  /** Mends after a time that is short, middling or long, unless all has been healed before. */
  #mend(label: string, fire: () => void): void {
    const delayMs = this.#random.int(pick(this.#random, [100, 3_000, 20_000]));
    this.#later(delayMs, label, () => {
      if (!this.#over) fire();
    });
  }

  killBroker(): void {
    const cluster = this.#cluster;
    const id = pick(this.#random, cluster.brokerIds);
    if (cluster.broker(id)?.frozen) return;
    cluster.kill(id);
    this.#mend(`restart ${cluster.name}/${id}`, () => cluster.restart(id));
  }

  freezeBroker(): void {
    const cluster = this.#cluster;
    const id = pick(this.#random, cluster.brokerIds);
    cluster.freeze(id);
    this.#mend(`thaw ${cluster.name}/${id}`, () => cluster.thaw(id));
  }

  isolateBroker(): void {
    const cluster = this.#cluster;
    const id = pick(this.#random, cluster.brokerIds);
    cluster.isolate(id);
    this.#mend(`rejoin ${cluster.name}/${id}`, () => cluster.rejoin(id));
  }

  moveLead(): void {
    const cluster = this.#cluster;
    const { partition } = pick(this.#random, this.#world.watches);
    cluster.controller.moveLeader(topic, partition, pick(this.#random, cluster.brokerIds));
  }

  freezeWorker(): void {
    const worker = this.#worker;
    if (!worker.running) return;
    worker.freeze();
    const { owner } = worker;
    this.#mend(`thaw ${owner}`, () => this.#world.scheduler.thaw(owner));
  }

  killWorker(): void {
    const worker = this.#worker;
    if (!worker.running) return;
    this.killedWorkers = true;
    worker.kill();
    this.#mend(`start ${worker.name}`, () => worker.start());
  }

  cutLink(): void {
    const { scheduler } = this.#world;
    const cluster = this.#cluster;
    const id = pick(this.#random, cluster.brokerIds);
    const link = cluster.linkOf(this.#worker.owner, id);
    scheduler.block(link);
    this.#blocked.add(link);
    this.#mend(`heal ${link}`, () => {
      if (cluster.reaches(id, id)) scheduler.unblock(link);
    });
  }

  breakConnection(): void {
    const cluster = this.#cluster;
    const open = [...cluster.connections];
    if (open.length === 0) return;
    const connection = pick(this.#random, open);
    cluster.breakConnection(connection, this.#random.int(4));
  }

  lateMessages(): void {
    const cluster = this.#cluster;
    const open = [...cluster.connections];
    if (open.length === 0) return;
    const connection = pick(this.#random, open);
    const channel = pick(this.#random, [connection.requestChannel, connection.answerChannel]);
    this.#world.scheduler.delayChannel(channel, this.#random.int(4_000));
  }

  /** The target's disks are full, or its replicas too few, for some of the writes. */
  refuseAppends(): void {
    const { target } = this.#world;
    const refusal = pick(this.#random, refusals);
    target.refuseAppend = () => (this.#random.int(2) === 0 ? refusal : kafkaError.NONE);
    this.#mend('appends again', () => {
      target.refuseAppend = () => kafkaError.NONE;
    });
  }

  /** Retention at the source, past what is mirrored where gaps are filled. */
  trimSource(): void {
    const watch = pick(this.#random, this.#world.watches);
    const leader = watch.sourceLeader;
    const mirrored = watch.mirrored;
    if (this.#world.shape.keys !== undefined) {
      return this.#world.overtake(watch.partition, this.#random.int(8));
    }
    if (leader === undefined || mirrored === undefined) return;
    leader.trim(mirrored);
  }

  /** Kafka trims no compacted topic. */
  compact(): void {
    if (this.#world.shape.keys === undefined) return;
    const cluster = this.#cluster;
    const { partition } = pick(this.#random, this.#world.watches);
    this.#world.compact(cluster, partition, pick(this.#random, cluster.brokerIds), this.#random.int(4));
  }

  /**
   * Retention at the target, up to its end. Not while a replica is behind: one that begins anew at the
   * leader's start forgets the ids, and then the fence is open (kafka-facts 14). Where fillers may land too
   * many, data that was written just now stays: what it tells is not in the ledger yet.
   */
  trimTarget(): void {
    const { targetLeader: leader, partition, lastData } = pick(this.#random, this.#world.watches);
    const replicas = this.#world.target.replicasOf(topic, partition);
    if (this.#world.shape.keys !== undefined) return;
    if (leader === undefined || replicas.some(({ log }) => log.end !== leader.highWatermark)) return;
    const hasHoles = (this.#world.shape.transactions ?? 0) > 0;
    leader.trim(hasHoles ? (lastData(8)?.baseOffset ?? 0n) : leader.highWatermark);
  }
}

const refusals = [
  kafkaError.KAFKA_STORAGE_ERROR,
  kafkaError.NOT_ENOUGH_REPLICAS,
  kafkaError.UNKNOWN_SERVER_ERROR,
];

const faults: readonly Fault[] = [
  (all) => all.refuseAppends(),
  (all) => all.killBroker(),
  (all) => all.freezeBroker(),
  (all) => all.isolateBroker(),
  (all) => all.moveLead(),
  (all) => all.moveLead(),
  (all) => all.freezeWorker(),
  (all) => all.freezeWorker(),
  (all) => all.killWorker(),
  (all) => all.cutLink(),
  (all) => all.breakConnection(),
  (all) => all.breakConnection(),
  (all) => all.breakConnection(),
  (all) => all.lateMessages(),
  (all) => all.lateMessages(),
  (all) => all.trimSource(),
  (all) => all.trimTarget(),
];

const faultsOfCompacted: readonly Fault[] = [
  ...faults,
  ...Array.from({ length: 8 }, (): Fault => (all) => all.compact()),
];
