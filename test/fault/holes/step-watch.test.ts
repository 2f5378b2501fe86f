// The watch over a worker's requests: where it stops, and what has left by then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerConnection, KafkaCluster } from '../../../src/kafka/client/cluster.ts';
import { StepWatch } from './step-watch.ts';
import type { CallName, Stage } from './steps.ts';

const topic = 'orders';
const producerId = { transactionalId: 'guard', transactionTimeoutMs: 1, producerId: -1n, producerEpoch: -1 };
const endAsked = (name: string, replicaId: number) => ({
  replicaId,
  isolationLevel: 0 as const,
  topics: [{ topic: name, partitions: [{ partition: 0, currentLeaderEpoch: 1, timestamp: -1n }] }],
});

/** A broker that notes what arrives, and answers when told to. */
function broker() {
  const events: string[] = [];
  const answers: (() => void)[] = [];
  const call = (name: string) => () => {
    events.push(`${name} arrives`);
    return new Promise((resolve) => answers.push(() => resolve(name)));
  };
  const names = ['initProducerId', 'writeTxnMarkers', 'listOffsets', 'produce'];
  const calls = Object.fromEntries(names.map((name) => [name, call(name)]));
  const connection = { ...calls, brokerId: 1, closed: false, unsentBytes: 0 } as unknown as BrokerConnection;
  const cluster = { connect: () => Promise.resolve(connection) } as unknown as KafkaCluster;
  return { events, cluster, answer: () => answers.shift()?.() };
}

async function watched(stage: Stage, ...path: CallName[]) {
  const { events, cluster, answer } = broker();
  const stop = (index: number) => void events.push(`stop ${index}`);
  const watch = new StepWatch({ topic, stops: [{ path, stage }], stop });
  const connection = await watch.watch(cluster).connect(1);
  const noting = (asked: Promise<unknown>) => asked.then((name) => events.push(`${String(name)} answered`));
  return { events, answer, connection, noting, watch };
}

for (const [stage, order] of [
  ['before', ['stop 0', 'writeTxnMarkers arrives', 'writeTxnMarkers answered']],
  ['left', ['writeTxnMarkers arrives', 'stop 0', 'writeTxnMarkers answered']],
  ['after', ['writeTxnMarkers arrives', 'stop 0', 'writeTxnMarkers answered']],
] as const) {
  test(`${stage}: the worker stands still there and nowhere else`, async () => {
    const { events, answer, connection, noting, watch } = await watched(stage, 'write fillers');
    const done = noting(connection.writeTxnMarkers({ markers: [] }));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(events.includes('stop 0'), stage !== 'after');
    assert.equal(watch.underWay, 1);
    answer();
    await done;
    assert.deepEqual([events, watch.underWay], [order, 0]);
    const again = noting(connection.writeTxnMarkers({ markers: [] }));
    answer();
    await again;
    assert.equal(events.filter((event) => event === 'stop 0').length, 1);
  });
}

test('a step is the last request of its path, behind the others, of this topic', async () => {
  const { events, answer, connection, noting } = await watched('before', 'take guard', 'read log end');
  const ask = async (asked: Promise<unknown>) => {
    const done = noting(asked);
    answer();
    await done;
  };
  await ask(connection.listOffsets(endAsked(topic, 0)));
  await ask(connection.initProducerId({ ...producerId, producerId: 7n, producerEpoch: 1 }));
  await ask(connection.listOffsets(endAsked(topic, 0)));
  await ask(connection.initProducerId(producerId));
  await ask(connection.listOffsets(endAsked('other', 0)));
  await ask(connection.listOffsets(endAsked(topic, -1)));
  assert.ok(!events.includes('stop 0'));
  await ask(connection.listOffsets(endAsked(topic, 0)));
  assert.ok(events.includes('stop 0'));
});
