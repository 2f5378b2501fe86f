// What is taken back of the reports of those who are gone, and what stays.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decidedMirror } from './decided-for-tests.ts';
import type { ObservedMirror, ObservedPartition, ObservedRecord } from './records.ts';
import { observedView } from './snapshot-view.ts';
import { staleReports } from './stale-reports.ts';

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;
const nowMs = 1_800_000_000_000;

const report = (
  worker: string,
  ageMs: number,
  partitions: readonly number[],
  topic = 'a',
): ObservedMirror => ({
  kind: 'mirror',
  set: 'payments',
  topic,
  source: 'eu-west',
  target: 'us-east',
  worker,
  observedAtMs: nowMs - ageMs,
  partitions: partitions.map((partition) => ({ partition }) as ObservedPartition),
});
const stale = (...records: ObservedRecord[]) => staleReports(observedView(records), nowMs);

test('a report is stale once another worker has told of the same partitions for an hour', () => {
  const topic = decidedMirror('a');
  const gone = report('w1', 2 * hourMs, [0, 1]);
  assert.deepEqual(stale(topic, gone, report('w2', 0, [0, 1, 2])), ['mirror/payments/a/w1']);
  assert.deepEqual(stale(topic, gone, report('w2', 0, [0])), [], 'nobody else has told of partition 1');
  assert.deepEqual(stale(topic, gone, report('w2', 90 * 60 * 1_000, [0, 1])), [], 'not for an hour yet');
  assert.deepEqual(stale(topic, gone, report('w2', 0, [0]), report('w3', 0, [1])), ['mirror/payments/a/w1']);
});

test('what was seen last stays, however old, while its topic is mirrored', () => {
  assert.deepEqual(stale(decidedMirror('a'), report('w1', 400 * dayMs, [0])), []);
  const left = decidedMirror('a', { state: 'gone' });
  assert.deepEqual(stale(left, report('w1', 8 * dayMs, [0])), ['mirror/payments/a/w1']);
  assert.deepEqual(stale(left, report('w1', dayMs, [0])), []);
});

test('how far a comparison came stays, however old, while its topic is mirrored', () => {
  const verified = (ageMs: number): ObservedRecord => ({
    kind: 'verified',
    set: 'payments',
    topic: 'a',
    partition: 3,
    source: 'eu-west',
    target: 'us-east',
    sourceTopicId: undefined,
    targetTopicId: undefined,
    verifiedTo: 1n,
    checkedAtMs: nowMs - ageMs,
    ranges: [],
    more: 0,
    observedAtMs: nowMs - ageMs,
  });
  assert.deepEqual(stale(decidedMirror('a'), verified(400 * dayMs)), []);
  const left = decidedMirror('a', { state: 'gone' });
  assert.deepEqual(stale(left, verified(dayMs)), []);
  assert.deepEqual(stale(left, verified(8 * dayMs)), ['verified/payments/a/3']);
});

test('links are told of each second, processes every few: old ones go', () => {
  const link = (ageMs: number): ObservedRecord => ({
    kind: 'link',
    source: 'eu-west',
    target: 'us-east',
    worker: 'w1',
    limitBytesPerSecond: 1,
    bytesPerSecond: 0,
    held: [],
    observedAtMs: nowMs - ageMs,
  });
  const process = (ageMs: number): ObservedRecord => ({
    kind: 'process',
    name: 'w1',
    region: 'us-east',
    roles: ['worker'],
    version: '1',
    startedAtMs: 1,
    stoppedAtMs: undefined,
    observedAtMs: nowMs - ageMs,
  });
  assert.deepEqual(stale(link(1_000), process(dayMs)), []);
  assert.deepEqual(stale(link(2 * hourMs), process(8 * dayMs)), [
    'link/eu-west/us-east/w1',
    'process/us-east/w1',
  ]);
});
