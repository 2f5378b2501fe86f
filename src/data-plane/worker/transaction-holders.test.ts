// When the source is asked who holds a mirror up, and what becomes of the answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { silentLog } from '../../base/log.ts';
import { madeEnd, producerState } from '../mirror/end-for-tests.ts';
import { asTarget } from '../mirror/offsets.ts';
import type { PartitionState } from '../mirror/partition-state.ts';
import { SourceView } from '../mirror/source-view.ts';
import { TransactionHolders } from './transaction-holders.ts';

const mirroring: PartitionState = { name: 'mirroring' };
const open = (producerId: bigint, currentTransactionStartOffset: bigint) => ({
  ...producerState(producerId, 0, 0),
  currentTransactionStartOffset,
});

/** A partition at source offset 20, three further at the target, held from the beginning. */
function rig() {
  const clock = manualClock();
  const source = madeEnd('source');
  let asks = 0;
  source.onAsk = () => {
    asks += 1;
  };
  const lost: { error: Error | undefined } = { error: undefined };
  const holders = new TransactionHolders({
    clock,
    log: silentLog,
    findEnd: () => (lost.error === undefined ? Promise.resolve(source.at) : Promise.reject(lost.error)),
  });
  const view = new SourceView();
  view.look(30n, 20n, 0n, clock.wallMs());
  const spec = { set: 's', topic: 't', partition: 0 };
  const partition = { spec, state: mirroring, position: asTarget(23n), shift: 3n, view };
  const after = async (ms: number) => {
    clock.advance(ms);
    await holders.look([partition]);
    return asks;
  };
  return { clock, source, view, partition, after, lost };
}

test('asked once it has lasted five seconds, then every ten', async () => {
  const { source, view, after } = rig();
  source.producers = [open(1n, -1n), open(4_711n, 20n), open(2n, 25n)];
  assert.equal(await after(4_999), 0);
  assert.equal(view.holder, undefined);
  assert.equal(await after(1), 1);
  assert.equal(view.holder, 4_711n);
  assert.equal(await after(9_999), 1);
  assert.equal(await after(1), 2);
});

test('another transaction is asked about anew, once it has lasted', async () => {
  const { clock, source, view, partition, after } = rig();
  source.producers = [open(4_711n, 20n)];
  assert.equal(await after(5_000), 1);
  view.look(30n, 22n, 0n, clock.wallMs());
  partition.position = asTarget(25n);
  source.producers = [open(4_712n, 22n)];
  assert.equal(await after(4_000), 1);
  assert.equal(view.holder, undefined, 'the name was that of the one before');
  assert.equal(await after(1_000), 2);
  assert.equal(view.holder, 4_712n);
});

test('a partition that is not held is asked nothing of', async () => {
  const { partition, after } = rig();
  partition.position = asTarget(22n);
  assert.equal(await after(60_000), 0);
});

test('who cannot be found stays unknown, and is asked for again', async () => {
  const { source, view, after, lost } = rig();
  lost.error = new Error('no leader');
  assert.equal(await after(5_000), 0);
  lost.error = undefined;
  source.producers = [open(4_711n, 19n)];
  assert.equal(await after(10_000), 1);
  assert.equal(view.holder, undefined, 'no transaction begins there');
  source.producers = [open(4_711n, 20n)];
  assert.equal(await after(10_000), 2);
  assert.equal(view.holder, 4_711n);
});

test('while an answer is awaited nothing more is asked', async () => {
  const { clock, source, partition } = rig();
  const answer = Promise.withResolvers<typeof source.at>();
  let finds = 0;
  const findEnd = () => {
    finds += 1;
    return answer.promise;
  };
  const holders = new TransactionHolders({ clock, log: silentLog, findEnd });
  clock.advance(5_000);
  const first = holders.look([partition]);
  clock.advance(60_000);
  await holders.look([partition]);
  assert.equal(finds, 1);
  answer.resolve(source.at);
  await first;
  await holders.look([partition]);
  assert.equal(finds, 2);
});
