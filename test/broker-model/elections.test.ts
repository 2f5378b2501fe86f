// Who leads when replicas go, with and without eligible leaders (KIP-966).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elected, withInSync, withoutEligible } from './elections.ts';
import type { PartitionImage } from './model-types.ts';

const image: PartitionImage = {
  topic: 't',
  topicId: '0'.repeat(32),
  partition: 0,
  leaderId: 1,
  leaderEpoch: 4,
  inSync: [1, 2],
  eligible: [],
  lastLeaderId: -1,
  replicas: [1, 2],
  version: 0,
  minInSync: 2,
  logAppendTime: false,
  compacted: false,
};
const electorate = (alive: readonly number[], hasEligibleLeaders = true) => ({
  hasEligibleLeaders,
  isAlive: (id: number) => alive.includes(id),
});

test('below the minimum in sync, who left stays eligible and leads when it is the only one alive', () => {
  const without2 = withInSync(image, [1], electorate([1]));
  assert.deepEqual([without2.inSync, without2.eligible], [[1], [2]]);
  const without1 = elected(withInSync(without2, [], electorate([2])), electorate([2]));
  assert.deepEqual([without1.leaderId, without1.leaderEpoch, without1.inSync], [2, 5, [2]]);
  assert.deepEqual(without1.eligible, [1]);
});

test('who was killed is eligible no more', () => {
  const without2 = withoutEligible(withInSync(image, [1], electorate([1])), 2);
  const without1 = elected(withInSync(without2, [], electorate([2])), electorate([2]));
  assert.deepEqual([without1.leaderId, without1.leaderEpoch, without1.inSync], [-1, 5, []]);
  assert.equal(elected(without1, electorate([1])).leaderId, 1);
});

test('with enough in sync nobody else is eligible', () => {
  const enough = withInSync({ ...image, minInSync: 1 }, [1], electorate([1]));
  assert.deepEqual(enough.eligible, []);
});

test('the last leader leads again where nobody is in sync or eligible', () => {
  const nobody = { ...image, leaderId: -1, inSync: [], lastLeaderId: 2 };
  assert.equal(elected(nobody, electorate([1])).leaderId, -1);
  assert.deepEqual(elected(nobody, electorate([1, 2])).inSync, [2]);
});

test('without eligible leaders the last one in sync stays in sync, alive or not', () => {
  const alone = withInSync({ ...image, inSync: [1] }, [], electorate([], false));
  assert.deepEqual([alone.inSync, alone.eligible], [[1], []]);
  assert.equal(elected(alone, electorate([2], false)).leaderId, -1);
});
