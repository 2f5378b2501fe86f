// Comparisons of copies that do not begin where the source does, or not at its offsets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';
import { nullBatches } from '../../kafka/batch/null-batches.ts';
import { verifyServed } from './verify-for-tests.ts';

const text = (value: string) => ({ timestamp: 1n, key: undefined, value: Buffer.from(value) });
const batch = (baseOffset: bigint, ...values: string[]) => encodeBatch(values.map(text), { baseOffset });
const served = (start: bigint, end: bigint, ...batches: Buffer[]) => ({ start, end, batches });

test('a copy that began shifted is compared by its constant', async () => {
  const source = served(40n, 45n, batch(40n, 'a', 'b'), batch(42n, 'c', 'd', 'e'));
  const segments = [{ firstTargetOffset: 0n, shift: -40n }];
  const same = served(0n, 5n, batch(0n, 'a', 'b'), batch(2n, 'c', 'd', 'e'));
  const { verdict, ranges } = await verifyServed(source, same, { segments, firstOffset: 40n });
  assert.deepEqual([verdict.from, verdict.to, verdict.comparison.records, ranges], [40n, 45n, 5n, []]);
  const other = served(0n, 5n, batch(0n, 'a', 'b'), batch(2n, 'c', 'x', 'e'));
  assert.deepEqual((await verifyServed(source, other, { segments })).ranges, ['different 43..44']);
});

test('what fills a prefix is not compared with what was left out, nor missed after its trim', async () => {
  const source = served(0n, 8n, batch(0n, 'a', 'b', 'c', 'd', 'e'), batch(5n, 'f', 'g', 'h'));
  const filling = served(0n, 3n, ...nullBatches(0n, 3n, 1n));
  const options = { firstOffset: 5n };
  const begun = await verifyServed(source, filling, options);
  assert.deepEqual([begun.verdict.from, begun.verdict.to, begun.ranges], [5n, 5n, []]);
  assert.equal(begun.verdict.lagRecords, 3n);
  const trimmed = served(5n, 7n, ...nullBatches(0n, 5n, 1n), batch(5n, 'f', 'g'));
  const { verdict, ranges } = await verifyServed(source, trimmed, options);
  assert.deepEqual([verdict.from, verdict.to, ranges], [5n, 7n, []]);
});
