// Visibility of batches to a read-committed reader: aborted, committed, interleaved, begun in the middle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbortedTransactions } from './aborted-transactions.ts';
import { encodeBatch } from './encode-batch.ts';

const record = { timestamp: 0n, key: undefined, value: Buffer.from('value') };

const data = (baseOffset: bigint, producerId: bigint, transactional = true) =>
  encodeBatch([record], { baseOffset, producerId, producerEpoch: 0, baseSequence: 0, transactional });
const marker = (baseOffset: bigint, producerId: bigint) =>
  encodeBatch([record], { baseOffset, producerId, producerEpoch: 0, transactional: true, control: true });

test('records of aborted transactions and markers are not visible', () => {
  const aborted = new AbortedTransactions([{ producerId: 7n, firstOffset: 10n }]);
  assert.equal(aborted.isVisible(data(9n, 8n)), true);
  assert.equal(aborted.isVisible(data(10n, 7n)), false);
  assert.equal(aborted.isVisible(data(11n, 8n)), true);
  assert.equal(aborted.isVisible(data(12n, 7n)), false);
  assert.equal(aborted.isVisible(marker(13n, 7n)), false);
  assert.equal(aborted.isVisible(data(14n, 7n)), true);
});

test('records without a transaction are visible under the id of an aborted one', () => {
  const aborted = new AbortedTransactions([{ producerId: 7n, firstOffset: 0n }]);
  assert.equal(aborted.isVisible(data(1n, 7n, false)), true);
});

test('a second aborted transaction of the same producer begins at its own first offset', () => {
  const list = [20n, 10n].map((firstOffset) => ({ producerId: 7n, firstOffset }));
  const aborted = new AbortedTransactions(list);
  assert.equal(aborted.isVisible(data(10n, 7n)), false);
  assert.equal(aborted.isVisible(marker(11n, 7n)), false);
  assert.equal(aborted.isVisible(data(12n, 7n)), true);
  assert.equal(aborted.isVisible(marker(13n, 7n)), false);
  assert.equal(aborted.isVisible(data(20n, 7n)), false);
});

test('an answer that begins at the marker hides nothing behind it', () => {
  const aborted = new AbortedTransactions([{ producerId: 7n, firstOffset: 5n }]);
  assert.equal(aborted.isVisible(marker(10n, 7n)), false);
  assert.equal(aborted.isVisible(data(11n, 7n)), true);
});
