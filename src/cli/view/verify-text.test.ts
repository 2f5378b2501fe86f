// What `verify` prints and which of its outcomes is a difference.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import { type Difference, Differences } from '../../data-plane/verifier/differences.ts';
import type { VerifyOutcome } from '../../data-plane/verifier/verify-topics.ts';
import { plainPaint } from '../output/style.ts';
import { rangeText, type VerifiedSet, verifyData, verifyText } from './verify-text.ts';

function compared(partition: number, ranges: readonly Difference[] = [], sourceStart = 0n): VerifyOutcome {
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
      lagRecords: 2n,
      comparison: { batches: 10n, records: 1_500n, bytes: 60_000n, recordsDecoded: 0n, differences },
    },
  };
}

const set = (...outcomes: VerifyOutcome[]): VerifiedSet[] => [
  { set: 'payments', source: 'eu-west', target: 'us-east', outcomes },
];
const text = (...outcomes: VerifyOutcome[]) => verifyText(set(...outcomes), plainPaint);

test('equal, with what was compared and what was still missing', () => {
  assert.equal(
    text(compared(0), compared(1)),
    'payments  eu-west → us-east  equal: 3,000 records in 2 partitions (120 kB); ' +
      '4 records behind when it began',
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
    /begins at 100 at the source and at 0 at the target; compared from 100/,
  );
});

test('a range of one offset is not a span', () => {
  const range: Difference = { kind: 'not-comparable', from: 5n, to: 6n, detail: 'codec snappy' };
  assert.equal(rangeText(range), 'offset 5 (1 offset) cannot be compared: codec snappy');
});
