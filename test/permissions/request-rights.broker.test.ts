// What a real broker asks for at each of our requests: refused without the right, let through with it and
// nothing else. None of them needs anything on the cluster, but those that only show something and markers,
// which transactions can stand in for.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { CausewayError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import {
  type AskedRight,
  type AuthorizedRequest,
  rightOfRequest,
} from '../../src/kafka/acl/request-rights.ts';
import { encodeBatch } from '../../src/kafka/batch/encode-batch.ts';
import { type ClusterAdmin, openClusterAdmin } from '../../src/kafka/admin/cluster-admin.ts';
import type { BrokerConnection } from '../../src/kafka/client/cluster.ts';
import type { WholeCluster } from '../../src/kafka/client/real-cluster.ts';
import { TransactionCoordinators } from '../../src/kafka/client/transaction-coordinators.ts';
import { kafkaError, kafkaErrorName } from '../../src/kafka/wire/error-codes.ts';
import { openCluster, securityFrom } from '../fixtures/link-plan.ts';
import { waitUntil } from '../fixtures/wait-until.ts';
import { AclLab, type AclRule } from './acl-lab.ts';

const requests = Object.keys(rightOfRequest) as AuthorizedRequest[];
const region = 'eu-west';
const topic = 'orders';
const lab = await AclLab.start(requests, [region]);
after(() => lab[Symbol.asyncDispose]());
for (const name of [topic, 'orders-doomed']) await lab.lab.createTopic(region, name, { partitions: 1 });

const superUser = openCluster(
  { region, bootstrapServers: lab.lab.bootstrapServers(region) },
  'test',
  silentLog,
);
after(() => superUser.close());
const [known] = (await superUser.metadata([topic])).topics;
const topicId = known?.topicId ?? '';

const coordinators = new TransactionCoordinators({ cluster: superUser, clock: systemClock });
after(() => coordinators.close());
const transactionalId = 'causeway.set.x.2';
const topics = [{ topic, partitions: [0] }];

/** What a transaction is asked with; one that is open before is aborted. */
async function newTransaction() {
  const { producerId, producerEpoch } = await coordinators.initProducerId({ transactionalId });
  return { transactionalId, producerId, producerEpoch };
}

interface Asking {
  readonly cluster: WholeCluster;
  readonly broker: BrokerConnection;
  readonly admin: ClusterAdmin;
}

const named = (code: number | undefined) => (code === undefined ? 'no answer' : kafkaErrorName(code));
const viaAdmin = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'NONE',
    (error: Error & { code: string }) => (error.code === 'CW-3010' ? 'AUTHORIZATION_FAILED' : error.message),
  );
const fetched = { currentLeaderEpoch: -1, fetchOffset: 0n, lastFetchedEpoch: -1, partitionMaxBytes: 1 };
const fetching = {
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: 1,
  isolationLevel: 1,
  sessionId: 0,
  sessionEpoch: -1,
  topics: [{ topicId, partitions: [{ partition: 0, ...fetched }] }],
  forgotten: [],
} as const;

/** Kafka's name of the answer's error. */
const asks: Readonly<Record<AuthorizedRequest, (asking: Asking) => Promise<string>>> = {
  Metadata: async ({ cluster }) => named((await cluster.metadata([topic])).topics[0]?.errorCode),
  ListOffsets: async ({ broker }) => {
    // As a replica, which is how the log end is read.
    const partitions = [{ partition: 0, currentLeaderEpoch: -1, timestamp: -1n }];
    const listed = await broker.listOffsets({
      replicaId: 0,
      isolationLevel: 0,
      topics: [{ topic, partitions }],
    });
    return named(listed[0]?.errorCode);
  },
  OffsetForLeaderEpoch: async ({ broker }) => {
    const partitions = [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }];
    return named((await broker.offsetForLeaderEpoch({ topics: [{ topic, partitions }] }))[0]?.errorCode);
  },
  Fetch: async ({ broker }) => {
    const response = await broker.fetch(fetching);
    response.lease.release();
    return named(response.topics[0]?.partitions[0]?.errorCode);
  },
  DescribeProducers: async ({ broker }) => {
    const described = await broker.describeProducers({ topics: [{ topic, partitions: [0] }] });
    return named(described[0]?.errorCode);
  },
  Produce: async ({ broker }) => {
    // Under an id, as the mirror writes: that needs no right of its own since Kafka 3.0 (KIP-679).
    const form = { producerId: 7n, producerEpoch: 0, baseSequence: 0 };
    const records = encodeBatch([{ timestamp: 1n, key: undefined, value: undefined }], form);
    const topics = [{ topic, topicId, partitions: [{ partition: 0, records }] }];
    return named((await broker.produce({ acks: -1, timeoutMs: 5_000, topics })).partitions[0]?.errorCode);
  },
  CreateTopics: ({ admin }) =>
    viaAdmin(
      admin.createTopic({ name: 'orders-new', partitions: 1, replicationFactor: 1, settings: new Map() }),
    ),
  CreatePartitions: ({ admin }) => viaAdmin(admin.raisePartitions(topic, 1)),
  DescribeConfigs: ({ admin }) => viaAdmin(admin.topicSettings([topic])),
  IncrementalAlterConfigs: ({ admin }) =>
    viaAdmin(admin.setTopicSettings(topic, new Map([['retention.ms', '-1']]))),
  DeleteTopics: async ({ cluster }) => {
    const [doomed] = (await superUser.metadata(['orders-doomed'])).topics;
    return named((await cluster.deleteTopic(doomed?.topicId ?? '')).errorCode);
  },
  JoinGroup: async ({ cluster }) => {
    const group = await cluster.connectCoordinator('orders').catch((error: CausewayError) => error);
    if (group instanceof CausewayError) return group.message;
    const { errorCode } = await group.joinGroup({
      groupId: 'orders',
      protocolType: 'test',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId: '',
      protocols: [{ name: 'test', metadata: Buffer.alloc(0) }],
      reason: undefined,
    });
    group.destroy('asked');
    return errorCode === kafkaError.MEMBER_ID_REQUIRED ? 'NONE' : named(errorCode);
  },
  DescribeAcls: ({ admin }) => viaAdmin(admin.topicRules()),
  DescribeLogDirs: ({ admin }) => viaAdmin(admin.topicBytes([{ name: topic, partitions: 1 }])),
  FindCoordinator: async ({ broker }) => named((await broker.findCoordinator('causeway.set.x.1')).errorCode),
  InitProducerId: async ({ broker }) => {
    const request = { transactionalId: 'causeway.set.x.1', transactionTimeoutMs: 10_000 };
    const answer = await broker.initProducerId({ ...request, producerId: -1n, producerEpoch: -1 });
    return named(answer.errorCode);
  },
  AddPartitionsToTxn: async ({ broker }) => {
    const [added] = await broker.addPartitionsToTxn({ ...(await newTransaction()), topics });
    return named(added?.errorCode);
  },
  EndTxn: async ({ broker }) => {
    const transaction = await newTransaction();
    assert.equal((await coordinators.addPartitionsToTxn({ ...transaction, topics })).errorCode, 0);
    return named((await broker.endTxn({ ...transaction, committed: false })).errorCode);
  },
  DescribeTransactions: async ({ broker }) => {
    await newTransaction();
    return named((await broker.describeTransactions([transactionalId]))[0]?.errorCode);
  },
  WriteTxnMarkers: async ({ broker }) => {
    const marker = { producerId: 8n, producerEpoch: 0, committed: false, coordinatorEpoch: 0, topics };
    return named((await broker.writeTxnMarkers({ markers: [marker] }))[0]?.errorCode);
  },
  DeleteRecords: async ({ broker }) => {
    const trimmed = [{ topic, partitions: [{ partition: 0, offset: 0n }] }];
    return named((await broker.deleteRecords({ topics: trimmed, timeoutMs: 5_000 }))[0]?.errorCode);
  },
};

async function asked(request: AuthorizedRequest): Promise<string> {
  const security = lab.settingsOf(request);
  const cluster = openCluster(
    { region, bootstrapServers: lab.serversOf(region), security },
    'test',
    silentLog,
  );
  const admin = openClusterAdmin({
    region,
    bootstrapServers: lab.serversOf(region).split(','),
    clientId: 'test',
    security: securityFrom(security, silentLog),
  });
  try {
    const [{ nodeId } = { nodeId: -1 }] = (await cluster.metadata([])).brokers;
    const broker = await cluster.connect(nodeId);
    try {
      return await asks[request]({ cluster, broker, admin });
    } finally {
      broker.destroy('asked');
    }
  } finally {
    await admin.close();
    await cluster.close();
  }
}

/** What the right is given on, as a prefix: new topics and ids of transactions are meant, too. */
const resourceOf = {
  topic: 'orders',
  'transactional-id': 'causeway.',
  cluster: 'kafka-cluster',
  group: 'orders',
} as const;

const ruleOf = (request: AuthorizedRequest, { operation, resourceType }: AskedRight): AclRule => ({
  principal: `User:${request}`,
  operation,
  resourceType,
  resource: resourceOf[resourceType],
  pattern: resourceType === 'cluster' ? 'literal' : 'prefixed',
});

for (const request of requests) {
  const right: AskedRight = rightOfRequest[request];
  const { operation, resourceType, besides } = right;
  const also = besides === undefined ? '' : `, ${besides.operation} on ${besides.resourceType}`;
  test(`${request} needs ${operation} on ${resourceType}${also}, and nothing else`, async () => {
    assert.match(await asked(request), /AUTHORIZATION_FAILED/);
    await lab.give(region, [ruleOf(request, right)]);
    if (besides !== undefined) {
      await until(
        request,
        (answer) => answer === `${besides.resourceType.toUpperCase()}_AUTHORIZATION_FAILED`,
      );
      await lab.give(region, [ruleOf(request, besides)]);
    }
    // A new coordinator is made by the first question for one.
    assert.equal(await until(request, (answer) => !/AUTHORIZATION_FAILED|COORDINATOR/.test(answer)), 'NONE');
  });
}

async function until(request: AuthorizedRequest, wanted: (answer: string) => boolean): Promise<string> {
  let answer = '';
  await waitUntil(
    `${request} is answered otherwise`,
    async () => {
      answer = await asked(request);
      return wanted(answer);
    },
    { seen: () => answer, giveUpMs: 10_000 },
  );
  return answer;
}
