// Where two logs that went apart begin to differ, found in as few reads as halving takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PlainBatch, plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { sourceBatch } from '../../../test/fixtures/source-batch.ts';
import { type MadeEnd, madeEnd } from './end-for-tests.ts';
import { firstDifference, withRange } from './first-difference.ts';
import { asTarget } from './offsets.ts';
import { causeOf } from './stop-cause.ts';

const batchRecords = 3;
const at = (index: number) => BigInt(index * batchRecords);
const theirs = (index: number, over: Partial<PlainBatch> = {}) =>
  plainBatch({ baseOffset: at(index), recordCount: batchRecords, leaderEpoch: 3, ...over });
const ours = (index: number, over: Partial<PlainBatch> = {}) =>
  theirs(index, { producer: { id: 77n, epoch: 2, sequence: index * batchRecords }, ...over });
const filler = (offset: bigint) =>
  sourceBatch([{ offset, timestamp: 1n, key: Buffer.alloc(4), value: Buffer.alloc(6) }], { control: true });

/** `batches` at the target; the source lost those from `lost` on and went on with others up to `regrown`. */
function rig({ batches = 1_000, lost = 600, regrown = 0 } = {}) {
  const target = madeEnd(
    'target',
    Array.from({ length: batches }, (_, index) => ours(index)),
  );
  const source = madeEnd('source', []);
  for (let index = 0; index < Math.max(lost, regrown); index += 1) {
    source.batches.push(theirs(index, index < lost ? {} : { payload: Buffer.from(`other ${index}`) }));
  }
  const position = asTarget(at(batches));
  return { source, target, logs: { source: source.at, target: target.at, position, segments: [] } };
}

function countReads({ source, target }: { source: MadeEnd; target: MadeEnd }) {
  const reads = { count: 0 };
  for (const end of [source, target]) end.onAsk = () => (reads.count += 1);
  return reads;
}

test('the first batch that the source lost, or replaced, is found in a few reads', async () => {
  for (const regrown of [0, 700, 1_000, 1_500]) {
    const made = rig({ regrown });
    const reads = countReads(made);
    assert.equal(await firstDifference(made.logs), at(600));
    assert.ok(reads.count < 40, `${reads.count} reads`);
  }
});

test('from the first to the last batch, wherever the logs went apart', async () => {
  for (let lost = 0; lost < 17; lost += 1) {
    for (const regrown of [0, 17, 20]) {
      const { logs } = rig({ batches: 17, lost, regrown });
      assert.equal(await firstDifference(logs), at(lost));
    }
  }
});

test('logs that are the same have no difference', async () => {
  assert.equal(await firstDifference(rig({ batches: 5, lost: 5 }).logs), undefined);
});

test('what the logs do not hold any more is not looked at', async () => {
  const { source, target, logs } = rig({ batches: 20, lost: 10, regrown: 20 });
  target.logStart = at(4);
  source.logStart = at(12);
  assert.equal(await firstDifference(logs), at(12));
});

test('fillers are passed over, and a shift is counted with', async () => {
  const { source, target, logs } = rig({ batches: 0, lost: 4, regrown: 6 });
  // A hole of the source, with four fillers too many; everything behind it is shifted by 4.
  source.batches[1] = sourceBatch([{ offset: 3n, timestamp: 1n }], { control: true, lastOffset: 5n });
  const shifted = [2, 3, 4, 5].map((index) =>
    ours(index, { baseOffset: at(index) + 4n, payload: Buffer.from(`records from ${at(index)}`) }),
  );
  const fillers = [3n, 4n, 5n, 6n, 7n, 8n, 9n].map(filler);
  target.batches = [ours(0), ...fillers, ...shifted];
  const segments = [{ firstTargetOffset: 10n, shift: 4n }];
  const position = asTarget(22n);
  assert.equal(await firstDifference({ ...logs, position, segments }), 16n);
});

test('the cause says the range; where a side cannot be read, it stands as it is', async () => {
  const { source, logs } = rig({ batches: 10, lost: 6 });
  const cause = causeOf('CW-2008', 'the source ends at 18, the mirror at 30', { sourceEnd: 18n });
  const ranged = await withRange(cause, logs);
  assert.match(ranged.message, /mirror at 30; only the copy holds .* its offsets 18\.\.29 \(12 offsets\);/);
  assert.deepEqual(ranged.details, { sourceEnd: 18n, from: 18n, to: 30n });
  source.brokerEpoch += 1;
  assert.equal(await withRange(cause, logs), cause);
});
