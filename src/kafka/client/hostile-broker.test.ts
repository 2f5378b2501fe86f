// A broker that lies, cuts, floods or falls silent. Each time: an error that says what, a connection that is
// over, memory given back, and a new connection that works once the broker behaves.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { hostilities, rightAnswer } from '../../../test/fixtures/hostilities.ts';
import type { HostileBroker } from '../../../test/fixtures/hostile-broker.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { anyFetch, latestOf, startBroker } from '../../../test/fixtures/opened-connection.ts';
import { silentLog } from '../../base/log.ts';
import { BufferPool } from './buffer-pool.ts';
import type { BrokerConnection } from './cluster.ts';
import { createKafkaCluster } from './real-cluster.ts';

async function start(t: TestContext) {
  const broker = await startBroker(t);
  const clock = manualClock();
  const pool = new BufferPool(1024 * 1024);
  const parts = { bootstrapServers: [broker.text], clientId: 'c', clock, log: silentLog, pool };
  const cluster = createKafkaCluster(parts);
  t.after(() => cluster.close());
  return { broker, clock, pool, cluster, connection: await cluster.connect(1) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Moves the clock on while nothing has happened, so that deadlines pass and nothing else is waited for. */
async function settled(outcome: Promise<unknown>, advance: (ms: number) => void, broker: HostileBroker) {
  let isSettled = false;
  const mark = () => {
    isSettled = true;
  };
  outcome.then(mark, mark);
  await broker.until(() => broker.requests.some(({ api }) => api !== 'metadata') || isSettled);
  for (let waited = 0; !isSettled && waited < 60; waited += 1) {
    for (let i = 0; i < 20 && !isSettled; i += 1) await turn();
    advance(1_000);
  }
  return outcome;
}

type Ask = (connection: BrokerConnection) => Promise<unknown>;

const asks: readonly (readonly ['listOffsets' | 'fetch', Ask])[] = [
  ['listOffsets', (connection) => connection.listOffsets(latestOf(1))],
  ['fetch', async (connection) => (await connection.fetch(anyFetch)).lease.release()],
];

for (const { name, does, code, says } of hostilities) {
  for (const [api, ask] of asks) {
    test(`${name} instead of an answer to ${api}: ${code}, and then all is well again`, async (t) => {
      const { broker, clock, pool, cluster, connection } = await start(t);
      broker.behaviour.set(api, does);
      const linksBefore = broker.linksAccepted;
      await assert.rejects(
        settled(ask(connection), (ms) => clock.advance(ms), broker),
        { code, message: new RegExp(`^broker 1 at 127\\.0\\.0\\.1:\\d+: .*${says.source}`) },
      );
      assert.equal(connection.closed, true);
      assert.equal(pool.framesInUse, 0);
      await assert.rejects(ask(connection), { code }, 'later calls tell the same');
      await broker.until(() => broker.links.size === 1);

      broker.behaviour.set(api, rightAnswer);
      const next = await cluster.connect(1);
      await ask(next);
      next.destroy('done');
      assert.equal(broker.linksAccepted, linksBefore + 1, 'one connection more, no storm');
      assert.equal(pool.framesInUse, 0);
    });
  }
}

test('a hostile broker is asked for metadata three times: CW-3001, and later all is well', async (t) => {
  for (const { name, does, code } of hostilities.filter((each) => each.code !== 'CW-3004')) {
    const broker = await startBroker(t);
    const parts = { bootstrapServers: [broker.text], clientId: 'c', clock: manualClock(), log: silentLog };
    const cluster = createKafkaCluster(parts);
    t.after(() => cluster.close());
    broker.behaviour.set('metadata', does);
    await assert.rejects(cluster.metadata([]), { code: 'CW-3001', message: new RegExp(code) }, name);
    assert.equal(broker.requests.length, 3, `${name}: three tries`);
    broker.behaviour.delete('metadata');
    assert.equal((await cluster.metadata([])).clusterId, 'hostile', name);
  }
});

test('a broker that is hostile from the first byte is not connected to: CW-3002, or CW-3011', async (t) => {
  for (const { name, does } of hostilities) {
    const refused = name === 'an alert of TLS' && { code: 'CW-3011', message: /this port speaks TLS/ };
    const broker = await startBroker(t);
    const clock = manualClock();
    const parts = { bootstrapServers: [broker.text], clientId: 'c', clock, log: silentLog };
    const cluster = createKafkaCluster(parts);
    t.after(() => cluster.close());
    broker.behaviour.set('apiVersions', does);
    const asked = cluster.metadata([]);
    await broker.until(() => broker.linksAccepted > 0);
    const failure = settled(asked, (ms) => clock.advance(ms), alreadyAsked);
    const unreached = { code: 'CW-3001', message: /CW-3002 .*cannot connect/ };
    await assert.rejects(failure, refused || unreached, name);
    assert.equal(broker.linksAccepted, 1, `${name}: one try`);
    broker.behaviour.delete('apiVersions');
    assert.equal((await cluster.metadata([])).clusterId, 'hostile', name);
  }
});

/** Nothing to wait for before the clock moves. */
const alreadyAsked = {
  requests: [{ api: 'fetch' }],
  until: () => Promise.resolve(),
} as unknown as HostileBroker;

test('other connections go on while one is attacked', async (t) => {
  const { broker, cluster, connection, pool } = await start(t);
  const attacked = await cluster.connect(1);
  broker.behaviour.set('fetch', ({ link }) => link.send(Buffer.from('HTTP/1.1 400 Bad Request')));
  broker.behaviour.set('listOffsets', rightAnswer);
  await assert.rejects(attacked.fetch(anyFetch), { code: 'CW-3005' });
  assert.equal((await connection.listOffsets(latestOf(3)))[0]?.offset, 3n);
  assert.equal(connection.closed, false);
  connection.destroy('done');
  assert.equal(pool.framesInUse, 0);
});
