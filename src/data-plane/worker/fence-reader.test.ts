// Reads of the generations that are asked for together, and after each other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fence } from '../mirror/fence.ts';
import { FenceReader } from './fence-reader.ts';

const fence = (generation: number): Fence => ({ generation, producerId: 7n, producerEpoch: 0 });

function controlled() {
  const reads: PromiseWithResolvers<ReadonlyMap<string, Fence>>[] = [];
  const reader = new FenceReader(
    () => {
      const read = Promise.withResolvers<ReadonlyMap<string, Fence>>();
      reads.push(read);
      return read.promise;
    },
    () => Promise.resolve(),
  );
  return { reads, reader };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('callers that ask before a read begins share it', async () => {
  const { reads, reader } = controlled();
  const both = Promise.all([reader.currentFence('a'), reader.currentFence('b')]);
  await settle();
  assert.equal(reads.length, 1);
  reads[0]?.resolve(new Map([['a', fence(1)]]));
  assert.deepEqual(await both, [fence(1), undefined]);
});

test('a caller never gets a read that began before it asked', async () => {
  const { reads, reader } = controlled();
  const early = reader.currentFence('a');
  await settle();
  const late = reader.currentFence('a');
  reads[0]?.resolve(new Map([['a', fence(1)]]));
  assert.deepEqual(await early, fence(1));
  await settle();
  assert.equal(reads.length, 2);
  reads[1]?.resolve(new Map([['a', fence(2)]]));
  assert.deepEqual(await late, fence(2));
});

test('a failed read is told to those who asked for it, and the next one is tried', async () => {
  const { reads, reader } = controlled();
  const early = reader.currentFence('a');
  await settle();
  reads[0]?.reject(new Error('no leader'));
  await assert.rejects(early, /no leader/);
  const late = reader.currentFence('a');
  await settle();
  reads[1]?.resolve(new Map([['a', fence(3)]]));
  assert.deepEqual(await late, fence(3));
});
