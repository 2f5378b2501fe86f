// A region that cannot be read becomes a picture of why, in time; a defect does not hide behind one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ManualClock, manualClock } from '../../../test/fixtures/manual-clock.ts';
import { CausewayError } from '../../base/errors.ts';
import type { KafkaCluster } from '../../kafka/client/cluster.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { ledgerTopics } from '../../ledger/topic-names.ts';
import { readRegion } from './region-reading.ts';

const deadlineMs = 10_000;

function read(clusterOf: () => KafkaCluster, clock: ManualClock, signal = new AbortController().signal) {
  return readRegion({
    name: 'us-east',
    clusterOf,
    clock,
    signal,
    deadlineMs,
    ledgerOf: () => assert.fail('there is no ledger in these tests'),
  });
}

function cluster(metadata: KafkaCluster['metadata']): KafkaCluster {
  return {
    metadata,
    connect: () => Promise.reject(new CausewayError('CW-3002', 'not in this test')),
    close: () => Promise.resolve(),
  };
}

test('a cluster that refuses is an error of the picture', async () => {
  const refused = new CausewayError('CW-3001', 'no broker can be reached');
  const { picture } = await read(() => cluster(() => Promise.reject(refused)), manualClock());
  assert.deepEqual(picture.error, { code: 'CW-3001', message: 'no broker can be reached' });
  assert.equal(picture.brokers, undefined);
});

test('settings that cannot be resolved are an error of the picture', async () => {
  const { picture } = await read(() => {
    throw new CausewayError('CW-1018', 'the environment variable PASSWORD is not set');
  }, manualClock());
  assert.equal(picture.error?.code, 'CW-1018');
});

test('a cluster that is silent is given up at the deadline', async () => {
  const clock = manualClock();
  let settled = false;
  const reading = read(() => cluster(() => new Promise(() => undefined)), clock).finally(() => {
    settled = true;
  });
  clock.advance(deadlineMs - 1);
  await Promise.resolve();
  assert.equal(settled, false);
  clock.advance(1);
  const { picture } = await reading;
  assert.deepEqual(picture.error, { code: 'CW-3004', message: 'us-east did not answer within 10 s' });
});

test('an interruption ends the reading with its own reason', async () => {
  const ended = new AbortController();
  const reading = read(() => cluster(() => new Promise(() => undefined)), manualClock(), ended.signal);
  const reason = new Error('Ctrl-C');
  ended.abort(reason);
  await assert.rejects(reading, reason);
});

test('a defect is no property of the region', async () => {
  const defect = new TypeError('undefined is not a function');
  await assert.rejects(
    read(() => cluster(() => Promise.reject(defect)), manualClock()),
    defect,
  );
});

test('a cluster without a ledger is seen, and says that it has none', async () => {
  const { picture, desired } = await read(
    () =>
      cluster(() =>
        Promise.resolve({
          clusterId: 'abc',
          controllerId: 1,
          brokers: [{ nodeId: 1, host: 'h', port: 1, rack: undefined }],
          topics: ledgerTopics.map((name) => ({
            name,
            topicId: '0'.repeat(32),
            internal: false,
            errorCode: kafkaError.UNKNOWN_TOPIC_OR_PARTITION,
            partitions: [],
          })),
        }),
      ),
    manualClock(),
  );
  assert.equal(picture.error, undefined);
  assert.deepEqual([picture.clusterId, picture.brokers, picture.hasLedger], ['abc', 1, false]);
  assert.equal(desired, undefined);
});
