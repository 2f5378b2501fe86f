// Which followers a leader of the model asks the controller for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InSync } from './in-sync.ts';

test('a follower that is gone is not asked for, and keeps no other one out', () => {
  const asked: (readonly number[])[] = [];
  const gone = new Set([2]);
  const inSync = new InSync({ alter: (ids) => asked.push(ids), isAlive: (id) => !gone.has(id) });
  const ends = { logEnd: 0n, highWatermark: 0n, epochStart: 0n };
  const fetch = { leaderEpoch: 0, offset: 0n, lastEpoch: -1, highWatermark: 0n, logStart: 0n };
  inSync.agree([1]);
  inSync.lead([2, 3], 0);
  for (const from of [2, 3]) inSync.note({ ...fetch, from }, ends, 0);
  assert.deepEqual(asked, [[1, 3]]);
  inSync.alterEnded();
  inSync.look(ends, 0, 10_000);
  assert.deepEqual(asked, [
    [1, 3],
    [1, 3],
  ]);
});
