// A Kafka cluster in process and on virtual time: brokers, controller, network, and the faults that befall
// them.
import { CausewayError } from '../../src/base/errors.ts';
import type { Random } from '../../src/base/random.ts';
import type { KafkaCluster } from '../../src/kafka/client/cluster.ts';
import type { TopicId } from '../../src/kafka/wire/messages.ts';
import { namedRandom } from '../simulation/named-random.ts';
import type { Scheduler } from '../simulation/scheduler.ts';
import { Controller, type TopicSpec } from './controller.ts';
import { type BrokerSite, ModelBroker } from './model-broker.ts';
import { ModelClient } from './model-client.ts';
import { ModelConnection } from './model-connection.ts';
import { ModelMemory } from './model-memory.ts';
import { type ClusterSettings, type PartitionImage, partitionKey } from './model-types.ts';
import { ProducerIds } from './producer-ids.ts';
import type { Replica } from './replica.ts';
import { transactionTopic } from './transaction-log.ts';

export interface ModelClusterParts {
  readonly name: string;
  readonly brokers: number;
  readonly scheduler: Scheduler;
  readonly settings: ClusterSettings;
  readonly seed: number;
}

export class ModelCluster implements BrokerSite {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly settings: ClusterSettings;
  readonly controller: Controller;
  readonly producerIds: ProducerIds;
  readonly memory = new ModelMemory();
  /** Answers to clients that brought records, or were to requests that change something. */
  operations = 0;
  /** Set by tests: how much longer each message between a client and a broker takes. */
  slowedMs = 0;
  readonly brokers = new Map<number, ModelBroker>();
  /** A broker's own trouble, such as a disk: set by tests. */
  refuseAppend: BrokerSite['refuseAppend'];
  /** Set by tests: without the right, WriteTxnMarkers answers CLUSTER_AUTHORIZATION_FAILED. */
  permitsMarkers = true;
  /** Quotas of all clients: set by tests. */
  throttleMs: BrokerSite['throttleMs'] = () => 0;
  readonly #seed: number;
  readonly #connections = new Set<ModelConnection>();
  /** Isolated brokers, each with the network paths that are blocked for it. */
  readonly #isolated = new Map<number, Set<string>>();
  /** How many connections each path has had. */
  readonly #made = new Map<string, number>();

  constructor(parts: ModelClusterParts) {
    this.name = parts.name;
    this.scheduler = parts.scheduler;
    this.settings = parts.settings;
    this.#seed = parts.seed;
    this.producerIds = new ProducerIds(BigInt(parts.seed % 1_000_000) * 1_000n);
    for (let id = 1; id <= parts.brokers; id += 1) this.brokers.set(id, new ModelBroker(id, this));
    this.controller = new Controller({
      brokerIds: this.brokerIds,
      hasEligibleLeaders: parts.settings.eligibleLeaders,
      publish: (image) => this.#publish(image),
      unpublish: (topic, topicId) => this.#unpublish(topic, topicId),
    });
    for (const broker of this.brokers.values()) broker.start();
  }

  get brokerIds(): number[] {
    return [...this.brokers.keys()];
  }
  get connections(): ReadonlySet<ModelConnection> {
    return this.#connections;
  }
  broker(id: number): ModelBroker | undefined {
    return this.brokers.get(id);
  }
  mustBroker(id: number): ModelBroker {
    const broker = this.brokers.get(id);
    if (broker === undefined) throw new Error(`model: no broker ${id} in ${this.name}`);
    return broker;
  }
  randomOf(name: string): Random {
    return namedRandom(this.#seed, name);
  }
  reaches(from: number, to: number): boolean {
    return !this.#isolated.has(from) && !this.#isolated.has(to);
  }

  createTopic(topic: string, spec: TopicSpec): TopicId {
    return this.controller.createTopic(topic, spec, this.#seed);
  }

  /** With at most three replicas, of which two have to be in sync where there are as many. */
  openTransactionLog(): void {
    if (this.controller.topicId(transactionTopic) !== undefined) return;
    const replicas = Math.min(3, this.brokers.size);
    this.createTopic(transactionTopic, { partitions: 1, replicas, minInSync: Math.min(2, replicas) });
  }

  /** The cluster as the process `owner` sees it. */
  clientOf(owner: string): KafkaCluster {
    return new ModelClient(owner, this);
  }

  openConnection(owner: string, brokerId: number): ModelConnection {
    const broker = this.mustBroker(brokerId);
    const link = this.linkOf(owner, brokerId);
    const made = (this.#made.get(link) ?? 0) + 1;
    this.#made.set(link, made);
    const connection = new ModelConnection({
      name: `${owner}~${this.name}/${brokerId}:${made}`,
      owner,
      broker,
      link,
      memory: this.memory,
      slowedMs: () => this.slowedMs,
      onAnswer: () => {
        this.operations += 1;
      },
      onClose: (closed) => this.#connections.delete(closed),
    });
    this.#connections.add(connection);
    const blocked = this.#isolated.get(brokerId);
    if (blocked !== undefined) this.#block(blocked, connection.link);
    if (!broker.alive) this.#reset(connection, 'connection refused');
    return connection;
  }

  /** The network path between a client's process and a broker. */
  linkOf(owner: string, brokerId: number): string {
    return `${owner}|${this.name}/${brokerId}`;
  }

  /** Every replica's log begins at `start` and is empty: what was below is long gone. */
  beginLogAt(topic: string, partition: number, start: bigint): void {
    for (const replica of this.replicasOf(topic, partition)) replica.startOver(start);
  }

  /** The coordinator has not heard of the id for a week. */
  forgetTransactionalId(transactionalId: string): void {
    for (const broker of this.brokers.values()) broker.coordinator.forget(transactionalId);
  }

  // ---- what an observer of everything sees ----------------------------------------------------------------

  /** The replica that leads by the controller's word; undefined while none does or it does not know yet. */
  leaderOf(topic: string, partition: number): Replica | undefined {
    const image = this.controller.find(topic, partition);
    const broker = image === undefined ? undefined : this.brokers.get(image.leaderId);
    if (image === undefined || broker === undefined) return undefined;
    const replica = broker.replicas.get(partitionKey(image.topicId, partition));
    return replica?.isLeader && replica.image.leaderEpoch === image.leaderEpoch ? replica : undefined;
  }

  replicasOf(topic: string, partition: number): Replica[] {
    const key = partitionKey(this.controller.topicId(topic) ?? '', partition);
    return [...this.brokers.values()].flatMap((broker) => broker.replicas.get(key) ?? []);
  }

  // ---- faults ---------------------------------------------------------------------------------------------

  /** kill -9: what is on its disk stays. The controller notices after its session time-out. */
  kill(brokerId: number): void {
    const broker = this.mustBroker(brokerId);
    if (!broker.alive) return;
    this.#end(broker, () => broker.kill());
    this.#noticeLater(broker);
  }

  #end({ brokerId }: ModelBroker, end: () => void): void {
    end();
    for (const each of this.#connectionsTo(brokerId)) this.#reset(each, 'connection reset');
    for (const other of this.brokers.values()) other.coordinator.disconnected(brokerId);
  }

  /**
   * SIGTERM: the controller takes from the broker what it leads, and it writes down what it knows before it
   * ends.
   */
  stop(brokerId: number): void {
    const broker = this.mustBroker(brokerId);
    if (!broker.alive) return;
    this.controller.fence(brokerId);
    this.#end(broker, () => broker.stop());
  }

  /** The broker's process again. It registers, is fenced if it was not yet, and learns everything anew. */
  restart(brokerId: number): void {
    const broker = this.mustBroker(brokerId);
    if (broker.alive) return;
    const clean = broker.isStopped;
    broker.start();
    this.#toController(brokerId, 'registers', () => {
      if (!broker.alive) return;
      if (!this.controller.isFenced(brokerId)) this.controller.fence(brokerId);
      this.controller.unfence(brokerId, clean);
      for (const image of this.controller.images) this.#tell(broker, image);
    });
  }

  /** SIGSTOP. */
  freeze(brokerId: number): void {
    const broker = this.mustBroker(brokerId);
    if (!broker.alive || broker.frozen) return;
    this.scheduler.freeze(broker.owner);
    this.#noticeLater(broker);
  }

  thaw(brokerId: number): void {
    const broker = this.mustBroker(brokerId);
    if (!broker.frozen) return;
    this.scheduler.thaw(broker.owner);
    this.#back(broker);
  }

  /** Nothing goes to or from the broker; it runs on by itself. */
  isolate(brokerId: number): void {
    if (this.#isolated.has(brokerId)) return;
    const blocked = new Set<string>();
    this.#isolated.set(brokerId, blocked);
    this.#block(blocked, this.controllerLink(brokerId));
    for (const { link } of this.#connectionsTo(brokerId)) this.#block(blocked, link);
    this.#noticeLater(this.mustBroker(brokerId));
  }

  /** Paths that were unblocked by somebody else are blocked again where they lead to an isolated broker. */
  blockIsolated(): void {
    for (const links of this.#isolated.values()) for (const link of links) this.scheduler.block(link);
  }

  #block(blocked: Set<string>, link: string): void {
    blocked.add(link);
    this.scheduler.block(link);
  }

  isIsolated(brokerId: number): boolean {
    return this.#isolated.has(brokerId);
  }

  rejoin(brokerId: number): void {
    const blocked = this.#isolated.get(brokerId);
    if (blocked === undefined) return;
    this.#isolated.delete(brokerId);
    for (const link of blocked) this.scheduler.unblock(link);
    this.#back(this.mustBroker(brokerId));
    for (const broker of this.brokers.values()) if (broker.alive) broker.followAgain();
  }

  /**
   * Breaks a connection; of what is on the way to either side only the first `keep` messages still arrive.
   */
  breakConnection(connection: ModelConnection, keep: number): void {
    this.scheduler.cutChannel(connection.requestChannel, keep);
    this.scheduler.cutChannel(connection.answerChannel, 0);
    this.#reset(connection, 'connection reset');
  }

  /** Everything works again: brokers up, running and reachable. */
  healBrokers(): void {
    for (const id of this.brokerIds) {
      this.thaw(id);
      this.rejoin(id);
      this.restart(id);
    }
  }

  #connectionsTo(brokerId: number): ModelConnection[] {
    return [...this.#connections].filter((each) => each.brokerId === brokerId);
  }

  /** The client learns that its connection is gone, behind the answers that are already on the way. */
  #reset(connection: ModelConnection, reason: string): void {
    this.scheduler.post({
      delayMs: this.settings.clientDelayMs,
      owner: connection.clientOwner,
      channel: connection.answerChannel,
      links: connection.answerLinks,
      label: `${connection.name} ${reason}`,
      fire: () => connection.fail(new CausewayError('CW-3003', `${connection.name}: ${reason}`)),
    });
  }

  #noticeLater(broker: ModelBroker): void {
    const { incarnation, brokerId } = broker;
    this.scheduler.post({
      delayMs: this.settings.sessionTimeoutMs,
      owner: `${this.name}/controller`,
      label: `session of ${brokerId} may be over`,
      fire: () => {
        const gone = !broker.alive || broker.frozen || this.#isolated.has(brokerId);
        if (gone && broker.incarnation === incarnation) this.controller.fence(brokerId);
      },
    });
  }

  /** A broker that was away and kept its process: the next heartbeat brings it back. */
  #back(broker: ModelBroker): void {
    this.#toController(broker.brokerId, 'heartbeat', () => {
      if (broker.alive && !broker.frozen && !this.#isolated.has(broker.brokerId)) {
        this.controller.unfence(broker.brokerId);
      }
    });
  }

  // ---- controller and brokers -----------------------------------------------------------------------------

  #toController(brokerId: number, label: string, fire: () => void): void {
    const { brokerDelayMs } = this.settings;
    const owner = `${this.name}/controller`;
    this.scheduler.post({ delayMs: brokerDelayMs, owner, label: `${brokerId} ${label}`, fire });
  }

  controllerLink(brokerId: number): string {
    return `${this.name}/controller|${brokerId}`;
  }

  #publish(image: PartitionImage): void {
    for (const broker of this.brokers.values()) if (broker.alive) this.#tell(broker, image);
  }

  #tell(broker: ModelBroker, image: PartitionImage): void {
    const { topic, partition, leaderId, leaderEpoch } = image;
    this.scheduler.post({
      delayMs: this.settings.brokerDelayMs,
      owner: broker.owner,
      channel: `${this.name}/controller>${broker.owner}`,
      links: [this.controllerLink(broker.brokerId)],
      label: `learns ${topic}-${partition} led by ${leaderId} in epoch ${leaderEpoch}`,
      fire: () => broker.learn(image),
    });
  }

  #unpublish(topic: string, topicId: TopicId): void {
    for (const broker of this.brokers.values()) {
      if (!broker.alive) continue;
      this.scheduler.post({
        delayMs: this.settings.brokerDelayMs,
        owner: broker.owner,
        channel: `${this.name}/controller>${broker.owner}`,
        links: [this.controllerLink(broker.brokerId)],
        label: `learns that ${topic} is gone`,
        fire: () => broker.unlearn(topicId),
      });
    }
  }
}
