// What a broker answers while a prefix is filled and trimmed, and that nothing goes out once it must not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseSequenceOf, producerIdOf, recordCountOf } from '../../kafka/batch/header.ts';
import type { BrokerConnection } from '../../kafka/client/cluster.ts';
import { kafkaError, type KafkaErrorName } from '../../kafka/wire/error-codes.ts';
import { madeEnd } from './end-for-tests.ts';
import { Obstacle } from './obstacle.ts';
import { asTarget } from './offsets.ts';
import { fillPrefix, type PrefixSite } from './prefix.ts';
import { sequenceMax } from './sequence.ts';
import { causeOf } from './stop-cause.ts';

/** From 10 to 30 in batches of at most 8; each request is answered from the lists, else well. */
function rig(answers: { produce?: KafkaErrorName[]; trim?: KafkaErrorName[] } = {}) {
  const { at: target } = madeEnd('target');
  const sent: string[] = [];
  let end = 10n;
  const connection: Partial<BrokerConnection> = {
    produce: ({ topics }) => {
      const records = topics[0]?.partitions[0]?.records ?? Buffer.alloc(0);
      const errorCode = kafkaError[answers.produce?.shift() ?? 'NONE'];
      const [count, sequence] = [recordCountOf(records, 0), baseSequenceOf(records, 0)];
      sent.push(`${count} of ${producerIdOf(records, 0)} from ${sequence} at ${end}`);
      const baseOffset = errorCode === 0 ? end : -1n;
      end += BigInt(count);
      const place = { topic: 't', topicId: target.topicId, partition: 0, logStartOffset: 0n };
      const rest = { logAppendTimeMs: -1n, errorMessage: undefined, currentLeader: undefined };
      return Promise.resolve({ throttleMs: 0, partitions: [{ ...place, ...rest, errorCode, baseOffset }] });
    },
    deleteRecords: ({ topics }) => {
      const offset = topics[0]?.partitions[0]?.offset ?? -1n;
      sent.push(`trim to ${offset}`);
      const errorCode = kafkaError[answers.trim?.shift() ?? 'NONE'];
      return Promise.resolve([{ topic: 't', partition: 0, lowWatermark: offset, errorCode }]);
    },
  };
  const reached: bigint[] = [];
  const site: PrefixSite = {
    connection: connection as BrokerConnection,
    batchOffsets: 8,
    waitMs: 1,
    reached: (offset) => reached.push(offset),
  };
  const fence = { generation: 1, producerId: 77n, producerEpoch: 2 };
  const start = { firstOffset: 30n, way: 'prefix', timestampMs: 5 } as const;
  const missing = { fence, target, position: asTarget(10n), start, nextSequence: sequenceMax - 5 };
  return { site, missing, sent, reached };
}

test('batches end where all cut alike, sequences go on by their records, the trim comes last', async () => {
  const { site, missing, sent, reached } = rig();
  await fillPrefix(site, missing);
  assert.deepEqual(sent, [
    `6 of 77 from ${sequenceMax - 5} at 10`,
    '8 of 77 from 0 at 16',
    '6 of 77 from 8 at 24',
    'trim to 30',
  ]);
  assert.deepEqual(reached, [10n, 16n, 24n, 30n]);
});

test('what may not go on sends nothing more', async () => {
  const { site, missing, sent } = rig();
  const stopping: PrefixSite = {
    ...site,
    reached: (offset) => {
      if (offset > 10n) throw new Obstacle(causeOf('CW-2025', 'the process stood still'));
    },
  };
  await assert.rejects(fillPrefix(stopping, missing), Obstacle);
  assert.equal(sent.length, 1);
});

const refusals: readonly (readonly ['produce' | 'trim', KafkaErrorName, string, RegExp])[] = [
  ['produce', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'CW-2020', /at target offset 10 broker 1 answered/],
  ['produce', 'NOT_LEADER_OR_FOLLOWER', 'CW-2021', /us-east t-0: NOT_LEADER_OR_FOLLOWER/],
  ['produce', 'NOT_ENOUGH_REPLICAS', 'CW-2022', /target offset 10/],
  ['produce', 'INVALID_RECORD', 'CW-2009', /the topic has been compacted since its prefix was begun/],
  ['produce', 'TOPIC_AUTHORIZATION_FAILED', 'CW-2017', /lacks Write on topic t/],
  ['trim', 'POLICY_VIOLATION', 'CW-2009', /the topic has been compacted/],
  ['trim', 'REQUEST_TIMED_OUT', 'CW-2022', /not all replicas have deleted what lies before offset 30/],
  ['trim', 'NOT_LEADER_OR_FOLLOWER', 'CW-2021', /us-east t-0/],
  ['trim', 'TOPIC_AUTHORIZATION_FAILED', 'CW-2017', /lacks Delete on topic t .*to DeleteRecords/],
];
for (const [step, name, code, text] of refusals) {
  test(`${step} is answered ${name}: ${code}`, async () => {
    const { site, missing, sent } = rig({ [step]: [name] });
    const refused = await fillPrefix(site, missing).catch((error: unknown) => error);
    assert.ok(refused instanceof Obstacle);
    assert.equal(refused.because.code, code);
    assert.match(refused.because.message, text);
    assert.equal(sent.length, step === 'produce' ? 1 : 4, 'nothing more was sent');
  });
}
