// A cluster of several brokers that come, go and move: which one is asked, and how it is found again.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { HostileBroker } from '../../../test/fixtures/hostile-broker.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { latestOf, startBroker } from '../../../test/fixtures/opened-connection.ts';
import { answerOffsets } from '../../../test/fixtures/right-answers.ts';
import { silentLog } from '../../base/log.ts';
import { createKafkaCluster, type KafkaClusterParts } from './real-cluster.ts';

async function startBrokers(t: TestContext, count: number): Promise<HostileBroker[]> {
  const brokers = await Promise.all(Array.from({ length: count }, (_, index) => startBroker(t, index + 1)));
  for (const broker of brokers) broker.neighbours = brokers;
  return brokers;
}

function clusterOf(
  t: TestContext,
  brokers: readonly HostileBroker[],
  parts: Partial<KafkaClusterParts> = {},
) {
  const clock = manualClock();
  const bootstrapServers = brokers.map(({ text }) => text);
  const cluster = createKafkaCluster({ bootstrapServers, clientId: 'c', clock, log: silentLog, ...parts });
  t.after(() => cluster.close());
  return { cluster, clock };
}

test('nothing is connected before the first call', async (t) => {
  const [broker] = (await startBrokers(t, 1)) as [HostileBroker];
  const { cluster } = clusterOf(t, [broker]);
  assert.equal(broker.linksAccepted, 0);
  assert.equal((await cluster.metadata([])).clusterId, 'hostile');
});

test('many callers share one attempt and one connection', async (t) => {
  const [broker] = (await startBrokers(t, 1)) as [HostileBroker];
  const { cluster, clock } = clusterOf(t, [broker]);
  const asked = Promise.all(Array.from({ length: 50 }, () => cluster.metadata([])));
  let answered = false;
  const noted = asked.finally(() => {
    answered = true;
  });
  // With so many answers due, their connection rests between reads.
  while (!answered) {
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await noted;
  assert.equal(broker.linksAccepted, 1);
  assert.equal(broker.requests.length, 50);
});

test('a bootstrap server that is down costs nothing but a try', async (t) => {
  const [gone, alive] = (await startBrokers(t, 2)) as [HostileBroker, HostileBroker];
  const { cluster } = clusterOf(t, [gone, alive]);
  await gone.stop();
  assert.equal((await cluster.metadata([])).controllerId, 2);
});

test('a connection that was cut is opened anew by the next call', async (t) => {
  const [broker] = (await startBrokers(t, 1)) as [HostileBroker];
  const { cluster } = clusterOf(t, [broker]);
  for (let round = 1; round <= 3; round += 1) {
    await cluster.metadata([]);
    assert.equal(broker.linksAccepted, round);
    broker.cutLinks();
    await broker.until(() => broker.links.size === 0);
  }
});

test('a broker that dies while it is asked is replaced by another within the same call', async (t) => {
  const [first, second] = (await startBrokers(t, 2)) as [HostileBroker, HostileBroker];
  const { cluster } = clusterOf(t, [first, second]);
  first.behaviour.set('metadata', ({ link }) => link.socket.destroy());
  assert.equal((await cluster.metadata([])).controllerId, 2);
});

test('brokers known from metadata serve when every bootstrap server is gone', async (t) => {
  const [bootstrap, other] = (await startBrokers(t, 2)) as [HostileBroker, HostileBroker];
  const { cluster } = clusterOf(t, [bootstrap]);
  await cluster.metadata([]);
  await bootstrap.stop();
  assert.equal((await cluster.metadata([])).controllerId, other.nodeId);
});

test('no broker at all: CW-3001 names the servers and each failure', async (t) => {
  const brokers = await startBrokers(t, 2);
  const { cluster } = clusterOf(t, brokers);
  for (const broker of brokers) await broker.stop();
  const failure = await cluster.metadata([]).then(
    () => assert.fail('it was reached'),
    (error: unknown) => error as Error & { code: string },
  );
  assert.equal(failure.code, 'CW-3001');
  for (const { text } of brokers)
    assert.match(failure.message, new RegExp(`${text}.*${text}: cannot connect`));
});

test('the broker that is asked changes from time to time, and what is under way is answered', async (t) => {
  const brokers = await startBrokers(t, 3);
  const { cluster, clock } = clusterOf(t, brokers);
  const asked = new Set<number>();
  for (let round = 0; round < 6; round += 1) {
    asked.add((await cluster.metadata([])).controllerId);
    clock.advance(10_000);
    await cluster.metadata([]);
    await Promise.all(brokers.map((each) => each.until(() => each.links.size <= 1)));
  }
  assert.ok(asked.size >= 2, `only ${[...asked].join()} was asked`);
});

test('connect opens connections of their own, and closing the cluster leaves them', async (t) => {
  const [first, second] = (await startBrokers(t, 2)) as [HostileBroker, HostileBroker];
  const { cluster } = clusterOf(t, [first]);
  const own = await cluster.connect(2);
  assert.equal(own.brokerId, 2);
  second.behaviour.set('listOffsets', answerOffsets);
  await cluster.close();
  assert.equal((await own.listOffsets(latestOf(5)))[0]?.offset, 5n);
  own.destroy('done');
  await assert.rejects(cluster.metadata([]), { code: 'CW-3003', message: /closed/ });
});

test('a broker that the cluster does not name: CW-3002 says which it names', async (t) => {
  const brokers = await startBrokers(t, 2);
  const { cluster } = clusterOf(t, brokers);
  await assert.rejects(cluster.connect(9), { code: 'CW-3002', message: /broker 9 .* \(it names 1, 2\)/ });
});

test('a broker at a new address is found there after the next metadata', async (t) => {
  const [first, second] = (await startBrokers(t, 2)) as [HostileBroker, HostileBroker];
  const { cluster } = clusterOf(t, [first]);
  await cluster.metadata([]);
  await second.stop();
  await assert.rejects(cluster.connect(2), { code: 'CW-3002' });
  const moved = await startBroker(t, 2);
  first.neighbours = [first, moved];
  await cluster.metadata([]);
  (await cluster.connect(2)).destroy('done');
  assert.equal(moved.linksAccepted, 1);
});

for (const text of ['', 'host', 'host:', ':9092', 'host:0', 'host:65536', 'a b:9092', '::1:9092']) {
  test(`'${text}' is no bootstrap server: CW-3001 shows it`, (t) => {
    assert.throws(() => clusterOf(t, [], { bootstrapServers: [text] }), {
      code: 'CW-3001',
      message: `bootstrap server '${text}' is not of the form host:port`,
    });
  });
}
