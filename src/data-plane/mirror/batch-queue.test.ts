// The queue hands out batch by batch what it was given together, and holds memory exactly as long as it must.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countingLease, plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { BatchQueue } from './batch-queue.ts';

const first = plainBatch({ baseOffset: 0n, recordCount: 3, payload: Buffer.alloc(10) });
const second = plainBatch({ baseOffset: 3n, recordCount: 1, payload: Buffer.alloc(20) });
const third = plainBatch({ baseOffset: 4n, recordCount: 2, payload: Buffer.alloc(30) });

test('batches come out one by one, across what was fetched together', () => {
  const queue = new BatchQueue();
  const lease = countingLease();
  queue.push(Buffer.concat([first, second]), 2, lease);
  queue.push(third, 1, lease);
  const seen = [];
  while (queue.length > 0) {
    const size = queue.firstBytes;
    const taken = queue.take();
    seen.push([taken?.bytes, taken?.recordCount, size]);
  }
  assert.deepEqual(seen, [
    [first, 3, first.length],
    [second, 1, second.length],
    [third, 2, third.length],
  ]);
  assert.deepEqual([queue.take(), queue.firstBytes], [undefined, 0]);
});

test('memory is held until the last batch of a fetch has landed', () => {
  const queue = new BatchQueue();
  const lease = countingLease();
  queue.push(Buffer.concat([first, second]), 2, lease);
  const [one, two] = [queue.take(), queue.take()];
  two?.lease.release();
  assert.equal(lease.holders(), 1);
  one?.lease.release();
  assert.equal(lease.holders(), 0);
});

test('bytes in flight count until they have landed', () => {
  const queue = new BatchQueue();
  queue.push(Buffer.concat([first, second]), 2, countingLease());
  const taken = queue.take();
  assert.equal(queue.bytes, first.length + second.length);
  if (taken !== undefined) queue.landed(taken);
  assert.deepEqual([queue.bytes, queue.length], [second.length, 1]);
});

test('a drop lets go of what waits, and of nothing that is in flight', () => {
  const queue = new BatchQueue();
  const [begun, whole] = [countingLease(), countingLease()];
  queue.push(Buffer.concat([first, second]), 2, begun);
  queue.push(third, 1, whole);
  const flying = queue.take();
  queue.drop();
  assert.deepEqual([begun.holders(), whole.holders(), queue.bytes, queue.length], [1, 0, 0, 0]);
  flying?.lease.release();
  assert.equal(begun.holders(), 0);
});

test('nothing accepted holds nothing', () => {
  const queue = new BatchQueue();
  const lease = countingLease();
  queue.push(Buffer.alloc(0), 0, lease);
  assert.deepEqual([lease.holders(), queue.length, queue.take()], [0, 0, undefined]);
});
