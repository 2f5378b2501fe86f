// From the bytes of a fetch answer to records: several batches, a batch begun before, aborted, damaged and
// old ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import { type BatchForm, encodeBatch } from '../kafka/batch/encode-batch.ts';
import { recordsOf } from './fetched-records.ts';

const batch = (baseOffset: bigint, texts: readonly string[], form: BatchForm = {}) =>
  encodeBatch(
    texts.map((text) => ({ timestamp: 1n, key: Buffer.from(`key ${text}`), value: Buffer.from(text) })),
    { ...form, baseOffset },
  );
const inTransaction = (producerId: bigint): BatchForm => {
  return { producerId, producerEpoch: 0, baseSequence: 0, transactional: true };
};
const marker = (baseOffset: bigint, producerId: bigint) =>
  batch(baseOffset, ['marker'], { ...inTransaction(producerId), control: true });

interface Answer {
  readonly aborted?: readonly { producerId: bigint; firstOffset: bigint }[];
  readonly from?: bigint;
}
function read(batches: readonly Buffer[], { aborted = [], from = 0n }: Answer = {}) {
  const answer = { records: Buffer.concat(batches), abortedTransactions: aborted };
  const { records, badBatches, nextOffset } = recordsOf(answer, from);
  return { texts: records.map(({ offset, value }) => `${offset} ${value}`), badBatches, nextOffset };
}

test('records of several batches in their order, and where the next fetch begins', () => {
  const { texts, nextOffset } = read([batch(0n, ['a', 'b']), batch(7n, ['c'])]);
  assert.deepEqual(texts, ['0 a', '1 b', '7 c']);
  assert.equal(nextOffset, 8n);
});

test('nothing fetched: the next fetch begins at the same place', () => {
  assert.deepEqual(read([], { from: 5n }), { texts: [], badBatches: [], nextOffset: 5n });
});

test('records before the offset that was asked for are passed over', () => {
  const { texts, nextOffset } = read([batch(0n, ['a']), batch(1n, ['b', 'c', 'd'])], { from: 2n });
  assert.deepEqual(texts, ['2 c', '3 d']);
  assert.equal(nextOffset, 4n);
});

test('a batch that is cut at the end is fetched again', () => {
  const { texts, nextOffset } = read([batch(0n, ['a']), batch(1n, ['b']).subarray(0, 70)]);
  assert.deepEqual(texts, ['0 a']);
  assert.equal(nextOffset, 1n);
});

test('compressed batches are read', () => {
  const { texts } = read([batch(0n, ['a'], { codec: 'gzip' }), batch(1n, ['b'], { codec: 'zstd' })]);
  assert.deepEqual(texts, ['0 a', '1 b']);
});

test('aborted records and markers are passed over, committed ones are not', () => {
  const { texts, nextOffset } = read(
    [
      batch(0n, ['aborted'], inTransaction(1n)),
      batch(1n, ['committed'], inTransaction(2n)),
      marker(2n, 1n),
      marker(3n, 2n),
      batch(4n, ['again'], inTransaction(1n)),
      marker(5n, 1n),
    ],
    { aborted: [{ producerId: 1n, firstOffset: 0n }] },
  );
  assert.deepEqual(texts, ['1 committed', '4 again']);
  assert.equal(nextOffset, 6n);
});

test('a damaged batch is told, and what follows is read', () => {
  const damaged = batch(1n, ['b']);
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 2) ^ 1, damaged.length - 2);
  const { texts, badBatches, nextOffset } = read([batch(0n, ['a']), damaged, batch(2n, ['c'])]);
  assert.deepEqual(texts, ['0 a', '2 c']);
  assert.equal(badBatches.length, 1);
  assert.equal(badBatches[0]?.offset, 1n);
  assert.match(badBatches[0]?.why ?? '', /checksum/);
  assert.equal(nextOffset, 3n);
});

test('a batch in an old format is told, and passed over', () => {
  const old = batch(1n, ['b']);
  old.writeInt8(1, 16);
  const { texts, badBatches, nextOffset } = read([batch(0n, ['a']), old, batch(2n, ['c'])]);
  assert.deepEqual(texts, ['0 a', '2 c']);
  assert.deepEqual(badBatches, [{ offset: 1n, why: 'it is in message format 1' }]);
  assert.equal(nextOffset, 3n);
});

test('an answer that does not consist of batches is refused', () => {
  const nonsense = batch(0n, ['a']);
  nonsense.writeInt32BE(-1, 8);
  assert.throws(
    () => read([nonsense]),
    (error) => error instanceof CausewayError && error.code === 'CW-3005',
  );
});
