// What is shown of the running comparison: how much, how old, what differs, and what is not known.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObservedVerified } from '../../ledger/records.ts';
import { plainPaint } from '../output/style.ts';
import { describeSet, describeSetData } from './describe-set.ts';
import { explainTopic } from './explain-topic.ts';
import {
  mirror,
  nowMs,
  partition,
  picture,
  setSpec,
  topicRecord,
  verifiedRecord,
} from './picture-for-tests.ts';
import type { Picture, RegionPicture } from './picture.ts';
import { setStatuses } from './status.ts';
import { isHealthy, statusData, statusText } from './status-text.ts';

const range = {
  kind: 'different',
  firstOffset: 70n,
  endOffset: 73n,
  sourceOffset: 70n,
  detail: 'value',
} as const;

const shown = (verified: readonly ObservedVerified[], overrides: Partial<RegionPicture> = {}): Picture =>
  picture({ mirrors: [mirror([partition(0), partition(1)])], verified, ...overrides });

/** The last cell of the set's row, and what stands under it. */
function told(picture: Picture): { cell: string; notes: string[] } {
  const [, , row = '', ...notes] = statusText(picture, setStatuses(picture), plainPaint).split('\n');
  return { cell: row.split(/ {2,}/).at(-1) ?? '', notes };
}

test('how much has been compared, and how old the oldest look is', () => {
  const half = verifiedRecord(1, { verifiedTo: 99n, checkedAtMs: nowMs - 60_000 });
  assert.equal(told(shown([verifiedRecord(0), half])).cell, 'to 99.5 %, 1m ago');
  assert.equal(told(shown([verifiedRecord(0), verifiedRecord(1)])).cell, 'to 100 %, 4.0s ago');
  assert.equal(told(shown([verifiedRecord(0)])).cell, 'to 50 %, 4.0s ago', 'one has not been looked at');
});

test('never more than is true: 100 % is all', () => {
  const large = mirror([partition(0, { position: 1_000_000n, sourceEnd: 1_000_000n }), partition(1)]);
  const verified = [verifiedRecord(0, { verifiedTo: 999_999n }), verifiedRecord(1)];
  assert.equal(told(shown(verified, { mirrors: [large] })).cell, 'to 99.99 %, 4.0s ago');
});

test('unknown is shown as unknown: no record, an unknown end, or other topics than now', () => {
  assert.equal(told(shown([])).cell, '?');
  const waiting = mirror([partition(0), partition(1, { position: undefined })]);
  assert.equal(told(shown([verifiedRecord(0)], { mirrors: [waiting] })).cell, '?');
  const topics = [topicRecord({ targetTopicId: 'new' })];
  const old = [0, 1].map((each) => verifiedRecord(each, { targetTopicId: 'old' }));
  assert.equal(told(shown(old, { topics })).cell, '?');
});

test('a set without a record is verified, and one that is told to compare nothing says so', () => {
  const empty = mirror([partition(0, { position: 0n, sourceEnd: 0n }), partition(1, { position: 0n })]);
  assert.equal(told(shown([], { mirrors: [empty] })).cell, 'to 100 %');
  const off = shown([verifiedRecord(0), verifiedRecord(1)]);
  const link = {
    source: 'eu-west',
    target: 'us-east',
    limitBytesPerSecond: undefined,
    earlyFetchBytesPerSecond: undefined,
    verifyBytesPerSecond: 0,
  };
  const { applied } = off;
  assert.ok(applied !== undefined);
  const topology = { ...applied.topology, links: new Map([['eu-west->us-east', link]]) };
  assert.equal(told({ ...off, applied: { ...applied, topology } }).cell, 'off');
});

test('a difference is loud: in the row, under it, for scripts, and in the state of health', () => {
  const differing = shown([verifiedRecord(0), verifiedRecord(1, { ranges: [range], more: 2 })]);
  const { cell, notes } = told(differing);
  assert.equal(cell, 'differs !');
  assert.equal(
    notes.map((line) => line.trim()).join(' '),
    'CW-2040 ledger-1: 3 ranges differ from eu-west, the first different at source offset 70..72 (value); ' +
      '`causeway verify payments --topic ledger` tells all',
  );
  const statuses = setStatuses(differing);
  assert.equal(isHealthy(differing, statuses), false);
  const [row] = (statusData(differing, statuses) as { mirrors: Record<string, unknown>[] }).mirrors;
  assert.ok(row !== undefined);
  const { differing: data } = row['verified'] as { differing: Record<string, unknown> };
  assert.deepEqual([data['where'], data['ranges'], data['partitions']], ['ledger-1', 3, 1]);
  const equal = shown([verifiedRecord(0), verifiedRecord(1)]);
  assert.ok(isHealthy(equal, setStatuses(equal)));
});

test('described and explained with the partition', () => {
  const differing = shown([verifiedRecord(0), verifiedRecord(1, { ranges: [range] })]);
  const text = describeSet(differing, setSpec(), new Map(), plainPaint);
  assert.match(text, /ledger-0 .* equal {2}to 100 %, 4\.0s ago/);
  assert.match(text, /ledger-1 .* equal {2}differs !/);
  assert.match(text, /CW-2040 ledger-1: 1 range differs/);
  const data = JSON.stringify(describeSetData(differing, setSpec(), new Map()));
  assert.match(data, /"verified":\{"kind":"verified"/);
  const partitions = new Map([
    ['eu-west', 2],
    ['us-east', 2],
  ]);
  const [explained] = explainTopic(differing, 'ledger', () => 'matched', partitions);
  assert.match(explained?.notes[0] ?? '', /^CW-2040 ledger-1: 1 range differs/);
  const [well] = explainTopic(shown([verifiedRecord(0)]), 'ledger', () => 'matched', partitions);
  assert.equal(well?.notes[0], 'verified: to 50 %, 4.0s ago');
});
