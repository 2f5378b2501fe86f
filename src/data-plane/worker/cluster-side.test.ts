// Which connections one side of a link opens, and that none outlives it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import type { BrokerConnection, KafkaCluster } from '../../kafka/client/cluster.ts';
import type { ClusterView } from '../../kafka/wire/messages.ts';
import { Obstacle } from '../mirror/obstacle.ts';
import { ClusterSide } from './cluster-side.ts';

const partition = { partition: 0, errorCode: 0, leaderId: 1, leaderEpoch: 0, replicas: [1], inSync: [1] };
const topic = { name: 't', topicId: 'a'.repeat(32), internal: false, errorCode: 0, partitions: [partition] };
const view: ClusterView = { clusterId: 'c', controllerId: 1, brokers: [], topics: [topic] };

/** A cluster that answers for metadata when it is told to, and counts connections. */
function gatedCluster() {
  const answered = Promise.withResolvers<ClusterView>();
  const asked = Promise.withResolvers<void>();
  const made: { closed: boolean }[] = [];
  const cluster: KafkaCluster = {
    metadata: () => {
      asked.resolve();
      return answered.promise;
    },
    connect: (brokerId) => {
      const connection = { brokerId, closed: false, destroy: () => (connection.closed = true) };
      made.push(connection);
      return Promise.resolve(connection as unknown as BrokerConnection);
    },
    close: () => Promise.resolve(),
  };
  const side = new ClusterSide({ side: 'target', region: 'us-east', cluster, clock: systemClock });
  return { side, made, asked: asked.promise, answer: () => answered.resolve(view) };
}

test('many that look for a leader share one connection', async () => {
  const { side, made, answer } = gatedCluster();
  const ends = [side.findEnd('t', 0), side.findEnd('t', 0)];
  answer();
  await Promise.all(ends);
  assert.equal(made.length, 1);
});

test('what was under way when the side was closed opens no connection', async () => {
  const { side, made, asked, answer } = gatedCluster();
  const end = side.findEnd('t', 0);
  await asked;
  side.close('the worker is stopping');
  answer();
  await assert.rejects(end, (error) => error instanceof Obstacle && error.because.code === 'CW-2021');
  assert.deepEqual(made, []);
});

test('after a disconnect the next look makes a new connection', async () => {
  const { side, made, answer } = gatedCluster();
  answer();
  await side.findEnd('t', 0);
  side.disconnect('the process stood still');
  await side.findEnd('t', 0);
  assert.deepEqual(
    made.map(({ closed }) => closed),
    [true, false],
  );
});
