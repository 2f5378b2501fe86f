// Coordinators that load, move, are busy or go away, against brokers of the test over real sockets; time is
// virtual.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { HostileBroker, Received } from '../../../test/fixtures/hostile-broker.ts';
import { type ManualClock, manualClock } from '../../../test/fixtures/manual-clock.ts';
import { startBroker } from '../../../test/fixtures/opened-connection.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import { encodeAddPartitionsToTxnResponse } from '../wire/add-partitions-to-txn.ts';
import { encodeEndTxnResponse } from '../wire/end-txn.ts';
import { kafkaError } from '../wire/error-codes.ts';
import { decodeFindCoordinatorRequest, encodeFindCoordinatorResponse } from '../wire/find-coordinator.ts';
import { decodeInitProducerIdRequest, encodeInitProducerIdResponse } from '../wire/init-producer-id.ts';
import { WireReader } from '../wire/reader.ts';
import { createKafkaCluster } from './real-cluster.ts';
import { TransactionCoordinators } from './transaction-coordinators.ts';

const transactionalId = 'causeway.set.topic.0';
const ask = { transactionalId };
const transaction = { transactionalId, producerId: 7n, producerEpoch: 3 };

interface SetUp {
  readonly brokers: readonly [HostileBroker, HostileBroker];
  readonly coordinators: TransactionCoordinators;
  readonly clock: ManualClock;
  /** The id's coordinator is this one, as every broker says. */
  readonly coordinates: (broker: HostileBroker) => void;
  /** Answers InitProducerId with these codes, one after the other, then with NONE. */
  readonly answers: (broker: HostileBroker, ...codes: readonly number[]) => void;
}

async function setUp(t: TestContext): Promise<SetUp> {
  const brokers = [await startBroker(t, 1), await startBroker(t, 2)] as const;
  const clock = manualClock();
  const bootstrapServers = brokers.map(({ text }) => text);
  const cluster = createKafkaCluster({ bootstrapServers, clientId: 'c', clock, log: silentLog });
  const coordinators = new TransactionCoordinators({ cluster, clock, random: seededRandom(1) });
  t.after(() => {
    coordinators.close();
    return cluster.close();
  });
  const coordinates = (broker: HostileBroker) => {
    for (const each of brokers) each.behaviour.set('findCoordinator', (request) => tellOf(request, broker));
  };
  const answers = (broker: HostileBroker, ...codes: readonly number[]) => {
    const left = [...codes];
    broker.behaviour.set('initProducerId', (request) => grant(request, left.shift() ?? kafkaError.NONE));
  };
  for (const broker of brokers) broker.neighbours = brokers;
  coordinates(brokers[0]);
  return { brokers, coordinators, clock, coordinates, answers };
}

function tellOf(request: Received, { nodeId, port }: HostileBroker, errorCode = 0): void {
  const asked = decodeFindCoordinatorRequest(new WireReader(request.body), request.version);
  assert.deepEqual(asked, ask);
  const answer = { errorCode, nodeId: errorCode === 0 ? nodeId : -1, host: '127.0.0.1', port };
  request.answer((w) => encodeFindCoordinatorResponse(w, request.version, answer, transactionalId));
}

function grant(request: Received, errorCode: number): void {
  const isFine = errorCode === kafkaError.NONE;
  const answer = { errorCode, producerId: isFine ? 7n : -1n, producerEpoch: isFine ? 3 : -1 };
  request.answer((w) => encodeInitProducerIdResponse(w, request.version, answer));
}

const count = ({ requests }: HostileBroker, wanted: string) =>
  requests.filter(({ api }) => api === wanted).length;

/** Lets time pass, a millisecond at a time, until it is over. */
async function settled<T>(clock: ManualClock, work: Promise<T>): Promise<{ value: T; tookMs: number }> {
  const beganMs = clock.monotonicMs();
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1);
  }
  return { value: await work, tookMs: clock.monotonicMs() - beganMs };
}

test('it is looked up once, and one connection serves every call and every id', async (t) => {
  const { brokers, coordinators, coordinates, answers } = await setUp(t);
  const [, second] = brokers;
  coordinates(second);
  answers(second);
  const granted = { call: 'InitProducerId', errorCode: 0, producerId: 7n, producerEpoch: 3 };
  assert.deepEqual(await coordinators.initProducerId(ask), granted);
  const links = brokers.map(({ linksAccepted }) => linksAccepted);
  assert.deepEqual(await coordinators.initProducerId(ask), granted);
  assert.deepEqual(
    brokers.map(({ linksAccepted }) => linksAccepted),
    links,
  );
  assert.equal(
    brokers.map((each) => count(each, 'findCoordinator')).reduce((a, b) => a + b),
    1,
  );
  assert.equal(count(second, 'initProducerId'), 2);
});

test('the holder is named in the request, and an answer that waiting does not mend comes back', async (t) => {
  const { brokers, coordinators, answers } = await setUp(t);
  answers(brokers[0], kafkaError.PRODUCER_FENCED);
  const holder = { producerId: 7n, producerEpoch: 2 };
  const answer = await coordinators.initProducerId({ ...ask, holder, transactionTimeoutMs: 5_000 });
  const refused = { errorCode: kafkaError.PRODUCER_FENCED, producerId: -1n, producerEpoch: -1 };
  assert.deepEqual(answer, { call: 'InitProducerId', ...refused });
  const sent = brokers[0].requests.find(({ api }) => api === 'initProducerId') as Received;
  assert.deepEqual(decodeInitProducerIdRequest(new WireReader(sent.body), 4), {
    ...ask,
    ...holder,
    transactionTimeoutMs: 5_000,
  });
});

test('an id that may not be asked for is told as such', async (t) => {
  const { brokers, coordinators } = await setUp(t);
  const code = kafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  for (const each of brokers) each.behaviour.set('findCoordinator', (request) => tellOf(request, each, code));
  const { call, errorCode } = await coordinators.endTxn({ ...transaction, committed: false });
  assert.deepEqual([call, errorCode], ['FindCoordinator', code]);
});

test('one that moves, loads or is elected is looked for again; a busy one is only asked again', async (t) => {
  for (const code of [
    kafkaError.NOT_COORDINATOR,
    kafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    kafkaError.COORDINATOR_NOT_AVAILABLE,
  ]) {
    const { brokers, coordinators, clock, coordinates, answers } = await setUp(t);
    const [first, second] = brokers;
    answers(second);
    first.behaviour.set('initProducerId', (request) => {
      grant(request, code);
      coordinates(second);
    });
    const { value } = await settled(clock, coordinators.initProducerId(ask));
    assert.equal(value.errorCode, kafkaError.NONE);
    assert.deepEqual([count(first, 'initProducerId'), count(second, 'initProducerId')], [1, 1]);
  }
  const { brokers, coordinators, clock, answers } = await setUp(t);
  const busy = kafkaError.CONCURRENT_TRANSACTIONS;
  answers(brokers[0], busy, busy, busy);
  const { value, tookMs } = await settled(clock, coordinators.initProducerId(ask));
  assert.equal(value.errorCode, kafkaError.NONE);
  assert.ok(tookMs >= 2 + 4 + 8, `delays grow: ${tookMs} ms`);
  assert.equal(
    brokers.map((each) => count(each, 'findCoordinator')).reduce((a, b) => a + b),
    1,
  );
});

test('a broker that is asked in vain is not asked alone', async (t) => {
  const { brokers, coordinators, clock, coordinates, answers } = await setUp(t);
  const [first, second] = brokers;
  coordinates(second);
  answers(second);
  first.behaviour.set('findCoordinator', (request) =>
    tellOf(request, first, kafkaError.COORDINATOR_NOT_AVAILABLE),
  );
  const { value } = await settled(clock, coordinators.initProducerId(ask));
  assert.equal(value.errorCode, kafkaError.NONE);
  assert.equal(count(first, 'findCoordinator'), 1);
});

test('a call whose connection is lost is made again, at whoever coordinates then', async (t) => {
  const { brokers, coordinators, clock, coordinates } = await setUp(t);
  const [first, second] = brokers;
  first.behaviour.set('endTxn', () => {
    coordinates(second);
    first.cutLinks();
  });
  second.behaviour.set('endTxn', (request) =>
    request.answer((w) => encodeEndTxnResponse(w, 4, { errorCode: 0 })),
  );
  const { value } = await settled(clock, coordinators.endTxn({ ...transaction, committed: true }));
  assert.deepEqual(value, { call: 'EndTxn', errorCode: 0 });
  assert.equal(count(second, 'endTxn'), 1);
});

test('it gives up in time, and says who answered what', async (t) => {
  const { brokers, coordinators, clock } = await setUp(t);
  const code = kafkaError.COORDINATOR_LOAD_IN_PROGRESS;
  brokers[0].behaviour.set('initProducerId', (request) => grant(request, code));
  const beganMs = clock.monotonicMs();
  await assert.rejects(settled(clock, coordinators.initProducerId(ask)), {
    code: 'CW-3017',
    message:
      /^transactional id causeway.set.topic.0: COORDINATOR_LOAD_IN_PROGRESS answered to InitProducerId, /,
  });
  const tries = count(brokers[0], 'initProducerId');
  const tookMs = clock.monotonicMs() - beganMs;
  assert.ok(tries > 10 && tries < 30, `${tries} tries`);
  assert.ok(tookMs > 8_000 && tookMs <= 10_000, `${tookMs} ms`);
});

test('closing ends what waits and what is under way', async (t) => {
  const { brokers, coordinators, clock } = await setUp(t);
  brokers[0].behaviour.set('initProducerId', (request) => grant(request, kafkaError.CONCURRENT_TRANSACTIONS));
  brokers[0].behaviour.set('endTxn', () => undefined);
  const waiting = assert.rejects(coordinators.initProducerId(ask), { code: 'CW-3003' });
  const underWay = assert.rejects(coordinators.endTxn({ ...transaction, committed: true }), {
    code: 'CW-3003',
  });
  await brokers[0].until(() => count(brokers[0], 'endTxn') === 1 && count(brokers[0], 'initProducerId') > 0);
  coordinators.close();
  await Promise.all([waiting, underWay]);
  await assert.rejects(coordinators.initProducerId(ask), { code: 'CW-3003' });
  await brokers[0].until(() => brokers[0].links.size <= 1);
  clock.advance(60_000);
  assert.equal(clock.timers, 0);
});

test('of several partitions the one that is the cause is told', async (t) => {
  const { brokers, coordinators } = await setUp(t);
  const codes = [kafkaError.OPERATION_NOT_ATTEMPTED, kafkaError.TOPIC_AUTHORIZATION_FAILED];
  const partitions = codes.map((errorCode, partition) => ({ topic: 't', partition, errorCode }));
  brokers[0].behaviour.set('addPartitionsToTxn', (request) =>
    request.answer((w) => encodeAddPartitionsToTxnResponse(w, 3, partitions)),
  );
  const topics = [{ topic: 't', partitions: [0, 1] }];
  assert.deepEqual(await coordinators.addPartitionsToTxn({ ...transaction, topics }), {
    call: 'AddPartitionsToTxn',
    errorCode: kafkaError.TOPIC_AUTHORIZATION_FAILED,
    partitions,
  });
});
