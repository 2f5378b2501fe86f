// What befalls brokers.
import { pick, type Random } from '../../src/base/random.ts';
import { kafkaError } from '../../src/kafka/wire/error-codes.ts';
import type { ModelCluster } from '../broker-model/model-cluster.ts';
import { transactionTopic } from '../broker-model/transaction-log.ts';
import { clockStepsMs } from './clock-steps.ts';
import type { FaultKind } from './fault.ts';

const brokerOf = (cluster: ModelCluster, random: Random): number => pick(random, cluster.brokerIds);

/** What stands still or is away already is not hit again: whoever mends it would mend both. */
const isWhole = (cluster: ModelCluster, id: number): boolean => {
  const { alive, frozen } = cluster.mustBroker(id);
  return alive && !frozen && !cluster.isIsolated(id);
};

export const brokerFaults: readonly FaultKind[] = [
  {
    name: 'broker killed',
    begin({ anyCluster, random, touch, mend }) {
      const cluster = anyCluster();
      const id = brokerOf(cluster, random);
      if (!isWhole(cluster, id)) return false;
      touch(cluster.name);
      cluster.kill(id);
      mend(`restart ${cluster.name}/${id}`, () => cluster.restart(id));
      return true;
    },
  },
  {
    name: 'all brokers killed',
    begin({ anyCluster, touch, mend }) {
      const cluster = anyCluster();
      const whole = cluster.brokerIds.filter((id) => isWhole(cluster, id));
      if (whole.length === 0) return false;
      touch(cluster.name);
      for (const id of whole) cluster.kill(id);
      mend(`restart ${cluster.name}`, () => {
        for (const id of whole) cluster.restart(id);
      });
      return true;
    },
  },
  {
    name: 'broker frozen',
    begin({ anyCluster, random, touch, mend }) {
      const cluster = anyCluster();
      const id = brokerOf(cluster, random);
      if (!isWhole(cluster, id)) return false;
      touch(cluster.name);
      cluster.freeze(id);
      mend(`thaw ${cluster.name}/${id}`, () => cluster.thaw(id));
      return true;
    },
  },
  {
    name: 'broker isolated',
    begin({ anyCluster, random, touch, mend }) {
      const cluster = anyCluster();
      const id = brokerOf(cluster, random);
      if (!isWhole(cluster, id)) return false;
      touch(cluster.name);
      cluster.isolate(id);
      mend(`rejoin ${cluster.name}/${id}`, () => cluster.rejoin(id));
      return true;
    },
  },
  {
    name: 'clock of a broker stepped',
    begin({ anyCluster, random, touch, regions }) {
      const cluster = anyCluster();
      touch(cluster.name);
      regions.scheduler.stepClock(`${cluster.name}/${brokerOf(cluster, random)}`, pick(random, clockStepsMs));
      return true;
    },
  },
  {
    name: 'lead moved',
    begin({ anyRoute, random, touch }) {
      const route = anyRoute();
      const cluster = pick(random, [route.home.cluster, route.target]);
      const { partition } = pick(random, route.watches);
      const to = brokerOf(cluster, random);
      if (!cluster.controller.moveLeader(route.home.name, partition, to)) return false;
      touch(cluster.name);
      return true;
    },
  },
  {
    name: 'coordinator moved',
    begin({ anyCluster, random, touch }) {
      const cluster = anyCluster();
      if (cluster.controller.topicId(transactionTopic) === undefined) return false;
      if (!cluster.controller.moveLeader(transactionTopic, 0, brokerOf(cluster, random))) return false;
      touch(cluster.name);
      return true;
    },
  },
  {
    name: 'appends refused',
    begin({ anyCluster, random, touch, mend }) {
      const cluster = anyCluster();
      if (cluster.refuseAppend !== undefined) return false;
      touch(cluster.name);
      const refusal = pick(random, refusals);
      const share = pick(random, [1, 2, 10]);
      cluster.refuseAppend = () => (random.int(share) === 0 ? refusal : kafkaError.NONE);
      mend(`${cluster.name} appends again`, () => {
        cluster.refuseAppend = undefined;
      });
      return true;
    },
  },
];

/** The disk is full or broken, the replicas too few, or nobody knows what it is. */
const refusals = [
  kafkaError.KAFKA_STORAGE_ERROR,
  kafkaError.NOT_ENOUGH_REPLICAS,
  kafkaError.UNKNOWN_SERVER_ERROR,
];
