// The checkers themselves: each wrong log is seen, and a right one passes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainBatch, type PlainBatch } from '../fixtures/plain-batch.ts';
import { CommittedHistory } from './committed-history.ts';
import { type BatchView, type LogView, Violation } from './log-view.ts';
import { PositionChecker } from './position-checker.ts';
import { TargetChecker } from './target-checker.ts';

function view(batch: PlainBatch): BatchView {
  const lastOffset = batch.baseOffset + BigInt(batch.recordCount) - 1n;
  return { bytes: plainBatch(batch), baseOffset: batch.baseOffset, lastOffset };
}

function log(batches: readonly BatchView[], truncations = 0): LogView {
  return { start: 0n, end: (batches.at(-1)?.lastOffset ?? -1n) + 1n, truncations, batches };
}

const originals: readonly PlainBatch[] = [
  { baseOffset: 0n, recordCount: 2 },
  { baseOffset: 2n, recordCount: 1 },
  { baseOffset: 3n, recordCount: 3 },
];
/** The same batches as a mirror writes them. */
const mirrored = originals.map((batch, at) =>
  view({ ...batch, leaderEpoch: 7, producer: { id: 77n, epoch: 1, sequence: 100 + at } }),
);

function historyOf(batches: readonly PlainBatch[] = originals): CommittedHistory {
  const history = new CommittedHistory('source t-0');
  const all = log(batches.map(view));
  history.look(all, all.end);
  return history;
}

test('a prefix of the source passes, whatever stands in the fields of the fence', () => {
  const checker = new TargetChecker('target t-0', historyOf());
  checker.look(log(mirrored.slice(0, 1)));
  checker.look(log(mirrored));
});

test('records that the source does not have are seen', () => {
  const checker = new TargetChecker('target t-0', historyOf(originals.slice(0, 2)));
  assert.throws(
    () => checker.look(log(mirrored)),
    /holds 3..5; the source has no such batch \(it ends at 3\)/,
  );
});

test('records that are not yet committed at the source are seen', () => {
  const history = new CommittedHistory('source t-0');
  history.look(log(originals.map(view)), 3n);
  assert.throws(() => new TargetChecker('target t-0', history).look(log(mirrored)), Violation);
});

test('a batch that does not match its checksum is seen', () => {
  const broken = view({ baseOffset: 0n, recordCount: 2, leaderEpoch: 7 });
  broken.bytes[20] = (broken.bytes[20] as number) ^ 1;
  const checker = new TargetChecker('target t-0', historyOf());
  assert.throws(() => checker.look(log([broken])), /the batch at 0 does not match its checksum/);
});

test('other bytes at the same offsets are seen', () => {
  const checker = new TargetChecker('target t-0', historyOf());
  const other = view({ baseOffset: 2n, recordCount: 1, payload: Buffer.from('something else') });
  assert.throws(() => checker.look(log([mirrored[0] as BatchView, other])), /other bytes at 2..2/);
});

test('records written twice are seen', () => {
  const payload = Buffer.from('the same records');
  const twice = [0n, 1n].map((baseOffset) => ({ baseOffset, recordCount: 1, payload }));
  const checker = new TargetChecker('target t-0', historyOf(twice));
  assert.throws(() => checker.look(log(twice.map(view))), /written twice, at 0 and at 1..1/);
});

test('a filler too many is seen where nothing explains it, before the data that it moves', () => {
  const filler = (baseOffset: bigint) =>
    view({ baseOffset, recordCount: 1, attributes: 0x30, producer: { id: 9n, epoch: 0, sequence: -1 } });
  const withHole = historyOf([
    { baseOffset: 0n, recordCount: 2 },
    { baseOffset: 2n, recordCount: 1, attributes: 0x20 },
    { baseOffset: 3n, recordCount: 3 },
  ]);
  let isExplained = false;
  const rules = { mayShift: true, mayBeExtra: () => isExplained };
  const checker = new TargetChecker('target t-0', withHole, rules);
  const begun = [mirrored[0] as BatchView, filler(2n)];
  checker.look(log(begun));
  assert.throws(() => checker.look(log([...begun, filler(3n)])), /3..3 is no hole .* it holds 3..5/);
  isExplained = true;
  checker.look(log([...begun, filler(3n)]));
});

test('a target that lost batches and has them again passes', () => {
  const checker = new TargetChecker('target t-0', historyOf());
  checker.look(log(mirrored));
  checker.look(log(mirrored.slice(0, 1), 1));
  checker.look(log(mirrored, 1));
});

test('a source whose committed history changes is seen', () => {
  const history = historyOf(originals.slice(0, 1));
  const changed = log([view({ baseOffset: 0n, recordCount: 1 }), view({ baseOffset: 1n, recordCount: 4 })]);
  assert.throws(() => history.look(changed, changed.end), /committed up to 2, goes on at 1..4/);
});

test('a source that is meant to lose records may go on otherwise', () => {
  const history = historyOf();
  history.lose(3n);
  assert.equal(history.end, 3n);
  const changed = log([...originals.slice(0, 2), { baseOffset: 3n, recordCount: 9 }].map(view));
  history.look(changed, changed.end);
  assert.equal(history.end, 12n);
});

test('a position is counted only when the target has it committed, and is never lost', () => {
  const positions = new PositionChecker('target t-0', historyOf());
  positions.committed(3n);
  positions.counted('w', 3n);
  positions.leads(3n);
  assert.throws(() => positions.counted('w', 6n), /w counts up to 6, committed is only 3/);
  assert.throws(() => positions.leads(2n), /counted up to 3, the target now ends at 2/);
  positions.committed(9n);
  assert.throws(() => positions.counted('w', 9n), /w is at 9, the source at 6/);
});
