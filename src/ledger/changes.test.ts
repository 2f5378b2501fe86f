// From fetched records to changes, and from changes to the table: what counts, what is left alone, what is
// gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesOf, LedgerTable, recordsIn } from './changes.ts';
import { encodeRecord } from './codec.ts';
import type { DesiredPause, DesiredTopology, GenerationOpened } from './records.ts';
import type { RawRecord } from './record-batch.ts';

const topology = (yaml: string): DesiredTopology => {
  return { kind: 'topology', yaml, appliedAtMs: 1, actor: 'ada', reason: 'test' };
};
const pause = (topic: string): DesiredPause => {
  return { kind: 'pause', set: 's', topic, pausedAtMs: 1, actor: 'ada', reason: 'test' };
};
const opened = (generation: number, producerId: bigint): GenerationOpened => {
  return {
    kind: 'opened',
    set: 's',
    generation,
    producerId,
    producerEpoch: 0,
    startOffsets: [],
    openedAtMs: 1,
  };
};
type Writable = Parameters<typeof encodeRecord>[0];
const raw = (offset: bigint, record: Writable): RawRecord => ({ offset, ...encodeRecord(record) });
const newer = (offset: bigint, record: Writable): RawRecord => {
  const { key, value } = encodeRecord(record);
  return { offset, key, value: value.replace('"version":1', '"version":2') };
};
const tombstone = (offset: bigint, key: string): RawRecord => ({ offset, key, value: undefined });
const fetched = (records: readonly RawRecord[]) => ({ records, badBatches: [], nextOffset: 0n });

function tableOf(records: readonly RawRecord[]) {
  const table = new LedgerTable('causeway.desired');
  for (const change of changesOf('causeway.desired', fetched(records))) table.apply(change);
  return table.snapshot(0n, 100n);
}

test('each record is one change with its offset', () => {
  const records = [raw(3n, pause('a')), tombstone(5n, 'pause/s/a'), newer(6n, pause('b'))];
  const changes = changesOf('causeway.desired', fetched(records));
  assert.deepEqual(changes, [
    { is: 'record', key: 'pause/s/a', offset: 3n, record: pause('a') },
    { is: 'tombstone', key: 'pause/s/a', offset: 5n },
    {
      is: 'newer',
      key: 'pause/s/b',
      offset: 6n,
      why: 'record 6 of causeway.desired is pause, version 2: newer than this program',
    },
  ]);
});

test('records without a key and batches that cannot be read are told in their place', () => {
  const records = [raw(1n, pause('a')), { offset: 2n, key: undefined, value: '{}' }, raw(9n, pause('b'))];
  const badBatches = [{ offset: 4n, why: 'its checksum is wrong' }];
  const changes = changesOf('causeway.desired', { records, badBatches, nextOffset: 10n });
  assert.deepEqual(
    changes.map((change) => [change.offset, change.is, 'why' in change ? change.why : '']),
    [
      [1n, 'record', ''],
      [2n, 'malformed', 'record 2 of causeway.desired has no key'],
      [4n, 'malformed', 'the batch at 4 of causeway.desired cannot be read: its checksum is wrong'],
      [9n, 'record', ''],
    ],
  );
});

test('of a key the last record counts, and a tombstone takes it away', () => {
  const snapshot = tableOf([
    raw(0n, topology('one')),
    raw(1n, pause('a')),
    raw(2n, pause('b')),
    raw(3n, topology('two')),
    tombstone(4n, 'pause/s/a'),
    tombstone(5n, 'pause/s/never-there'),
  ]);
  assert.deepEqual(recordsIn(snapshot), [pause('b'), topology('two')]);
  assert.deepEqual(snapshot.leftAlone, []);
  assert.deepEqual([snapshot.startOffset, snapshot.endOffset], [0n, 100n]);
});

test('a newer record hides the older one of its key, until it is replaced or taken away', () => {
  const hidden = tableOf([raw(0n, pause('a')), newer(1n, pause('a'))]);
  assert.deepEqual(recordsIn(hidden), []);
  assert.deepEqual(
    hidden.leftAlone.map(({ is, key }) => [is, key]),
    [['newer', 'pause/s/a']],
  );
  const replaced = tableOf([newer(1n, pause('a')), raw(2n, pause('a'))]);
  assert.deepEqual([recordsIn(replaced), replaced.leftAlone], [[pause('a')], []]);
  const gone = tableOf([newer(1n, pause('a')), tombstone(2n, 'pause/s/a')]);
  assert.deepEqual([recordsIn(gone), gone.leftAlone], [[], []]);
});

test('every record of the generations counts, also several of one key, in the order of the log', () => {
  const table = new LedgerTable('causeway.generations');
  const records = [raw(0n, opened(1, 10n)), raw(1n, opened(1, 11n)), newer(2n, opened(1, 12n))];
  for (const change of changesOf('causeway.generations', fetched(records))) table.apply(change);
  const snapshot = table.snapshot(0n, 3n);
  assert.deepEqual(recordsIn(snapshot), [opened(1, 10n), opened(1, 11n)]);
  assert.equal(snapshot.leftAlone.length, 1);
});

test('nothing that stood in a generations topic takes another record away', () => {
  const table = new LedgerTable('causeway.generations');
  const records = [raw(0n, opened(1, 10n)), tombstone(1n, 's/1')];
  for (const change of changesOf('causeway.generations', fetched(records))) table.apply(change);
  assert.deepEqual(recordsIn(table.snapshot(0n, 2n)), [opened(1, 10n)]);
});

test('a cleared table is empty', () => {
  const table = new LedgerTable('causeway.desired');
  const records = [raw(0n, pause('a')), newer(1n, pause('b'))];
  for (const change of changesOf('causeway.desired', fetched(records))) table.apply(change);
  table.clear();
  const { entries, leftAlone } = table.snapshot(0n, 2n);
  assert.deepEqual([entries, leftAlone], [[], []]);
});
