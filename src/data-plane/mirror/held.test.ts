// When a partition waits for an open transaction, with and without shift.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldOf } from './held.ts';
import { asTarget } from './offsets.ts';
import type { PartitionState } from './partition-state.ts';
import { SourceView } from './source-view.ts';

const mirroring: PartitionState = { name: 'mirroring' };

function held(
  position: bigint | undefined,
  shift: bigint,
  more: { state?: PartitionState; end?: bigint } = {},
) {
  const view = new SourceView();
  const { state = mirroring, end = 30n } = more;
  view.look(end, 20n, 0n, 7_000);
  view.nameHolder(20n, 4_711n);
  return heldOf({ state, position: position === undefined ? position : asTarget(position), shift, view });
}
const transaction = { stableOffset: 20n, sinceMs: 7_000, producerId: 4_711n };

test('held at the stable offset, wherever that stands at the target', () => {
  assert.deepEqual(held(20n, 0n), transaction);
  assert.deepEqual(held(23n, 3n), transaction);
  assert.deepEqual(held(15n, -5n), transaction);
});

test('not held: something is still to be copied, nothing is behind, not mirroring, not known', () => {
  assert.equal(held(19n, 0n), undefined);
  assert.equal(held(20n, 3n), undefined, 'the source offset is 17');
  assert.equal(held(20n, 0n, { end: 20n }), undefined);
  assert.equal(held(20n, 0n, { state: { name: 'paused' } }), undefined);
  assert.equal(held(undefined, 0n), undefined);
});
