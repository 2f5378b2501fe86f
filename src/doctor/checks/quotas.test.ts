// The quota that counts for us, by Kafka’s order of precedence.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Quota } from '../../kafka/admin/broker-questions.ts';
import { judgeQuotas, ownQuota } from './quotas.ts';

function quota(entity: Record<string, string | null>, bytesPerSecond: number): Quota {
  return {
    entity: new Map(Object.entries(entity)),
    values: new Map([['consumer_byte_rate', bytesPerSecond]]),
  };
}
const mine = (quotas: readonly Quota[], user: string | undefined) =>
  ownQuota(quotas, user, 'consumer_byte_rate')?.bytesPerSecond;

/** Kafka's order, the first one that fits counts: org.apache.kafka.server.quota.ClientQuotaManager. */
const byRank = [
  quota({ user: 'alice', 'client-id': 'causeway-w1' }, 1),
  quota({ user: 'alice', 'client-id': null }, 2),
  quota({ user: 'alice' }, 3),
  quota({ user: null, 'client-id': 'causeway-w1' }, 4),
  quota({ user: null, 'client-id': null }, 5),
  quota({ user: null }, 6),
  quota({ 'client-id': 'causeway-w1' }, 7),
  quota({ 'client-id': null }, 8),
];

test('the most particular quota counts, whatever it says', () => {
  for (let from = 0; from < byRank.length; from += 1) {
    assert.equal(mine(byRank.slice(from).toReversed(), 'alice'), from + 1);
  }
});

test('quotas of others do not count', () => {
  assert.equal(mine([quota({ user: 'bob' }, 1), quota({ 'client-id': 'other' }, 2)], 'alice'), undefined);
  assert.deepEqual(
    judgeQuotas([quota({ user: 'bob' }, 1)], 'alice').map(({ state }) => state),
    ['ok'],
  );
});

test('where the cluster alone knows our name, quotas of users are left out, and that is said', () => {
  const [said] = judgeQuotas([quota({ user: 'alice' }, 1)], undefined);
  assert.equal(said?.state, 'ok');
  assert.match(said?.what ?? '', /not looked at: our name is not known/);
});

test('of several processes the one that is held most tells', () => {
  const quotas = [quota({ 'client-id': 'causeway-w1' }, 900), quota({ 'client-id': 'causeway-w2' }, 100)];
  assert.equal(mine(quotas, 'alice'), 100);
});

test('a quota under which nothing can be followed is a warning', () => {
  const [said] = judgeQuotas([quota({ user: null }, 1_000)], 'alice');
  assert.equal(said?.state, 'warning');
  assert.equal(said?.what, 'a quota lets us fetch 1 KB per second and broker (every user)');
  assert.equal(judgeQuotas([quota({ user: null }, 50_000_000)], 'alice')[0]?.state, 'ok');
});
