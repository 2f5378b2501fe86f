// The queue hands out batch by batch what it was given together, and holds memory exactly as long as it must.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countingLease, plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { asSource } from './offsets.ts';
import { PieceQueue } from './piece-queue.ts';

const run = (bytes: Buffer) => ({ kind: 'run', bytes, isMade: false }) as const;
const holes = (from: bigint, to: bigint) =>
  ({ kind: 'holes', from: asSource(from), to: asSource(to) }) as const;
const first = plainBatch({ baseOffset: 0n, recordCount: 3, payload: Buffer.alloc(10) });
const second = plainBatch({ baseOffset: 3n, recordCount: 1, payload: Buffer.alloc(20) });
const third = plainBatch({ baseOffset: 4n, recordCount: 2, payload: Buffer.alloc(30) });

test('batches come out one by one, across what was fetched together', () => {
  const queue = new PieceQueue();
  const lease = countingLease();
  queue.push([run(Buffer.concat([first, second]))], lease);
  queue.push([run(third)], lease);
  const seen = [];
  while (!queue.isEmpty) {
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
  const queue = new PieceQueue();
  const lease = countingLease();
  queue.push([run(Buffer.concat([first, second]))], lease);
  const [one, two] = [queue.take(), queue.take()];
  two?.lease.release();
  assert.equal(lease.holders(), 1);
  one?.lease.release();
  assert.equal(lease.holders(), 0);
});

test('bytes in flight count until they have landed', () => {
  const queue = new PieceQueue();
  queue.push([run(Buffer.concat([first, second]))], countingLease());
  const taken = queue.take();
  assert.equal(queue.bytes, first.length + second.length);
  if (taken !== undefined) queue.landed(taken);
  assert.deepEqual([queue.bytes, queue.isEmpty], [second.length, false]);
});

test('a drop lets go of what waits, and of nothing that is in flight', () => {
  const queue = new PieceQueue();
  const [begun, whole] = [countingLease(), countingLease()];
  queue.push([run(Buffer.concat([first, second]))], begun);
  queue.push([run(third)], whole);
  const flying = queue.take();
  queue.drop();
  assert.deepEqual([begun.holders(), whole.holders(), queue.bytes, queue.isEmpty], [1, 0, 0, true]);
  flying?.lease.release();
  assert.equal(begun.holders(), 0);
});

test('holes stand between batches until they are filled, and hold no memory', () => {
  const queue = new PieceQueue();
  const lease = countingLease();
  queue.push([run(first), holes(3n, 6n)], lease);
  queue.push([holes(6n, 8n), run(second)], lease);
  queue.take()?.lease.release();
  assert.deepEqual([queue.firstBytes, queue.take(), queue.firstHoles], [0, undefined, holes(3n, 8n)]);
  queue.fill(asSource(5n));
  assert.deepEqual(queue.firstHoles, holes(5n, 8n));
  queue.fill(asSource(8n));
  assert.deepEqual([queue.firstHoles, queue.firstBytes], [undefined, second.length]);
  assert.equal(lease.holders(), 1);
});

test('after a drop what lands counts no more', () => {
  const queue = new PieceQueue();
  queue.push([run(Buffer.concat([first, second]))], countingLease());
  const taken = queue.take() ?? assert.fail('nothing was taken');
  queue.drop();
  queue.landed(taken);
  assert.equal(queue.bytes, 0);
});
