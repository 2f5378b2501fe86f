// Which batches pass the intake, and which are a cause.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseOffsetOf } from '../../kafka/batch/header.ts';
import { type PlainBatch, plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { continuationOf, takeIn } from './intake.ts';
import { asSource } from './offsets.ts';

const take = (position: bigint, ...batches: PlainBatch[]) =>
  takeIn(Buffer.concat(batches.map(plainBatch)), asSource(position));

test('batches that continue the position pass, byte for byte', () => {
  const batches = [
    { baseOffset: 5n, recordCount: 3, leaderEpoch: 4 },
    { baseOffset: 8n, recordCount: 1, leaderEpoch: 6 },
  ];
  const taken = take(5n, ...batches);
  assert.deepEqual([taken.batches, taken.next, taken.leaderEpoch, taken.cause], [2, 9n, 6, undefined]);
  assert.deepEqual(taken.accepted, Buffer.concat(batches.map(plainBatch)));
});

test('a cut batch at the end waits for the next fetch', () => {
  const whole = plainBatch({ baseOffset: 0n, recordCount: 2 });
  const cut = plainBatch({ baseOffset: 2n, recordCount: 2 }).subarray(0, 70);
  const intake = takeIn(Buffer.concat([whole, cut]), asSource(0n));
  assert.deepEqual([intake.batches, intake.next, intake.cause], [1, 2n, undefined]);
  assert.equal(intake.accepted.length, whole.length);
});

const obstacles: [string, PlainBatch, string, RegExp][] = [
  ['a gap', { baseOffset: 4n, recordCount: 1 }, 'CW-2011', /from offset 2 to 4/],
  [
    'a batch that begins before the position',
    { baseOffset: 1n, recordCount: 2 },
    'CW-2019',
    /at 1 begins before/,
  ],
  ['a transactional batch', { baseOffset: 2n, recordCount: 1, attributes: 0x10 }, 'CW-2010', /offset 2/],
  ['a control record', { baseOffset: 2n, recordCount: 1, attributes: 0x30 }, 'CW-2010', /marker/],
  ['LogAppendTime', { baseOffset: 2n, recordCount: 1, attributes: 0x08 }, 'CW-2012', /offset 2/],
  ['message format 1', { baseOffset: 2n, recordCount: 1, magic: 1 }, 'CW-2013', /format 1/],
  ['holes inside', { baseOffset: 2n, recordCount: 2, lastOffsetDelta: 4 }, 'CW-2011', /2 records over 5/],
  ['no records', { baseOffset: 2n, recordCount: 0, lastOffsetDelta: 3 }, 'CW-2011', /0 records over 4/],
];

for (const [name, batch, code, message] of obstacles) {
  test(`${name} is a cause, and what comes before it still passes`, () => {
    const taken = take(0n, { baseOffset: 0n, recordCount: 2 }, batch, { baseOffset: 9n, recordCount: 1 });
    assert.equal(taken.cause?.code, code);
    assert.match(taken.cause?.message ?? '', message);
    assert.deepEqual([taken.batches, taken.next, taken.leaderEpoch], [1, 2n, 0]);
    assert.deepEqual(taken.accepted, plainBatch({ baseOffset: 0n, recordCount: 2 }));
  });
}

test('bytes that are no batch are a cause, not a crash', () => {
  const garbage = Buffer.concat([plainBatch({ baseOffset: 0n, recordCount: 2 }), Buffer.alloc(80, 0xff)]);
  const intake = takeIn(garbage, asSource(0n));
  assert.equal(intake.batches, 1);
  assert.notEqual(intake.cause, undefined);
});

const records = Buffer.concat([
  plainBatch({ baseOffset: 5n, recordCount: 3, leaderEpoch: 4 }),
  plainBatch({ baseOffset: 8n, recordCount: 2, leaderEpoch: 4 }),
  plainBatch({ baseOffset: 10n, recordCount: 1, leaderEpoch: 6 }),
]);
const beginningOf = (asked: bigint, position: bigint, leaderEpoch: number) => {
  const rest = continuationOf(records, asSource(asked), asSource(position), leaderEpoch);
  return rest === undefined || rest.length === 0 ? rest?.length : baseOffsetOf(rest, 0);
};

test('of an answer from before the position only what lies behind it is taken', () => {
  assert.deepEqual(
    [beginningOf(5n, 8n, 4), beginningOf(6n, 10n, 4), beginningOf(5n, 11n, 6)],
    [8n, 10n, 0],
    'the last one holds nothing new',
  );
});

test('another batch that ends at the position is no continuation', () => {
  assert.equal(beginningOf(5n, 8n, 3), undefined, 'of another leader epoch');
  assert.equal(beginningOf(5n, 7n, 4), undefined, 'of other bounds');
  assert.equal(beginningOf(5n, 12n, 6), undefined, 'the answer ends before the position');
});

test('an answer from beyond the position is taken only where it begins at it', () => {
  assert.equal(beginningOf(7n, 5n, 1), 5n);
  assert.equal(beginningOf(7n, 4n, 1), undefined);
  assert.equal(continuationOf(Buffer.alloc(0), asSource(7n), asSource(5n), 1), undefined);
});

test('bytes that are no batches are no continuation', () => {
  const nonsense = Buffer.alloc(100);
  assert.equal(continuationOf(nonsense, asSource(5n), asSource(8n), 4), undefined);
});
