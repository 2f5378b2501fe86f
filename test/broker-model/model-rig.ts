// A model cluster for tests: virtual time that goes on until an answer is there, and clients.
import assert from 'node:assert/strict';
import type { BrokerConnection } from '../../src/kafka/client/cluster.ts';
import { kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import type { TopicId } from '../../src/kafka/wire/messages.ts';
import { Scheduler } from '../simulation/scheduler.ts';
import type { TopicSpec } from './controller.ts';
import { ModelCluster } from './model-cluster.ts';
import type { ModelConnection } from './model-connection.ts';
import { type ClusterSettings, quietCluster } from './model-types.ts';
import type { Replica } from './replica.ts';

export const topic = 't';

export interface RigShape extends Partial<TopicSpec> {
  readonly brokers?: number;
  readonly settings?: Partial<ClusterSettings>;
}

export class ModelRig {
  readonly scheduler = new Scheduler();
  readonly cluster: ModelCluster;
  readonly topicId: TopicId;

  constructor({ brokers = 3, settings = {}, ...spec }: RigShape = {}) {
    const { scheduler } = this;
    const all = { ...quietCluster, ...settings };
    this.cluster = new ModelCluster({ name: 'c', brokers, scheduler, settings: all, seed: 1 });
    const replicas = Math.min(3, brokers);
    const standard = { partitions: 1, replicas, minInSync: Math.min(2, replicas) };
    this.topicId = this.cluster.createTopic(topic, { ...standard, ...spec });
  }

  /** With its brokers knowing what they lead. */
  static async started(shape: RigShape = {}): Promise<ModelRig> {
    const rig = new ModelRig(shape);
    await rig.pass(100);
    return rig;
  }

  pass(ms: number): Promise<void> {
    return this.scheduler.runUntil(this.scheduler.nowMs + ms);
  }

  /** Lets time go on until the promise settles. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    promise.then(end, end);
    for (let looks = 0; !over && looks < 10_000; looks += 1) await this.pass(10);
    assert.ok(over, 'never answered');
    return promise;
  }

  connect(brokerId: number): Promise<BrokerConnection> {
    return this.settled(this.cluster.clientOf('client').connect(brokerId));
  }

  /** A connection with the calls that only applications make. */
  async connectApplication(brokerId: number): Promise<ModelConnection> {
    const connection = this.cluster.openConnection('application', brokerId);
    await this.settled(connection.open(5_000));
    return connection;
  }

  /** The replica that leads the topic's partition. */
  leader(partition = 0): Replica {
    const leader = this.cluster.leaderOf(topic, partition);
    assert.ok(leader !== undefined, 'no leader');
    return leader;
  }

  /** Latest offset, or the error's name. */
  async offset(
    connection: BrokerConnection,
    { replicaId = -1, leaderEpoch = -1, committed = false } = {},
  ): Promise<bigint | string | undefined> {
    const asked = { partition: 0, currentLeaderEpoch: leaderEpoch, timestamp: -1n };
    const topics = [{ topic, partitions: [asked] }];
    const isolationLevel = committed ? 1 : 0;
    const [answer] = await this.settled(connection.listOffsets({ replicaId, isolationLevel, topics }));
    return answer?.errorCode === 0 ? answer.offset : kafkaErrorName(answer?.errorCode ?? -1);
  }
}
