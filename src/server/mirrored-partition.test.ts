// What the ledger keeps of a comparison, and to which partition it belongs when it is read again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { workerForTests } from '../data-plane/worker/worker-for-tests.ts';
import { decodeRecord, encodeRecord } from '../ledger/codec.ts';
import { decidedMirror } from '../ledger/decided-for-tests.ts';
import type { ObservedVerified } from '../ledger/records.ts';
import { MirroredPartition } from './mirrored-partition.ts';

const state = {
  verifiedTo: 1_000n,
  checkedAtMs: 1_700_000_000_000,
  again: { verifiedTo: 70n, more: 2 },
  completeAtMs: 1_600_000_000_000,
  ranges: [
    { kind: 'extra', firstOffset: 12n, endOffset: 15n, sourceOffset: 10n, detail: 'only the target has it' },
  ],
  more: 3,
} as const;

test('what is written is read again by whoever has the partition then', (t) => {
  const { tell, partition } = workerForTests(t);
  const topics = [decidedMirror('a', { sourceTopicId: 'at-source', targetTopicId: 'at-target' })];
  tell({ topics });
  const record = new MirroredPartition(partition('a')).record(state, 1_700_000_001_000);
  const { key, value } = encodeRecord(record);
  assert.equal(key, 'verified/payments/a/0');
  const decoded = decodeRecord('causeway.observed', key, value);
  assert.ok(decoded.is === 'record' && decoded.record.kind === 'verified');
  const other = workerForTests(t);
  other.tell({ topics });
  assert.deepEqual(new MirroredPartition(other.partition('a')).stateIn(decoded.record), state);
});

test('what was compared of other topics, or of another source, says nothing of these', (t) => {
  const { tell, partition } = workerForTests(t);
  tell({ topics: [decidedMirror('a', { sourceTopicId: 'at-source', targetTopicId: 'at-target' })] });
  const mirrored = new MirroredPartition(partition('a'));
  const record = mirrored.record(state, 1);
  const changes: readonly Partial<ObservedVerified>[] = [
    { sourceTopicId: 'created-anew' },
    { targetTopicId: 'created-anew' },
    { targetTopicId: undefined },
    { source: 'ap-south' },
  ];
  for (const change of changes) {
    assert.equal(mirrored.stateIn({ ...record, ...change }), undefined, JSON.stringify(change));
  }
});

test('a partition that has not started is left alone', (t) => {
  const { tell, partition } = workerForTests(t);
  tell({});
  const mirrored = new MirroredPartition(partition('a'));
  assert.deepEqual([mirrored.isMirroring, mirrored.start, mirrored.end], [false, undefined, undefined]);
});
