// One acknowledgement does not make a partition quick again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlowTarget } from './slow-target.ts';

test('a partition that its replicas held up is slow for a minute', () => {
  const target = new SlowTarget();
  assert.equal(target.isSlow(0), false);
  target.heldUp(1_000);
  assert.deepEqual(
    [1_000, 60_999, 61_000].map((nowMs) => target.isSlow(nowMs)),
    [true, true, false],
  );
  target.heldUp(50_000);
  assert.equal(target.isSlow(61_000), true);
});
