// Each thing that can be wrong with a copy is counted, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { committedOf, flagsOf } from './copy-flags.ts';
import type { DumpedBatch, DumpedRecord } from './dumped-log.ts';

const record = (offset: number, text: string): DumpedRecord => ({ offset, text, marker: undefined });
const records = (...texts: readonly string[]) => texts.map((text, offset) => record(offset, text));
const source = { committed: records('a', 'b', 'c', 'd'), aborted: [record(9, 'undone')] };
const none = { committed: 4, lost: 0, repeated: 0, outOfOrder: 0, aborted: 0, unknown: 0 };

test('a copy at the same offsets has no flags', () => {
  assert.deepEqual(flagsOf(source, source.committed), { ...none, atTheirOffsets: 4 });
});

test('a copy that begins elsewhere has no record at its offset', () => {
  const moved = source.committed.map(({ offset, text }) => record(offset + 7, text));
  assert.deepEqual(flagsOf(source, moved), { ...none, atTheirOffsets: 0 });
});

test('what is lost, there twice, out of order, aborted or unknown is counted', () => {
  const flags = (...texts: readonly string[]) => flagsOf(source, records(...texts));
  assert.deepEqual(flags('a', 'b', 'd'), { ...none, lost: 1, atTheirOffsets: 2 });
  assert.deepEqual(flags('a', 'b', 'c', 'b', 'c', 'd'), { ...none, repeated: 2, atTheirOffsets: 3 });
  assert.deepEqual(flags('a', 'c', 'b', 'd'), { ...none, outOfOrder: 1, atTheirOffsets: 2 });
  const others = { aborted: 1, unknown: 1, atTheirOffsets: 4 };
  assert.deepEqual(flags('a', 'b', 'c', 'd', 'undone', 'other'), { ...none, ...others });
});

test('what is committed follows from markers', () => {
  const batch = (
    producerId: string,
    of: Partial<DumpedBatch>,
    ...texts: readonly DumpedRecord[]
  ): DumpedBatch => ({
    baseOffset: texts[0]?.offset ?? 0,
    lastOffset: texts.at(-1)?.offset ?? 0,
    producerId,
    isTransactional: false,
    isControl: false,
    codec: 'none',
    records: texts,
    ...of,
  });
  const ends = (offset: number, marker: 'COMMIT' | 'ABORT') => ({ offset, text: '', marker });
  const found = committedOf([
    batch('1', { isTransactional: true }, record(0, 'kept')),
    batch('2', { isTransactional: true }, record(1, 'undone')),
    batch('-1', {}, record(2, 'plain')),
    batch('2', { isControl: true }, ends(3, 'ABORT')),
    batch('1', { isControl: true }, ends(4, 'COMMIT')),
    batch('1', { isTransactional: true }, record(5, 'open')),
  ]);
  assert.deepEqual(
    found.committed.map(({ text }) => text),
    ['kept', 'plain'],
  );
  assert.deepEqual(
    found.aborted.map(({ text }) => text),
    ['undone'],
  );
});
