// Filling holes: what is written, what the log end says came of it, and what both add up to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { madeEnd } from './end-for-tests.ts';
import { factText } from './fact-for-tests.ts';
import { fillHoles, type FillSite, type Guard, type HolesToFill } from './fill.ts';
import { Obstacle } from './obstacle.ts';
import { asSource, asTarget } from './offsets.ts';

const taken: Guard = { producerId: 9n, producerEpoch: 3, coordinatorEpoch: 0, isProven: false };
const proven: Guard = { ...taken, isProven: true };

/** A target whose log ends at 10. `landing`: how many fillers land of those that are sent, per request. */
function rig(landing: (count: number) => number = (count) => count, isDirect = true) {
  const asked: string[] = [];
  const target = madeEnd('target', [plainBatch({ baseOffset: 0n, recordCount: 10 })]);
  target.onAsk = (what) => asked.push(what);
  let end = 10n;
  const site: FillSite = {
    target: target.at,
    clock: systemClock,
    signal: AbortSignal.timeout(60_000),
    takeGuard: () => {
      asked.push('guard');
      return Promise.resolve(taken);
    },
    append: (_guard, _at, count) => {
      asked.push(`append ${count}`);
      for (let i = 0; i < landing(count); i += 1, end += 1n) {
        target.batches.push(plainBatch({ baseOffset: end, recordCount: 1, attributes: 0x30 }));
      }
      return Promise.resolve({ isDirect });
    },
    record: (fact) => {
      asked.push(factText(fact));
      return Promise.resolve();
    },
  };
  const fill = (count: bigint, over: Partial<HolesToFill> = {}): Promise<unknown> => {
    const shift = over.shift ?? 0n;
    const from = asSource(10n - shift);
    const holes = { kind: 'holes', from, to: asSource(from + count) } as const;
    return fillHoles(site, {
      life: 1,
      at: asTarget(10n),
      holes,
      shift,
      guard: undefined,
      mayMix: false,
      dataId: undefined,
      isShiftUntold: false,
      ...over,
    });
  };
  return { asked, target, fill };
}

test('the first filler under a new guard goes alone, and the log end is looked at', async () => {
  const { asked, fill } = rig();
  assert.deepEqual(await fill(5n), { end: 11n, shift: 0n, fillers: 1, guard: proven });
  assert.deepEqual(asked, ['guard', 'end', 'append 1', 'end', 'highWatermark']);
});

test('under a proven guard a run is one request, and its end is looked at', async () => {
  const { asked, fill } = rig();
  assert.deepEqual(await fill(5n, { guard: proven }), { end: 15n, shift: 0n, fillers: 5, guard: proven });
  assert.deepEqual(asked, ['append 5', 'end', 'highWatermark']);
});

test('a single filler under a proven guard is told by its answer', async () => {
  const { asked, fill } = rig();
  assert.deepEqual(await fill(1n, { guard: proven }), { end: 11n, shift: 0n, fillers: 1, guard: proven });
  assert.deepEqual(asked, ['append 1']);
});

test('a long run goes in steps', async () => {
  const { asked, fill } = rig();
  await fill(1_000_000n, { guard: proven });
  assert.equal(asked[0], 'append 1000');
});

test('fillers of a predecessor that land with ours count for the next holes', async () => {
  const { fill } = rig((count) => count + 2);
  assert.deepEqual(await fill(5n), { end: 13n, shift: 0n, fillers: 3, guard: proven });
});

test('more than there are holes: the start procedure finds out what they are', async () => {
  const { asked, fill } = rig((count) => count + 2);
  await assert.rejects(fill(1n), (thrown) => {
    return thrown instanceof Obstacle && thrown.because.code === 'CW-2020';
  });
  assert.ok(!asked.some((what) => what.startsWith('record')));
});

test('fewer than were sent: the log is looked at anew', async () => {
  const { fill } = rig((count) => count - 1);
  await assert.rejects(fill(5n, { guard: proven }), (thrown) => {
    return thrown instanceof Obstacle && thrown.because.code === 'CW-2021';
  });
});

test('a filler that is not committed yet is waited for', async () => {
  const { target, asked, fill } = rig();
  target.highWatermarks = [10n, 12n, 15n];
  assert.deepEqual(await fill(5n, { guard: proven }), { end: 15n, shift: 0n, fillers: 5, guard: proven });
  assert.equal(asked.filter((what) => what === 'highWatermark').length, 3);
});

test('by way of the coordinator each filler is one step, and the log end is looked at', async () => {
  const { asked, fill } = rig(() => 1, false);
  assert.deepEqual(await fill(5n), { end: 11n, shift: 0n, fillers: 1, guard: taken });
  assert.deepEqual(asked, ['guard', 'end', 'append 1', 'end', 'highWatermark']);
});

test('a target that is ahead gives back at the next holes, without a filler', async () => {
  const { asked, fill } = rig();
  assert.deepEqual(await fill(3n, { shift: 2n, guard: proven }), {
    end: 10n,
    shift: 0n,
    fillers: 0,
    guard: proven,
  });
  assert.deepEqual(asked, ['shift 10 0']);
  assert.deepEqual(await fill(3n, { shift: 5n }), { end: 10n, shift: 2n, fillers: 0, guard: undefined });
});
