// What the ledger's records of starts add up to, and how far apart they put both sides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shiftKey } from '../base/shift-segments.ts';
import type { PartitionShifted, PartitionStarted } from './records.ts';
import { foldShifts } from './shifts.ts';
import { foldStarts } from './starts.ts';

const started = (firstOffset: bigint, over: Partial<PartitionStarted> = {}): PartitionStarted => ({
  kind: 'started',
  set: 'payments',
  targetTopicId: 'id-1',
  topic: 'ledger',
  partition: 0,
  firstOffset,
  way: 'prefix',
  timestampMs: 1_000,
  ...over,
});
const shifted = (firstTargetOffset: bigint, shift: bigint): PartitionShifted => ({
  kind: 'shifted',
  set: 'payments',
  targetTopicId: 'id-1',
  topic: 'ledger',
  partition: 0,
  firstTargetOffset,
  shift,
  recordedAtMs: 0,
});
const key = shiftKey('id-1', 0);

test('the first start of a partition wins, and a topic that was created anew has its own', () => {
  const starts = foldStarts([
    started(5n),
    started(7n, { way: 'shifted', timestampMs: 2_000 }),
    started(9n, { targetTopicId: 'id-2' }),
    started(3n, { partition: 1 }),
  ]);
  assert.deepEqual(starts.get(key), { firstOffset: 5n, way: 'prefix', timestampMs: 1_000 });
  assert.equal(starts.get(shiftKey('id-2', 0))?.firstOffset, 9n);
  assert.equal(starts.get(shiftKey('id-1', 1))?.firstOffset, 3n);
  assert.equal(starts.size, 3);
});

test('a shifted start is a segment from the first record on, a prefix is none', () => {
  const byConstant = started(1_000n, { way: 'shifted' });
  assert.deepEqual(foldShifts([byConstant]).get(key), [{ firstTargetOffset: 0n, shift: -1_000n }]);
  assert.equal(foldShifts([started(1_000n)]).get(key), undefined);
  assert.equal(foldShifts([started(0n, { way: 'shifted' })]).get(key), undefined);
  // One that came too late moves nothing.
  assert.equal(foldShifts([started(5n), byConstant]).get(key), undefined);
});

test('fillers too many move on from there', () => {
  const records = [shifted(40n, -998n), started(1_000n, { way: 'shifted' }), shifted(90n, -1_000n)];
  assert.deepEqual(foldShifts(records).get(key), [
    { firstTargetOffset: 0n, shift: -1_000n },
    { firstTargetOffset: 40n, shift: -998n },
    { firstTargetOffset: 90n, shift: -1_000n },
  ]);
});
