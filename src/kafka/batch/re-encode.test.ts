// Batches that have to be made: which they are, what is made of them, and bytes that must not be believed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRecords } from '../../../test/fixtures/made-records.ts';
import { type SourceForm, type SourceRecord, sourceBatch } from '../../../test/fixtures/source-batch.ts';
import { pick, type Random, seededRandom } from '../../base/random.ts';
import { type DecodedRecord, decodeBatch } from './decode-batch.ts';
import {
  attributesOf,
  baseOffsetOf,
  baseSequenceOf,
  codecOf,
  codecs,
  headerBytes,
  lastOffsetDeltaOf,
  leaderEpochOf,
  maxTimestampOf,
  producerEpochOf,
  producerIdOf,
  recordCountOf,
} from './header.ts';
import { type MadePiece, madePieces, needsMaking } from './re-encode.ts';

const at = (...offsets: readonly number[]): SourceRecord[] =>
  offsets.map((offset) => ({
    offset: BigInt(offset),
    timestamp: 1_000n + BigInt(offset),
    value: Buffer.from(`value ${offset}`),
  }));

const shape = (pieces: readonly MadePiece[]) => pieces.map(({ kind, from, to }) => `${kind} ${from}..${to}`);
const recordsIn = (pieces: readonly MadePiece[]): DecodedRecord[] =>
  pieces.flatMap((piece) => (piece.kind === 'batch' ? decodeBatch(piece.bytes) : []));
const made = (batch: Buffer, from = 0n) => madePieces(batch, 0, { from });

test('a plain batch at the position needs no making, any other does', () => {
  const whole = at(5, 6, 7);
  assert.equal(needsMaking(sourceBatch(whole), 0, 5n), false);
  assert.equal(needsMaking(sourceBatch(whole, { transactional: true, codec: 'lz4' }), 0, 5n), false);
  assert.equal(needsMaking(sourceBatch(whole), 0, 4n), false, 'a gap before it is no matter of the batch');
  assert.equal(needsMaking(sourceBatch(whole), 0, 6n), true, 'begins before the position');
  assert.equal(needsMaking(sourceBatch(at(5, 7)), 0, 5n), true, 'a gap inside');
  assert.equal(needsMaking(sourceBatch(whole, { baseOffset: 4n }), 0, 4n), true, 'a gap at its beginning');
  assert.equal(needsMaking(sourceBatch(whole, { lastOffset: 8n }), 0, 5n), true, 'a gap at its end');
  assert.equal(needsMaking(sourceBatch([], { baseOffset: 5n }), 0, 5n), true, 'empty');
  assert.equal(needsMaking(sourceBatch(whole, { appendTime: 9n }), 0, 5n), true, 'LogAppendTime');
  assert.equal(needsMaking(sourceBatch(whole, { deleteHorizon: true }), 0, 5n), true, 'a delete horizon');
  const behind = Buffer.concat([sourceBatch(at(1, 3)), sourceBatch(at(4))]);
  assert.equal(needsMaking(behind, sourceBatch(at(1, 3)).length, 4n), false, 'the second of two');
});

test('records at consecutive offsets make one batch, what lies between is holes', () => {
  const batch = sourceBatch(at(12, 13, 17, 19, 20), { baseOffset: 10n, lastOffset: 24n });
  assert.deepEqual(shape(made(batch)), [
    'holes 10..12',
    'batch 12..14',
    'holes 14..17',
    'batch 17..18',
    'holes 18..19',
    'batch 19..21',
    'holes 21..25',
  ]);
  assert.deepEqual(shape(made(batch, 13n)).slice(0, 2), ['batch 13..14', 'holes 14..17']);
  assert.deepEqual(shape(made(batch, 15n)).slice(0, 2), ['holes 15..17', 'batch 17..18']);
  assert.deepEqual(shape(made(batch, 24n)), ['holes 24..25']);
  assert.deepEqual(shape(made(batch, 25n)), []);
  assert.deepEqual(shape(made(batch, 9n)), shape(made(batch)), 'what comes before is no part of it');
});

test('an empty batch and a control batch are holes', () => {
  const empty = sourceBatch([], { baseOffset: 10n, lastOffset: 14n, codec: 'zstd' });
  assert.deepEqual(shape(made(empty)), ['holes 10..15']);
  assert.deepEqual(shape(made(sourceBatch([], { baseOffset: 10n, lastOffset: 14n }), 12n)), ['holes 12..15']);
  assert.deepEqual(shape(made(sourceBatch(at(10, 11), { control: true, transactional: true }))), [
    'holes 10..12',
  ]);
});

test('append time becomes the time of each record', () => {
  const batch = sourceBatch(at(5, 6, 7), { appendTime: 99n, baseTimestamp: 1n });
  const pieces = made(batch);
  assert.deepEqual(shape(pieces), ['batch 5..8']);
  const [piece] = pieces;
  assert.ok(piece?.kind === 'batch');
  assert.equal(attributesOf(piece.bytes, 0), 0);
  assert.deepEqual(recordsIn(pieces), decodeBatch(batch));
  assert.deepEqual([...new Set(recordsIn(pieces).map(({ timestamp }) => timestamp))], [99n]);
  assert.equal(maxTimestampOf(piece.bytes, 0), 99n);
});

test('timestamps far apart, negative and at the edges of 64 bits stay exact', () => {
  const times = [
    0n,
    -1n,
    2n ** 53n + 1n,
    2n ** 62n,
    -(2n ** 61n),
    1n,
    2n ** 49n - 1n,
    2n ** 48n,
    -(2n ** 48n),
  ];
  const records = times.map((timestamp, index) => ({ offset: BigInt(2 * index), timestamp }));
  const pieces = made(sourceBatch(records, { baseTimestamp: 5n }));
  assert.deepEqual(
    recordsIn(pieces).map(({ timestamp }) => timestamp),
    times,
  );
  const maxima = pieces.flatMap((piece) => (piece.kind === 'batch' ? [maxTimestampOf(piece.bytes, 0)] : []));
  assert.deepEqual(maxima, times, 'each batch has one record');
  const together = records.map((record, index) => ({ ...record, offset: BigInt(index) }));
  const [one] = made(sourceBatch(together, { baseTimestamp: 5n, deleteHorizon: true }));
  assert.ok(one?.kind === 'batch');
  assert.equal(maxTimestampOf(one.bytes, 0), 2n ** 62n);
});

/** Offsets in runs and gaps of random lengths; often one run alone. */
function randomSource(random: Random): { readonly batch: Buffer; readonly form: SourceForm } {
  let next = BigInt(random.int(1_000)) << BigInt(random.int(40));
  const baseOffset = next;
  const gapOf = pick(random, [0, 0, 3, 2]);
  const records = madeRecords(random, 1 + random.int(40), 1 + random.int(300)).map((record) => {
    if (gapOf > 0 && random.int(gapOf) === 0) next += BigInt(1 + random.int(300));
    next += 1n;
    return { ...record, offset: next - 1n };
  });
  const form: SourceForm = {
    codec: pick(random, codecs),
    baseOffset,
    lastOffset: next - 1n + BigInt(random.int(3) === 0 ? random.int(50) : 0),
    baseTimestamp: 1_767_225_600_000n,
    ...(random.int(3) === 0 && { appendTime: 1_800_000_000_000n }),
    transactional: random.int(2) === 0,
    deleteHorizon: random.int(4) === 0,
    leaderEpoch: random.int(100),
  };
  return { batch: sourceBatch(records, form), form };
}

test('600 random batches: covered without a gap, the same records, the fewest batches', () => {
  const random = seededRandom(41);
  let batches = 0;
  for (let round = 0; round < 600; round += 1) {
    const { batch, form } = randomSource(random);
    const base = form.baseOffset as bigint;
    const end = (form.lastOffset as bigint) + 1n;
    const from = base + BigInt(random.int(3) === 0 ? random.int(Number(end - base) + 2) : 0);
    const before = Buffer.from(batch);
    const pieces = madePieces(Buffer.concat([Buffer.from('before'), batch, batch]), 6, { from });
    assert.deepEqual(pieces, madePieces(batch, 0, { from }), 'the same again');
    assert.ok(batch.equals(before), 'the source’s bytes are left alone');
    const wanted = decodeBatch(batch).filter(({ offset }) => offset >= from);
    assert.deepEqual(recordsIn(pieces), wanted, `round ${round}`);
    const last = pieces.reduce((reached, piece, index) => {
      assert.equal(piece.from, reached, 'one behind the other');
      assert.ok(piece.to > piece.from);
      assert.notEqual(piece.kind, pieces[index - 1]?.kind, 'two in a row would have been one');
      if (piece.kind === 'batch') checkHead(piece, form);
      return piece.to;
    }, from);
    assert.equal(last, from > end ? from : end);
    batches += pieces.filter(({ kind }) => kind === 'batch').length;
  }
  assert.ok(batches > 1_200);
});

function checkHead({ bytes, from, to }: Extract<MadePiece, { kind: 'batch' }>, form: SourceForm): void {
  assert.equal(baseOffsetOf(bytes, 0), from);
  assert.equal(BigInt(lastOffsetDeltaOf(bytes, 0)) + 1n, to - from);
  assert.equal(BigInt(recordCountOf(bytes, 0)), to - from);
  assert.equal(leaderEpochOf(bytes, 0), form.leaderEpoch);
  assert.equal(codecOf(attributesOf(bytes, 0)), form.codec);
  assert.equal(attributesOf(bytes, 0) & ~7, 0, 'CreateTime, no transaction, no horizon');
  const producer = [producerIdOf(bytes, 0), producerEpochOf(bytes, 0), baseSequenceOf(bytes, 0)];
  assert.deepEqual(producer, [-1n, -1, -1]);
  assert.equal(needsMaking(bytes, 0, from), false, 'a made batch needs no making');
}

test('one flipped bit anywhere under the checksum is noticed, and the offset is named', () => {
  const batch = sourceBatch(at(70, 72), { codec: 'none' });
  for (let byte = 17; byte < batch.length; byte += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      batch[byte] = (batch[byte] as number) ^ (1 << bit);
      assert.throws(
        () => made(batch),
        { code: 'CW-3005', message: /offset 70 / },
        `byte ${byte}, bit ${bit}`,
      );
      batch[byte] = (batch[byte] as number) ^ (1 << bit);
    }
  }
});

/** Its delta fits into 64 bits, its timestamp does not. */
const late = [{ offset: 1n, timestamp: 2n ** 63n }];

function withBaseOffset(batch: Buffer, baseOffset: bigint): Buffer {
  batch.writeBigInt64BE(baseOffset, 0);
  return batch;
}

const plain = (records: readonly SourceRecord[]): Buffer => sourceBatch(records).subarray(headerBytes);
// Each has a right checksum, so that only the maker itself can refuse it.
const lies: readonly (readonly [string, Buffer])[] = [
  ['two records at one offset', sourceBatch(at(1, 1, 2))],
  ['records out of order', sourceBatch(at(1, 3, 2, 4))],
  ['a record behind the batch’s last offset', sourceBatch(at(1, 5), { lastOffset: 4n })],
  ['a record before the batch’s offset', sourceBatch(at(1, 2), { baseOffset: 2n })],
  ['an end before its beginning', sourceBatch(at(1), { lastOffset: 0n })],
  ['offsets beyond 64 bits', withBaseOffset(sourceBatch(at(1, 2)), 2n ** 63n - 1n)],
  ['offsets below 0', withBaseOffset(sourceBatch(at(1, 2)), -1n)],
  ['a timestamp beyond 64 bits', sourceBatch(late, { baseTimestamp: 2n ** 62n })],
  ['one record more than there are', sourceBatch(at(1, 2), { recordCount: 3 })],
  ['one record fewer', sourceBatch(at(1, 2), { recordCount: 1 })],
  ['records where none are counted', sourceBatch(at(1, 2), { recordCount: 0 })],
  ['less than no records', sourceBatch(at(1, 2), { recordCount: -1 })],
  ['a key beyond its record', sourceBatch(at(1), { body: changed(plain(at(1)), 4, 0x7e) })],
  ['a value beyond its record', sourceBatch(at(1), { body: changed(plain(at(1)), 5, 0x7e) })],
  [
    'headers beyond its record',
    sourceBatch(at(1), { body: changed(plain(at(1)), plain(at(1)).length - 1, 2) }),
  ],
  ['a record beyond the batch', sourceBatch(at(1), { body: changed(plain(at(1)), 0, 0x7e) })],
];

for (const [name, batch] of lies) {
  test(`a batch with ${name} is refused with CW-3005, the offset named`, () => {
    const message = new RegExp(`offset ${baseOffsetOf(batch, 0)} `);
    assert.throws(() => made(batch), { code: 'CW-3005', message });
  });
}

for (const codec of codecs.slice(1)) {
  test(`${codec}: what unpacks to more than the limit is refused with CW-3018`, () => {
    const batch = sourceBatch([{ offset: 7n, timestamp: 1n, value: Buffer.alloc(100_000) }], { codec });
    assert.throws(() => madePieces(batch, 0, { from: 0n, unpackedBytesMax: 100_000 }), {
      code: 'CW-3018',
      message: /offset 7 /,
    });
    assert.equal(madePieces(batch, 0, { from: 0n, unpackedBytesMax: 100_100 }).length, 1);
  });
}

test('a batch of many gaps takes no longer than as many batches', () => {
  const records = Array.from({ length: 20_000 }, (_, index) => ({
    offset: BigInt(2 * index),
    timestamp: 1n,
  }));
  const whole = sourceBatch(records);
  const single = records.map((record) => sourceBatch([record]));
  const cpuUsOf = (work: () => void): number => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  // What else the machine does may disturb one of them, not all.
  const ratios = Array.from({ length: 5 }, () => {
    const apart = cpuUsOf(() => single.forEach((batch) => void made(batch)));
    return cpuUsOf(() => assert.equal(made(whole).length, 2 * records.length - 1)) / apart;
  });
  assert.ok(Math.min(...ratios) < 4, ratios.join(', '));
});

function changed(bytes: Buffer, where: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[where] = value;
  return copy;
}
