// What `verify` prints and which of its outcomes is a difference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import { type Difference, Differences } from '../../data-plane/verifier/differences.ts';
import type { PartitionVerdict } from '../../data-plane/verifier/verify-partition.ts';
import type { VerifyOutcome } from '../../data-plane/verifier/verify-topics.ts';
import { plainPaint } from '../output/style.ts';
import type { VerifyScope } from '../verify-options.ts';
import { rangeText, type VerifiedSet, verifyData, verifyText } from './verify-text.ts';

function compared(
  partition: number,
  ranges: readonly Difference[] = [],
  sourceStart = 0n,
  more: Partial<PartitionVerdict> & { lonely?: bigint } = {},
): VerifyOutcome {
  const { lonely = 0n, ...rest } = more;
  const differences = new Differences();
  for (const range of ranges) differences.add(range);
  return {
    kind: 'compared',
    verdict: {
      topic: 'ledger',
      partition,
      source: { start: sourceStart, stableEnd: 1_500n },
      target: { start: 0n, stableEnd: 1_500n },
      from: sourceStart,
      to: 1_500n,
      offsetsCompared: 1_500n,
      offsetsBefore: sourceStart,
      isShifted: false,
      segments: [],
      areKeysJudged: false,
      lagRecords: 2n,
      comparison: { batches: 10n, records: 1_500n, bytes: 60_000n, recordsDecoded: 0n, lonely, differences },
      ...rest,
    },
  };
}

const all: VerifyScope = { sample: undefined, sinceMs: undefined };
const set = (...outcomes: VerifyOutcome[]): VerifiedSet[] => [
  { set: 'payments', source: 'eu-west', target: 'us-east', scope: all, outcomes },
];
const text = (...outcomes: VerifyOutcome[]) => verifyText(set(...outcomes), plainPaint);

test('equal, with what was compared and what was still missing', () => {
  assert.equal(
    text(compared(0), compared(1)),
    'payments  eu-west → us-east  equal: 3,000 records in 2 partitions (120 kB); ' +
      '4 offsets behind when it began',
  );
});

test('every range that differs, with its place and what it is', () => {
  const ranges: Difference[] = [
    { kind: 'different', from: 700n, to: 701n, detail: 'the value' },
    { kind: 'missing', from: 800n, to: 12_804n, detail: 'no record here' },
    { kind: 'extra', from: 20_000n, to: 20_003n, detail: '3 records' },
  ];
  assert.deepEqual(text(compared(0), compared(3, ranges)).split('\n').slice(1), [
    '    ledger-3  offset 700 (1 offset) differs: the value',
    '    ledger-3  offsets 800..12803 (12,004 offsets) missing at the target: no record here',
    '    ledger-3  offsets 20000..20002 (3 offsets) only at the target: 3 records',
  ]);
});

test('many ranges are counted, not listed; programs get them all', () => {
  const ranges = Array.from({ length: 50 }, (_, index): Difference => {
    const from = BigInt(index * 10);
    return { kind: 'different', from, to: from + 1n, detail: 'the key' };
  });
  const lines = text(compared(0, ranges)).split('\n');
  assert.equal(lines.length, 1 + 20 + 1);
  assert.equal(lines.at(-1), '    ledger-0  and 30 more ranges');
  const [data] = verifyData(set(compared(0, ranges))) as {
    equal: boolean;
    partitions: { ranges: unknown[] }[];
  }[];
  assert.equal(data?.equal, false);
  assert.equal(data?.partitions[0]?.ranges.length, 50);
});

test('what could not be read is neither equal nor different', () => {
  const error = new CausewayError('CW-6013', 'its leader does not answer');
  const unreadable: VerifyOutcome = { kind: 'unreadable', name: { topic: 'ledger', partition: 1 }, error };
  const shown = text(compared(0), unreadable);
  assert.match(shown, /no difference found, but not everything was compared: 1,500 records in 1 partition/);
  assert.match(shown, /ledger-1 {2}CW-6013 its leader does not answer/);
  const [data] = verifyData(set(unreadable)) as { equal: boolean; partitions: { result: string }[] }[];
  assert.deepEqual([data?.equal, data?.partitions[0]?.result], [false, 'unreadable']);
});

test('a partition that only one side has differs', () => {
  const absent: VerifyOutcome = { kind: 'absent', name: { topic: 'ledger', partition: 1 }, side: 'target' };
  assert.match(text(absent), /1 partition differ.*\n {4}ledger-1 {2}does not exist at the target/);
});

test('a topic that could not be looked up is named without a partition', () => {
  const error = new CausewayError('CW-2017', 'us-east: User:ada lacks Describe on topic ledger');
  const shown = text({ kind: 'unreadable', name: { topic: 'ledger', partition: undefined }, error });
  assert.match(shown, /no difference found, but not everything was compared/);
  assert.match(shown, /\n {4}ledger {2}CW-2017 us-east: User:ada lacks Describe/);
});

test('a comparison of nothing is not called equal', () => {
  const nowhere: VerifyOutcome = {
    kind: 'absent',
    name: { topic: 'ledger', partition: undefined },
    side: 'both',
  };
  for (const outcomes of [[], [nowhere]]) {
    assert.match(text(...outcomes), /nothing was compared: no topic of the set is to be seen in eu-west/);
    const [data] = verifyData(set(...outcomes)) as { equal: boolean }[];
    assert.equal(data?.equal, false);
  }
  assert.match(text(compared(0), nowhere), /equal: 1,500 records.*\n {4}ledger {2}exists at neither side/);
});

test('another start of the log limits what was compared, and says so', () => {
  assert.match(
    text(compared(0, [], 100n)),
    /begins at 100 at the source and at 0 at the target; 100 offsets that only one side has not compared/,
  );
});

test('a sample is never called equal without its size, and can be repeated', () => {
  const scope: VerifyScope = { sample: { amount: { share: 0.1 }, seed: 42 }, sinceMs: undefined };
  const some = (...outcomes: VerifyOutcome[]) => set(...outcomes).map((each) => ({ ...each, scope }));
  const part = compared(0, [], 0n, { offsetsCompared: 150n });
  assert.match(
    verifyText(some(part, part), plainPaint),
    /us-east {2}equal in a sample of 300 of 3,000 offsets, seed 42: 3,000 records in 2 partitions/,
  );
  const range: Difference = { kind: 'different', from: 5n, to: 6n, detail: 'the keys differ' };
  assert.match(
    verifyText(some(compared(0, [range], 0n, { offsetsCompared: 150n })), plainPaint),
    /1 partition differ in a sample of 150 of 1,500 offsets, seed 42, of/,
  );
  const [data] = verifyData(some(part)) as { sample: unknown; since: unknown }[];
  assert.deepEqual(data?.sample, { amount: { share: 0.1 }, seed: 42 });
  assert.equal(data.since, null);
});

test('what was compared since a moment says from when', () => {
  const scope: VerifyScope = { sample: undefined, sinceMs: Date.parse('2026-01-31T10:00:00Z') };
  const [verified] = set(compared(0));
  assert.ok(verified !== undefined);
  assert.match(
    verifyText([{ ...verified, scope }], plainPaint),
    /equal since 2026-01-31T10:00:00\.000Z: 1,500 records/,
  );
});

test('records that a cleaner has removed on one side are counted, judged or not', () => {
  const judged = compared(0, [], 0n, { lonely: 1_200n, areKeysJudged: true });
  assert.match(text(judged), /ledger-0 {2}cleaned on one side: 1,200 records, judged by their keys/);
  assert.match(text(compared(0, [], 0n, { lonely: 1n })), /one side: 1 record, not judged, since keys need/);
});

test('where offsets are shifted, a range says whose they are', () => {
  const ranges: Difference[] = [
    { kind: 'missing', from: 5n, to: 6n, detail: 'lost' },
    { kind: 'aborted', from: 7n, to: 9n, detail: 'aborted at the source' },
  ];
  const segments = [
    { firstTargetOffset: 20n, shift: 3n },
    { firstTargetOffset: 70n, shift: 0n },
  ];
  const lines = text(compared(0, ranges, 0n, { isShifted: true, segments })).split('\n');
  assert.equal(
    lines[1],
    '    ledger-0  offsets are shifted, from target offset 20 on by 3, from target offset 70 on identical; ' +
      'those of ranges are of the side that is named',
  );
  assert.deepEqual(lines.slice(2), [
    '    ledger-0  offset 5 of the source (1 offset) missing at the target: lost',
    '    ledger-0  offsets 7..8 of the target (2 offsets) of an aborted transaction: aborted at the source',
  ]);
});

test('where the ledger cannot be read, what differs may be a shift, and what is equal is equal', () => {
  const segmentsUnknown = 'CW-3001 no broker answers';
  const told = (...outcomes: VerifyOutcome[]) =>
    verifyText(
      set(...outcomes).map((verified) => ({ ...verified, segmentsUnknown })),
      plainPaint,
    ).split('\n');
  const range: Difference = { kind: 'different', from: 5n, to: 6n, detail: 'the value' };
  const [, why = ''] = told(compared(0, [range]));
  assert.match(why, /not known where offsets are shifted, .* us-east: CW-3001 no broker answers$/);
  assert.equal(told(compared(0)).length, 1);
});

test('a range of one offset is not a span', () => {
  const range: Difference = { kind: 'not-comparable', from: 5n, to: 6n, detail: 'codec snappy' };
  assert.equal(rangeText(range), 'offset 5 (1 offset) cannot be compared: codec snappy');
});
