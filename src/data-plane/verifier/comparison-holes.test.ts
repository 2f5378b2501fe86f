// The comparison of logs with holes, on hand-made batches: transactions, LogAppendTime, shifted offsets,
// batches that a cleaner went over. Each kind of difference is seen, and each case that is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShiftSegments } from '../../base/shift-segments.ts';
import { encodeBatch, logOf, type TestForm, type TestRecord } from './batch-for-tests.ts';
import { compareLogs } from './comparison.ts';

const record = (offset: number, text = `value ${offset}`, at = offset): TestRecord => ({
  offset: BigInt(at),
  timestampMs: 1_700_000_000_000n + BigInt(offset),
  key: Buffer.from(`key ${offset}`),
  value: Buffer.from(text),
  headers: [],
});
/** Records of the source's offsets `from` to `to`, moved by `shift`. */
const span = (from: number, to: number, shift = 0) =>
  Array.from({ length: to - from }, (_, index) =>
    record(from + index, `value ${from + index}`, from + index + shift),
  );
const plain = (from: number, to: number, shift = 0) => encodeBatch(span(from, to, shift));
const inTransaction = (from: number, to: number, producerId: bigint) =>
  encodeBatch(span(from, to), undefined, { producerId });
const batch = (records: readonly TestRecord[], form: TestForm = {}) => encodeBatch(records, undefined, form);

/** At the source, and at the target, every transaction of producer 13 was aborted. */
const aborted = [13n];

interface Case {
  readonly segments?: ShiftSegments;
  readonly from?: number;
  readonly to?: number;
}

async function compare(source: readonly Buffer[], target: readonly Buffer[], each: Case = {}) {
  const range = { from: BigInt(each.from ?? 0), to: BigInt(each.to ?? 100) };
  const comparison = await compareLogs(logOf(source, { aborted }), logOf(target, { aborted }), range, {
    segments: each.segments ?? [],
  });
  const ranges = comparison.differences.kept.map(({ kind, from, to }) => `${kind} ${from}..${to}`);
  return { comparison, ranges };
}
const ranges = async (...given: Parameters<typeof compare>) => (await compare(...given)).ranges;

test('a committed transaction equals plain batches, and no record is decoded', async () => {
  const source = [plain(0, 5), inTransaction(5, 10, 7n), plain(11, 20)];
  const target = [plain(0, 5), plain(5, 10), plain(11, 20)];
  const { comparison, ranges: found } = await compare(source, target);
  assert.deepEqual(found, []);
  assert.equal(comparison.recordsDecoded, 0n);
});

test('an aborted batch at the source is a hole: nothing is missing there', async () => {
  const source = [
    inTransaction(0, 5, 13n),
    inTransaction(5, 10, 7n),
    inTransaction(10, 15, 13n),
    plain(17, 20),
  ];
  assert.deepEqual(await ranges(source, [plain(5, 10), plain(17, 20)]), []);
  assert.deepEqual(await ranges(source, [plain(17, 20)]), ['missing 5..10']);
  assert.deepEqual(await ranges(source, [plain(5, 10)]), ['missing 17..20']);
});

test('aborted data that was copied is told as such, in whole batches, other batches and parts', async () => {
  const source = [plain(0, 5), inTransaction(5, 10, 13n), plain(11, 20)];
  assert.deepEqual(await ranges(source, [plain(0, 5), plain(5, 10), plain(11, 20)]), ['aborted 5..10']);
  assert.deepEqual(await ranges(source, [plain(0, 10), plain(11, 20)]), ['aborted 5..10']);
  assert.deepEqual(await ranges(source, [plain(0, 5), plain(7, 20)]), ['aborted 7..10', 'extra 10..11']);
  assert.deepEqual(await ranges(source, [plain(0, 5), plain(6, 8), plain(11, 20)]), ['aborted 6..8']);
  assert.deepEqual(await ranges([inTransaction(5, 10, 13n)], [plain(3, 12)]), [
    'extra 3..5',
    'aborted 5..10',
    'extra 10..12',
  ]);
});

test('what was aborted at the target is told as such, and what it covers is missing', async () => {
  const source = [plain(0, 5), plain(5, 10), plain(10, 15)];
  assert.deepEqual(await ranges(source, [plain(0, 5), inTransaction(5, 10, 13n), plain(10, 15)]), [
    'aborted 5..10',
    'missing 5..10',
  ]);
  assert.deepEqual(await ranges([plain(0, 5)], [plain(0, 5), inTransaction(5, 10, 13n)]), ['aborted 5..10']);
  assert.deepEqual(await ranges([plain(0, 5)], [plain(0, 5), inTransaction(5, 10, 13n)], { to: 7 }), [
    'aborted 5..7',
  ]);
});

test('a damaged batch where the source holds aborted records is no copy of anything', async () => {
  const broken = plain(5, 10);
  broken.writeUInt8(broken.readUInt8(70) ^ 1, 70);
  assert.deepEqual(await ranges([inTransaction(3, 12, 13n), plain(12, 20)], [broken, plain(12, 20)]), [
    'different 5..10',
  ]);
});

test('LogAppendTime: the append time at the source is the record’s time at the target', async () => {
  const source = [batch(span(0, 3), { appendedMs: 1_800_000_000_000n }), plain(3, 5)];
  const stamped = span(0, 3).map((each) => ({ ...each, timestampMs: 1_800_000_000_000n }));
  assert.deepEqual(await ranges(source, [batch(stamped), plain(3, 5)]), []);
  assert.deepEqual(await ranges(source, [batch([...stamped, ...span(3, 5)])]), []);
  // What a broker makes of such a batch when it is sent as it is.
  assert.deepEqual(await ranges(source, [plain(0, 3), plain(3, 5)]), ['different 0..3']);
});

test('a batch with offsets missing inside equals its parts, and gaps are not called missing', async () => {
  const cleaned = batch([record(2), record(3), record(7)], { span: { first: 0n, last: 9n } });
  const parts = [batch([record(2), record(3)]), batch([record(7)])];
  assert.deepEqual(await ranges([cleaned, plain(10, 15)], [...parts, plain(10, 15)]), []);
  assert.deepEqual(await ranges([cleaned, plain(10, 15)], [plain(10, 15)]), ['missing 2..4', 'missing 7..8']);
  assert.deepEqual(await ranges([plain(10, 15)], [cleaned, plain(10, 15)]), ['extra 2..4', 'extra 7..8']);
});

const threeTooMany: ShiftSegments = [
  { firstTargetOffset: 13n, shift: 3n },
  { firstTargetOffset: 23n, shift: 0n },
];
test('shifted: batches at their places are equal without being decoded', async () => {
  const source = [plain(0, 10), plain(10, 15), plain(15, 20), plain(23, 30)];
  const target = [plain(0, 10), plain(10, 15, 3), plain(15, 20, 3), plain(23, 30)];
  const { comparison, ranges: found } = await compare(source, target, { segments: threeTooMany });
  assert.deepEqual(found, []);
  assert.equal(comparison.recordsDecoded, 0n);
  // Without the segments they are not where they should be.
  assert.notDeepEqual(await ranges(source, target), []);
});

test('shifted: a segment begins inside a batch of the source, and inside one of the target', async () => {
  const whole = [plain(0, 20), plain(23, 30)];
  const cut = [plain(0, 10), plain(10, 20, 3), plain(23, 30)];
  assert.deepEqual(await ranges(whole, cut, { segments: threeTooMany }), []);
  const over = [batch([...span(0, 10), ...span(10, 20, 3)]), plain(23, 30)];
  assert.deepEqual(await ranges(whole, over, { segments: threeTooMany }), []);
});

test('shifted: each kind of difference, by the offsets of the side that has the record', async () => {
  const segments = threeTooMany;
  const source = [plain(0, 10), plain(10, 20), plain(23, 30)];
  const good = [plain(0, 10), plain(10, 20, 3), plain(23, 30)];
  const changed = span(10, 20, 3).with(4, record(14, 'other', 17));
  assert.deepEqual(await ranges(source, good.with(1, batch(changed)), { segments }), ['different 14..15']);
  assert.deepEqual(await ranges(source, good.with(1, plain(12, 20, 3)), { segments }), ['missing 10..12']);
  assert.deepEqual(await ranges(source.with(1, plain(10, 17)), good, { segments }), ['extra 20..23']);
  // Data where only fillers may be.
  assert.deepEqual(await ranges(source, [plain(0, 12), ...good.slice(1)], { segments }), ['extra 10..12']);
  assert.deepEqual(await ranges([...source.slice(0, 2), plain(21, 30)], good, { segments }), [
    'missing 21..23',
  ]);
  const leaked = [plain(0, 10), inTransaction(10, 20, 13n), plain(23, 30)];
  assert.deepEqual(await ranges(leaked, good, { segments }), ['aborted 13..23']);
});

test('shifted by a constant: a log that begins elsewhere', async () => {
  const segments = [{ firstTargetOffset: 0n, shift: -1_000n }];
  const range = { segments, from: 1_000, to: 1_020 };
  const source = [plain(1_000, 1_010), plain(1_010, 1_020)];
  assert.deepEqual(
    await ranges(source, [plain(1_000, 1_010, -1_000), plain(1_010, 1_020, -1_000)], range),
    [],
  );
  assert.deepEqual(await ranges(source, [plain(1_000, 1_010, -1_000)], range), ['missing 1010..1020']);
  const more = [plain(1_000, 1_010, -1_000), plain(1_010, 1_025, -1_000)];
  assert.deepEqual(await ranges(source, more, { ...range, to: 1_025 }), ['extra 20..25']);
});

test('shifted and damaged where only fillers may be', async () => {
  const broken = plain(10, 12);
  broken.writeUInt8(broken.readUInt8(70) ^ 1, 70);
  const source = [plain(0, 10), plain(10, 20), plain(23, 30)];
  const target = [plain(0, 10), broken, plain(10, 20, 3), plain(23, 30)];
  assert.deepEqual(await ranges(source, target, { segments: threeTooMany }), ['extra 10..12']);
});

test('where a cleaner runs, what one side lacks is left to its key, all else is told', async () => {
  const lonely: string[] = [];
  const source = [plain(0, 5), inTransaction(5, 8, 13n), plain(8, 12)];
  const target = [batch([record(1), record(3, 'other')]), plain(5, 8), plain(8, 10), plain(12, 14)];
  const { differences } = await compareLogs(
    logOf(source, { aborted }),
    logOf(target, { aborted }),
    { from: 0n, to: 100n },
    { onLonely: ({ at, record: { key } }) => lonely.push(`${at} ${key?.toString()}`) },
  );
  assert.deepEqual(
    lonely,
    [0, 2, 4, 10, 11, 12, 13].map((offset) => `${offset} key ${offset}`),
  );
  assert.deepEqual(
    differences.kept.map(({ kind, from, to }) => `${kind} ${from}..${to}`),
    ['different 3..4', 'aborted 5..8'],
  );
});
