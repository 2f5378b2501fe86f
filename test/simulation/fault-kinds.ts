// What may go wrong in a random world.
import { pick, type Random } from '../../src/base/random.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import type { ModelConnection } from '../broker-model/model-connection.ts';
import { transactionTopic } from '../broker-model/transaction-log.ts';
import type { FaultKind, Hit } from './fault.ts';
import { logFaults } from './log-faults.ts';

const brokerOf = (cluster: ModelCluster, random: Random): number => pick(random, cluster.brokerIds);

const workerFaults: readonly FaultKind[] = [
  {
    name: 'worker killed',
    begin({ worker, touch, mend }) {
      if (!worker.running) return 'nothing';
      touch(worker.name);
      worker.kill();
      mend(`start ${worker.name}`, () => worker.start());
      return undefined;
    },
  },
  {
    name: 'worker frozen',
    begin({ worker, touch, mend, regions }) {
      if (!worker.running || worker.frozen) return 'nothing';
      touch(worker.name);
      worker.freeze();
      const { owner } = worker;
      mend(`thaw ${owner}`, () => regions.scheduler.thaw(owner));
      return undefined;
    },
  },
  {
    name: 'all workers of a route killed',
    begin({ route, touch, mend }) {
      const running = route.workers.filter((worker) => worker.running);
      if (running.length === 0) return 'nothing';
      for (const worker of running) {
        touch(worker.name);
        worker.kill();
      }
      mend(`start the workers of ${route.name}`, () => {
        for (const worker of running) worker.start();
      });
      return undefined;
    },
  },
  {
    name: 'clock of a worker stepped',
    begin({ worker, touch, random, regions }) {
      touch(worker.name);
      regions.scheduler.stepClock(worker.name, pick(random, clockStepsMs));
      return undefined;
    },
  },
];

const second = 1_000;
const hour = 3_600 * second;
const clockStepsMs = [-hour, -60 * second, -second, -10, 10, second, 60 * second, hour];

const brokerFaults: readonly FaultKind[] = [
  {
    name: 'broker killed',
    begin({ cluster, random, touch, mend }) {
      const id = brokerOf(cluster, random);
      if (cluster.mustBroker(id).frozen || !cluster.mustBroker(id).alive) return 'nothing';
      touch(cluster.name);
      cluster.kill(id);
      mend(`restart ${cluster.name}/${id}`, () => cluster.restart(id));
      return undefined;
    },
  },
  {
    name: 'all brokers killed',
    begin({ cluster, touch, mend }) {
      const alive = cluster.brokerIds.filter((id) => {
        const { alive: isAlive, frozen } = cluster.mustBroker(id);
        return isAlive && !frozen;
      });
      if (alive.length === 0) return 'nothing';
      touch(cluster.name);
      for (const id of alive) cluster.kill(id);
      mend(`restart ${cluster.name}`, () => {
        for (const id of alive) cluster.restart(id);
      });
      return undefined;
    },
  },
  {
    name: 'broker frozen',
    begin({ cluster, random, touch, mend }) {
      const id = brokerOf(cluster, random);
      touch(cluster.name);
      cluster.freeze(id);
      mend(`thaw ${cluster.name}/${id}`, () => cluster.thaw(id));
      return undefined;
    },
  },
  {
    name: 'broker isolated',
    begin({ cluster, random, touch, mend }) {
      const id = brokerOf(cluster, random);
      touch(cluster.name);
      cluster.isolate(id);
      mend(`rejoin ${cluster.name}/${id}`, () => cluster.rejoin(id));
      return undefined;
    },
  },
  {
    name: 'clock of a broker stepped',
    begin({ cluster, random, touch, regions }) {
      touch(cluster.name);
      regions.scheduler.stepClock(`${cluster.name}/${brokerOf(cluster, random)}`, pick(random, clockStepsMs));
      return undefined;
    },
  },
  {
    name: 'lead moved',
    begin({ route, random, touch }) {
      const cluster = pick(random, [route.home.cluster, route.target]);
      const { partition } = pick(random, route.watches);
      const to = brokerOf(cluster, random);
      if (!cluster.controller.moveLeader(route.home.name, partition, to)) return 'nothing';
      touch(cluster.name);
      return undefined;
    },
  },
  {
    name: 'coordinator moved',
    begin({ cluster, random, touch }) {
      if (cluster.controller.topicId(transactionTopic) === undefined) return 'nothing';
      if (!cluster.controller.moveLeader(transactionTopic, 0, brokerOf(cluster, random))) return 'nothing';
      touch(cluster.name);
      return undefined;
    },
  },
  {
    name: 'appends refused',
    begin({ cluster, random, touch, mend }) {
      touch(cluster.name);
      const refusal = pick(random, refusals);
      const share = pick(random, [1, 2, 10]);
      cluster.refuseAppend = () => (random.int(share) === 0 ? refusal : kafkaError.NONE);
      mend(`${cluster.name} appends again`, () => {
        cluster.refuseAppend = () => kafkaError.NONE;
      });
      return undefined;
    },
  },
];

/** The disk is full or broken, the replicas too few, or nobody knows what it is. */
const refusals = [
  kafkaError.KAFKA_STORAGE_ERROR,
  kafkaError.NOT_ENOUGH_REPLICAS,
  kafkaError.UNKNOWN_SERVER_ERROR,
];

function connectionOf({ cluster, random }: Hit): { cluster: ModelCluster; connection?: ModelConnection } {
  const open = [...cluster.connections];
  return open.length === 0 ? { cluster } : { cluster, connection: pick(random, open) };
}

function block(hit: Hit, links: readonly string[], what: string): undefined {
  const { scheduler } = hit.regions;
  // A path that is blocked already is somebody else's to mend.
  const mine = links.filter((link) => !scheduler.isBlocked(link));
  for (const link of mine) scheduler.block(link);
  hit.mend(`heal ${what}`, () => {
    for (const link of mine) scheduler.unblock(link);
  });
  return undefined;
}

const networkFaults: readonly FaultKind[] = [
  {
    name: 'path cut',
    begin(hit) {
      const { cluster, worker, random } = hit;
      hit.touch(worker.name);
      return block(hit, [`${cluster.linkOf(worker.owner, brokerOf(cluster, random))} cut`], 'a path');
    },
  },
  {
    name: 'path cut one way',
    begin(hit) {
      const { cluster, worker, random } = hit;
      hit.touch(worker.name);
      const way = pick(random, ['>', '<']);
      return block(hit, [`${cluster.linkOf(worker.owner, brokerOf(cluster, random))} ${way}`], 'one way');
    },
  },
  {
    name: 'worker cut off from a region',
    begin(hit) {
      const { cluster, worker } = hit;
      hit.touch(worker.name);
      const links = cluster.brokerIds.map((id) => `${cluster.linkOf(worker.owner, id)} cut`);
      return block(hit, links, 'the paths');
    },
  },
  {
    name: 'connection reset',
    begin(hit) {
      const { cluster, connection } = connectionOf(hit);
      if (connection === undefined) return 'nothing';
      hit.touch(connection.clientName);
      cluster.breakConnection(connection, hit.random.int(4));
      return undefined;
    },
  },
  {
    name: 'answers lost',
    begin(hit) {
      const { cluster, connection } = connectionOf(hit);
      if (connection === undefined) return 'nothing';
      hit.touch(connection.clientName);
      cluster.breakConnection(connection, Number.POSITIVE_INFINITY);
      return undefined;
    },
  },
  {
    name: 'messages late',
    begin(hit) {
      const { connection } = connectionOf(hit);
      if (connection === undefined) return 'nothing';
      hit.touch(connection.clientName);
      const channel = pick(hit.random, [connection.requestChannel, connection.answerChannel]);
      hit.regions.scheduler.delayChannel(channel, hit.random.int(4_000));
      return undefined;
    },
  },
  {
    name: 'produce repeated',
    begin(hit) {
      const { connection } = connectionOf(hit);
      if (connection?.repeatProduce(hit.random.int(4_000)) !== true) return 'nothing';
      hit.touch(connection.clientName);
      return undefined;
    },
  },
  {
    name: 'slow network',
    begin({ cluster, random, touch, mend }) {
      touch(cluster.name);
      cluster.slowedMs = pick(random, [20, 150, 400]);
      mend(`${cluster.name} is fast again`, () => {
        cluster.slowedMs = 0;
      });
      return undefined;
    },
  },
];

export const faultKinds: readonly FaultKind[] = [
  ...workerFaults,
  ...brokerFaults,
  ...networkFaults,
  ...logFaults,
];
