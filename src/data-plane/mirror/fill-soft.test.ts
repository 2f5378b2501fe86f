// Filling holes of a soft partition: how a run begins, what is given back, and how an id is left for another.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { madeEnd } from './end-for-tests.ts';
import { factText } from './fact-for-tests.ts';
import type { Guard, HolesToFill } from './fill.ts';
import { fillSoftHoles, type SoftFillSite } from './fill-soft.ts';
import { Obstacle } from './obstacle.ts';
import { asSource, asTarget } from './offsets.ts';

const held: Guard = { producerId: 9n, producerEpoch: 8, coordinatorEpoch: 0, isProven: false };
const raised: Guard = { ...held, producerEpoch: 9 };

const inMixed: Guard = { ...held, producerEpoch: 12 };

/** A target whose log ends at 10. `landing`: how many control records land of those that are sent. */
function rig(over: Partial<SoftFillSite> = {}, landing: (count: number) => number = (count) => count) {
  const asked: string[] = [];
  const target = madeEnd('target', [plainBatch({ baseOffset: 0n, recordCount: 10 })]);
  let end = 10n;
  const land = (count: number) => {
    for (let i = 0; i < landing(count); i += 1, end += 1n) {
      target.batches.push(plainBatch({ baseOffset: end, recordCount: 1, attributes: 0x30 }));
    }
  };
  const tell = (text: string) => {
    asked.push(text);
    return Promise.resolve();
  };
  const site: SoftFillSite = {
    target: target.at,
    clock: systemClock,
    signal: AbortSignal.timeout(60_000),
    takeGuard: () => assert.fail('the guard was taken without naming who held it'),
    raiseGuard: ({ producerEpoch }, isMixed) =>
      tell(`raise ${producerEpoch}`).then(() => (isMixed ? inMixed : raised)),
    append: ({ producerId, producerEpoch }, _at, count) => {
      land(count);
      return tell(`append ${count} as ${producerId}/${producerEpoch}`).then(() => ({ isDirect: true }));
    },
    closeDataId: (producerId) => {
      land(1);
      return tell(`close ${producerId}`);
    },
    record: (fact) => tell(factText(fact)),
    ...over,
  };
  const fill = (count: bigint, more: Partial<HolesToFill> = {}) => {
    const shift = more.shift ?? 0n;
    const from = asSource(10n - shift);
    const holes = { kind: 'holes', from, to: asSource(from + count) } as const;
    const told = { isShiftUntold: false, guard: held, dataId: 9n, mayMix: false };
    return fillSoftHoles(site, { life: 1, at: asTarget(10n), holes, shift, ...told, ...more });
  };
  return { asked, fill };
}

const isObstacle = (code: string) => (thrown: unknown) =>
  thrown instanceof Obstacle && thrown.because.code === code;

test('a run begins with one filler at a new epoch, from which data goes on', async () => {
  const { asked, fill } = rig();
  const begun = { ...raised, isProven: true, hasBegun: true };
  const filled = { end: 11n, shift: 0n, fillers: 1, guard: begun, begins: begun };
  assert.deepEqual(await fill(5n), filled);
  assert.deepEqual(asked, ['raise 8', 'append 1 as 9/9']);
});

test('the rest of a run is bulk, at the same epoch', async () => {
  const { asked, fill } = rig();
  const guard = { ...raised, isProven: true, hasBegun: true };
  assert.equal((await fill(4n, { guard })).end, 14n);
  assert.deepEqual(asked, ['append 4 as 9/9']);
});

test('what the target is ahead is given back from the rest of a run, not its first filler', async () => {
  const { asked, fill } = rig();
  const first = await fill(3n, { shift: 2n });
  assert.deepEqual([first.end, first.shift, asked], [11n, 2n, ['raise 8', 'append 1 as 9/9']]);
  const rest = await fill(2n, { shift: 2n, guard: first.guard });
  assert.deepEqual([rest.end, rest.shift, asked.at(-1)], [10n, 0n, 'shift 10 0']);
});

test('whoever does not hold the guard any more writes nothing', async () => {
  const fenced = () => Promise.reject(new Obstacle({ code: 'CW-2020', message: 'fenced', details: {} }));
  const { asked, fill } = rig({ raiseGuard: fenced });
  await assert.rejects(fill(1n), isObstacle('CW-2020'));
  assert.deepEqual(asked, []);
});

test('another worker’s record in front of the filler is for the start procedure to see', async () => {
  const { asked, fill } = rig({}, (count) => count + 1);
  await assert.rejects(fill(5n), isObstacle('CW-2020'));
  assert.ok(!asked.some((what) => what.startsWith('shift')));
});

test('in front of a record a filler is one too many, and the ledger knows it first', async () => {
  const { asked, fill } = rig();
  const { end, shift } = await fill(0n);
  assert.deepEqual([end, shift, asked.at(-1)], [11n, 1n, 'shift 11 1']);
});

test('a shift that was found, but not told, is recorded behind the first filler', async () => {
  const { asked, fill } = rig();
  await fill(2n, { shift: 1n, isShiftUntold: true });
  assert.deepEqual(asked, ['raise 8', 'append 1 as 9/9', 'shift 11 1']);
});

test('an id is left by its last filler, and the run of its heir begins behind it', async () => {
  const other: Guard = { ...held, producerId: 12n, producerEpoch: 0 };
  const leave = async (holes: bigint) => {
    const { asked, fill } = rig({ raiseGuard: () => Promise.resolve(other) });
    const { end, shift, fillers, begins } = await fill(holes);
    assert.deepEqual([end, fillers, begins?.producerId, begins?.producerEpoch], [12n, 2, 12n, 0]);
    assert.deepEqual(asked.slice(0, 3), ['data id 12/0', 'close 9', 'append 1 as 12/0']);
    return [shift, ...asked.slice(3)];
  };
  assert.deepEqual(await leave(3n), [0n]);
  assert.deepEqual(await leave(2n), [0n]);
  // Fewer holes than these two fillers: what comes is farther on.
  assert.deepEqual(await leave(1n), [1n, 'shift 12 1']);
  assert.deepEqual(await leave(0n), [2n, 'shift 12 2']);
});

test('an id that was closed by more than one worker begins no run', async () => {
  const other: Guard = { ...held, producerId: 12n, producerEpoch: 0 };
  const { asked, fill } = rig({ raiseGuard: () => Promise.resolve(other) }, (count) => count + 1);
  await assert.rejects(fill(3n), isObstacle('CW-2020'));
  assert.deepEqual(asked, ['data id 12/0', 'close 9']);
});

test('a mixed epoch begins as a run does, once the direct way is known to be there', async () => {
  const { asked, fill } = rig();
  const unknown = await fill(5n, { mayMix: true });
  assert.equal(unknown.begins?.producerEpoch, raised.producerEpoch);
  const known = rig();
  const { guard, begins } = await known.fill(5n, { mayMix: true, guard: { ...held, isProven: true } });
  assert.deepEqual([guard?.producerEpoch, begins?.producerEpoch], [12, 12]);
  assert.deepEqual(
    [asked, known.asked],
    [
      ['raise 8', 'append 1 as 9/9'],
      ['raise 8', 'append 1 as 9/12'],
    ],
  );
});

test('in a mixed epoch a run goes on at once, and data behind it with the sequence that it had', async () => {
  const { asked, fill } = rig();
  const guard = { ...inMixed, isProven: true, hasBegun: true };
  const one = await fill(1n, { mayMix: true, guard });
  assert.deepEqual(one, { end: 11n, shift: 0n, fillers: 1, guard });
  const back = await fill(1n, { mayMix: true, guard, shift: 1n });
  assert.deepEqual([back.end, back.shift], [10n, 0n]);
  assert.deepEqual(asked, ['append 1 as 9/12', 'shift 10 0']);
});

test('of several fillers in a mixed epoch the log’s end tells how many landed', async () => {
  const { fill } = rig({}, (count) => count - 1);
  const guard = { ...inMixed, isProven: true, hasBegun: true };
  await assert.rejects(fill(3n, { mayMix: true, guard }), isObstacle('CW-2021'));
});

test('a mixed epoch is left with the next run, or without a filler in front of a record', async () => {
  const guard = { ...inMixed, isProven: true, hasBegun: true };
  const run = rig();
  assert.deepEqual((await run.fill(1n, { guard })).begins?.producerEpoch, 9);
  assert.deepEqual(run.asked, ['raise 12', 'append 1 as 9/9']);
  const { asked, fill } = rig();
  const left = { ...raised, isProven: true };
  assert.deepEqual(await fill(0n, { guard }), { end: 10n, shift: 0n, fillers: 0, guard: left, begins: left });
  assert.deepEqual(asked, ['raise 12']);
});

test('a mixed epoch that is left for another id is closed', async () => {
  const other: Guard = { ...held, producerId: 12n, producerEpoch: 0 };
  const { asked, fill } = rig({ raiseGuard: () => Promise.resolve(other) });
  const guard = { ...inMixed, isProven: true, hasBegun: true };
  const { end, shift, begins } = await fill(0n, { guard });
  assert.deepEqual([end, shift, begins?.producerId], [12n, 2n, 12n]);
  assert.deepEqual(asked, ['data id 12/0', 'close 9', 'append 1 as 12/0', 'shift 12 2']);
});

test('where the direct way is lost a mixed epoch neither begins nor goes on', async () => {
  const append: SoftFillSite['append'] = () => Promise.resolve({ isDirect: false });
  const held12 = { ...inMixed, isProven: true, hasBegun: true };
  const isRefused = (thrown: unknown) =>
    thrown instanceof Obstacle && thrown.because.message.includes('cannot be written directly any more');
  await assert.rejects(rig({ append }).fill(1n, { mayMix: true, guard: held12 }), isRefused);
  const proven = { ...held, isProven: true };
  await assert.rejects(rig({ append }).fill(5n, { mayMix: true, guard: proven }), isRefused);
});
