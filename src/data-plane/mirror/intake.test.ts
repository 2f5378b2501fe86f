// What a fetch answer is cut into: runs, holes, and what is a cause.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AbortedTransaction } from '../../kafka/batch/aborted-transactions.ts';
import { crc32c } from '../../kafka/batch/crc32c.ts';
import { decodeBatch } from '../../kafka/batch/decode-batch.ts';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';
import { attributesOf, baseOffsetOf, usesLogAppendTime } from '../../kafka/batch/header.ts';
import { withoutRecords, withRecords } from '../../../test/broker-model/cleaned-batch.ts';
import { type PlainBatch, plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { type Intake, takeIn } from './intake.ts';
import { asSource } from './offsets.ts';

interface Answer {
  /** Where the fetch was asked to begin; the position unless given. */
  readonly asked?: bigint;
  readonly position: bigint;
  readonly leaderEpoch?: number;
  readonly aborted?: readonly AbortedTransaction[];
  readonly isSoft?: boolean;
}

function take({ asked, position, leaderEpoch = -1, aborted = [], isSoft = false }: Answer, records: Buffer) {
  const fetched = { asked: asSource(asked ?? position), records, abortedTransactions: aborted };
  return takeIn(fetched, { position: asSource(position), leaderEpoch, isSoft });
}

const bytesOf = (...batches: PlainBatch[]) => Buffer.concat(batches.map(plainBatch));
const takeAll = (answer: Answer, ...batches: PlainBatch[]): Intake =>
  take(answer, bytesOf(...batches)) ?? assert.fail('it is no continuation');

/** Runs as their length in bytes, holes as their ends. */
const shapeOf = ({ pieces }: Intake) =>
  pieces.map((piece) => (piece.kind === 'run' ? piece.bytes.length : `${piece.from}-${piece.to}`));

test('plain batches that continue the position are one run, byte for byte', () => {
  const batches = [
    { baseOffset: 5n, recordCount: 3, leaderEpoch: 4 },
    { baseOffset: 8n, recordCount: 1, leaderEpoch: 6 },
  ];
  const taken = takeAll({ position: 5n }, ...batches);
  assert.deepEqual([taken.next, taken.leaderEpoch, taken.cause], [9n, 6, undefined]);
  assert.deepEqual(taken.pieces, [{ kind: 'run', bytes: bytesOf(...batches), isMade: false }]);
});

test('a cut batch at the end waits for the next fetch', () => {
  const whole = plainBatch({ baseOffset: 0n, recordCount: 2 });
  const cut = plainBatch({ baseOffset: 2n, recordCount: 2 }).subarray(0, 70);
  const intake = take({ position: 0n }, Buffer.concat([whole, cut]));
  assert.deepEqual([intake?.next, intake?.cause], [2n, undefined]);
  assert.deepEqual(intake?.pieces, [{ kind: 'run', bytes: whole, isMade: false }]);
});

const obstacles: [string, PlainBatch, string, RegExp][] = [
  ['a gap', { baseOffset: 4n, recordCount: 1 }, 'CW-2011', /from offset 2 to 4/],
  ['message format 1', { baseOffset: 2n, recordCount: 1, magic: 1 }, 'CW-2013', /format 1/],
];

for (const [name, batch, code, message] of obstacles) {
  test(`${name} is a cause, and what comes before it still passes`, () => {
    const first = { baseOffset: 0n, recordCount: 2 };
    const taken = takeAll({ position: 0n }, first, batch, { baseOffset: 9n, recordCount: 1 });
    assert.equal(taken.cause?.code, code);
    assert.match(taken.cause?.message ?? '', message);
    assert.deepEqual([taken.next, taken.leaderEpoch], [2n, 0]);
    assert.deepEqual(taken.pieces, [{ kind: 'run', bytes: bytesOf(first), isMade: false }]);
  });
}

test('bytes that are no batch are a cause, not a crash', () => {
  const garbage = Buffer.concat([plainBatch({ baseOffset: 0n, recordCount: 2 }), Buffer.alloc(80, 0xff)]);
  const intake = take({ position: 0n }, garbage);
  assert.equal(intake?.pieces.length, 1);
  assert.notEqual(intake?.cause, undefined);
});

const recordOf = (text: string) => ({ timestamp: 5n, key: undefined, value: Buffer.from(text) });
const threeRecords = ['a', 'b', 'c'].map(recordOf);

test('a batch that begins before the position is made again from the position on', () => {
  const taken = take({ position: 2n }, encodeBatch(threeRecords, { baseOffset: 0n, leaderEpoch: 3 }));
  const [piece] = taken?.pieces ?? [];
  assert.ok(piece?.kind === 'run' && piece.isMade);
  assert.deepEqual(
    decodeBatch(piece.bytes).map(({ offset, value }) => [offset, String(value)]),
    [[2n, 'c']],
  );
  assert.deepEqual([taken?.next, taken?.leaderEpoch, taken?.cause], [3n, 3, undefined]);
});

test('append times become the records’ own, between batches that pass as they are', () => {
  const stamped = encodeBatch(threeRecords, { baseOffset: 1n });
  stamped.writeInt16BE(0x08, 21);
  stamped.writeBigInt64BE(99n, 35);
  stamped.writeUInt32BE(crc32c(stamped, 21), 17);
  const [before, after] = [0n, 4n].map((baseOffset) => encodeBatch([recordOf('x')], { baseOffset }));
  const taken = take({ position: 0n }, Buffer.concat([before as Buffer, stamped, after as Buffer]));
  const runs = taken?.pieces.map((piece) => (piece.kind === 'run' ? piece : assert.fail('holes'))) ?? [];
  assert.deepEqual(
    runs.map(({ isMade, bytes }) => [
      isMade,
      baseOffsetOf(bytes, 0),
      usesLogAppendTime(attributesOf(bytes, 0)),
    ]),
    [
      [false, 0n, false],
      [true, 1n, false],
      [false, 4n, false],
    ],
  );
  assert.deepEqual(
    decodeBatch(runs[1]?.bytes as Buffer).map(({ timestamp }) => timestamp),
    [99n, 99n, 99n],
  );
});

test('offsets that are missing inside a batch are a cause, and damaged bytes are one', () => {
  const gap = encodeBatch(threeRecords, { baseOffset: 0n });
  gap.writeInt32BE(4, 23);
  gap.writeUInt32BE(crc32c(gap, 21), 17);
  assert.equal(take({ position: 0n }, gap)?.cause?.code, 'CW-2011');
  gap[80] = (gap[80] as number) ^ 1;
  assert.equal(take({ position: 0n }, gap)?.cause?.code, 'CW-3005');
});

/** Of one producer; a control batch holds one record. */
const data = (baseOffset: bigint, recordCount: number, id: bigint): PlainBatch => ({
  baseOffset,
  recordCount,
  attributes: 0x10,
  producer: { id, epoch: 0, sequence: 0 },
});
const marker = (baseOffset: bigint, id: bigint): PlainBatch => ({
  ...data(baseOffset, 1, id),
  attributes: 0x30,
});
const lengthOf = (...batches: PlainBatch[]) => bytesOf(...batches).length;

test('committed transactions are runs, their markers holes', () => {
  const batches = [data(0n, 2, 7n), data(2n, 1, 8n), marker(3n, 7n), marker(4n, 8n), data(5n, 2, 7n)];
  const taken = takeAll({ position: 0n }, ...batches);
  assert.deepEqual(shapeOf(taken), [lengthOf(...batches.slice(0, 2)), '3-5', lengthOf(data(5n, 2, 7n))]);
  assert.equal(taken.next, 7n);
});

test('records of aborted transactions are holes, those between them are not', () => {
  const aborted = [{ producerId: 7n, firstOffset: 0n }];
  const batches = [data(0n, 2, 7n), data(2n, 3, 8n), data(5n, 4, 7n), marker(9n, 7n), marker(10n, 8n)];
  const taken = takeAll({ position: 0n, aborted }, ...batches);
  assert.deepEqual(shapeOf(taken), ['0-2', lengthOf(data(2n, 3, 8n)), '5-11']);
});

test('after its marker the same producer’s records count again', () => {
  const aborted = [{ producerId: 7n, firstOffset: 0n }];
  const taken = takeAll({ position: 0n, aborted }, data(0n, 2, 7n), marker(2n, 7n), data(3n, 2, 7n));
  assert.deepEqual(shapeOf(taken), ['0-3', lengthOf(data(3n, 2, 7n))]);
});

test('a position inside an aborted batch leaves the rest of it as holes', () => {
  const aborted = [{ producerId: 7n, firstOffset: 0n }];
  const taken = takeAll({ position: 3n, aborted }, data(0n, 6, 7n), marker(6n, 7n));
  assert.deepEqual([shapeOf(taken), taken.next], [['3-7'], 7n]);
});

test('what an early answer repeats still ends the transactions that it names', () => {
  const aborted = [{ producerId: 7n, firstOffset: 0n }];
  const repeated = [data(0n, 2, 7n), marker(2n, 7n)];
  const answer = { asked: 0n, position: 3n, leaderEpoch: 0, aborted };
  assert.deepEqual(shapeOf(takeAll(answer, ...repeated, data(3n, 2, 7n))), [lengthOf(data(3n, 2, 7n))]);
});

const records = bytesOf(
  { baseOffset: 5n, recordCount: 3, leaderEpoch: 4 },
  { baseOffset: 8n, recordCount: 2, leaderEpoch: 4 },
  { baseOffset: 10n, recordCount: 1, leaderEpoch: 6 },
);
/** How many bytes of the answer continue the position; undefined for no continuation. */
const newBytes = (asked: bigint, position: bigint, leaderEpoch: number, from = records) => {
  const intake = take({ asked, position, leaderEpoch }, from);
  return intake?.pieces.reduce((sum, piece) => sum + (piece.kind === 'run' ? piece.bytes.length : 0), 0);
};

test('of an answer from before the position only what lies behind it is taken', () => {
  const found = [newBytes(5n, 8n, 4), newBytes(6n, 10n, 4), newBytes(5n, 11n, 6)];
  const lengths = [
    records.length - lengthOf({ baseOffset: 5n, recordCount: 3 }),
    lengthOf({ baseOffset: 10n, recordCount: 1 }),
    0,
  ];
  assert.deepEqual(found, lengths, 'the last one holds nothing new');
});

test('another batch that ends at the position is no continuation', () => {
  assert.equal(newBytes(5n, 8n, 3), undefined, 'of another leader epoch');
  assert.equal(newBytes(5n, 7n, 4), undefined, 'of other bounds');
  assert.equal(newBytes(5n, 12n, 6), undefined, 'the answer ends before the position');
});

test('an answer from beyond the position is taken only where it begins at it', () => {
  assert.equal(newBytes(7n, 5n, 1), records.length);
  assert.equal(newBytes(7n, 4n, 1), undefined);
  assert.equal(newBytes(7n, 5n, 1, Buffer.alloc(0)), undefined);
});

test('bytes that are no batches are no continuation', () => {
  assert.equal(newBytes(5n, 8n, 4, Buffer.alloc(100)), undefined);
});

test('in a soft partition offsets that no batch holds are holes, between batches and inside of them', () => {
  const records = ['a', 'b', 'c', 'd'].map(recordOf);
  const whole = encodeBatch(records, { baseOffset: 4n, leaderEpoch: 2 });
  const thinned = withRecords(
    whole,
    decodeBatch(whole).filter(({ offset }) => offset === 5n),
    undefined,
  );
  const answer = Buffer.concat([bytesOf({ baseOffset: 0n, recordCount: 2 }), thinned]);
  assert.equal(take({ position: 0n }, answer)?.cause?.code, 'CW-2011');
  const taken = take({ position: 0n, isSoft: true }, answer) ?? assert.fail('it is no continuation');
  assert.deepEqual(
    taken.pieces.map((piece) =>
      piece.kind === 'holes'
        ? `${piece.from}-${piece.to}`
        : decodeBatch(piece.isMade ? piece.bytes : whole).map(({ offset }) => offset),
    ),
    [[4n, 5n, 6n, 7n], '2-5', [5n], '6-8'],
  );
  assert.deepEqual([taken.next, taken.leaderEpoch, taken.cause], [8n, 2, undefined]);
});

test('a batch that a cleaner has emptied is holes', () => {
  const whole = encodeBatch(['a', 'b'].map(recordOf), { baseOffset: 0n });
  const answer = Buffer.concat([withoutRecords(whole), bytesOf({ baseOffset: 2n, recordCount: 1 })]);
  const taken = take({ position: 0n, isSoft: true }, answer);
  assert.deepEqual(taken && shapeOf(taken), ['0-2', lengthOf({ baseOffset: 2n, recordCount: 1 })]);
});
