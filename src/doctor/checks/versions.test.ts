// What brokers offer against what Causeway speaks.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { ApiRange } from '../../kafka/wire/api-versions.ts';
import { apis } from '../../kafka/wire/api.ts';
import { judgeVersions } from './versions.ts';

/** What a broker of today offers of the calls in question. */
const today: readonly ApiRange[] = [
  ...Object.values(apis).map(({ key }) => ({ key, min: 0, max: 20 })),
  ...[19, 32, 37, 44].map((key) => ({ key, min: 0, max: 7 })),
];
const without = (key: number) => today.filter((range) => range.key !== key);

test('a broker of today has all', () => {
  assert.deepEqual(
    judgeVersions(today).map(({ state, short }) => [state, short]),
    [['ok', 'all']],
  );
});

test('a broker without topic ids in Produce is good, and it is said', () => {
  const older = [...without(apis.produce.key), { key: apis.produce.key, min: 3, max: 11 }];
  const [said] = judgeVersions(older);
  assert.equal(said?.state, 'ok');
  assert.equal(said?.short, 'all but writing by topic id (Kafka 4.1)');
});

test('a broker without markers and transactions is good for logs without holes, and it is said once', () => {
  const calls: readonly number[] = [apis.writeTxnMarkers.key, apis.endTxn.key];
  const [said] = judgeVersions(today.filter(({ key }) => !calls.includes(key)));
  assert.equal(said?.state, 'ok');
  assert.equal(said?.short, 'all but offsets without a record (Kafka 3.9)');
});

test('what is missing or too old is a problem with the versions of both sides', () => {
  const old = [...without(apis.fetch.key), { key: apis.fetch.key, min: 4, max: 12 }];
  const [fetch] = judgeVersions(old);
  assert.equal(fetch?.code, 'CW-3006');
  assert.equal(fetch?.what, 'Fetch: the broker offers 4 to 12, Causeway speaks 13 to 16');
  const [described] = judgeVersions(without(apis.describeProducers.key));
  assert.equal(described?.what, 'DescribeProducers: the broker does not offer it, Causeway speaks 0 to 0');
});

test('a broker without logins needs none', () => {
  const plain = without(apis.saslHandshake.key).filter(({ key }) => key !== apis.saslAuthenticate.key);
  assert.equal(judgeVersions(plain)[0]?.state, 'ok');
});
