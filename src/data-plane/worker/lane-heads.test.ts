// Which partitions of a lane are at the end of the source, and which have been behind for how long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import type { MirrorPartition } from '../mirror/mirror-partition.ts';
import { SourceView } from '../mirror/source-view.ts';
import { LaneHeads } from './lane-heads.ts';

function partitionWith(end: bigint | undefined): MirrorPartition {
  const view = new SourceView();
  if (end !== undefined) view.look(end, end, 0n, 0);
  return { view } as MirrorPartition;
}

test('of a partition whose end has not been seen nothing is known', () => {
  const heads = new LaneHeads(manualClock());
  heads.note(partitionWith(undefined), 0n);
  assert.deepEqual([heads.atHead.size, heads.wanting, heads.behindFor(0)], [0, 0, []]);
});

test('a partition is at the end until more is seen, and behind from then on', () => {
  const clock = manualClock();
  const heads = new LaneHeads(clock);
  const partition = partitionWith(10n);
  heads.note(partition, 10n);
  assert.deepEqual([heads.atHead.size, heads.wanting], [1, 0]);
  partition.view.look(20n, 20n, 0n, 0);
  heads.note(partition, 12n);
  assert.deepEqual([heads.atHead.size, heads.wanting], [0, 1]);
  clock.advance(999);
  heads.note(partition, 15n);
  assert.deepEqual(heads.behindFor(1_000), []);
  clock.advance(1);
  assert.deepEqual(heads.behindFor(1_000), [partition], 'since it was first behind');
  heads.note(partition, 20n);
  assert.deepEqual([heads.atHead.size, heads.wanting, heads.behindFor(0)], [1, 0, []]);
});

test('what is undecided at the source does not make a partition late', () => {
  const heads = new LaneHeads(manualClock());
  const partition = partitionWith(undefined);
  partition.view.look(20n, 10n, 0n, 0);
  heads.note(partition, 10n);
  assert.deepEqual([heads.atHead.size, heads.wanting], [1, 0]);
});

test('a partition that a full queue holds wants nothing, and stays as late as it is', () => {
  const clock = manualClock();
  const heads = new LaneHeads(clock);
  const partition = partitionWith(10n);
  heads.note(partition, 1n);
  heads.note(partition, undefined);
  clock.advance(1_000);
  assert.deepEqual([heads.wanting, heads.behindFor(1_000)], [0, [partition]]);
  heads.leave(partition);
  assert.deepEqual(heads.behindFor(0), []);
});
