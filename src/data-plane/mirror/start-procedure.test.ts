// Where a partition goes on, from two made-up logs: position and sequence from the same bytes, in the right
// order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, sleepOn } from '../../base/clock.ts';
import { seededRandom } from '../../base/random.ts';
import { shiftKey } from '../../base/shift-segments.ts';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';
import type { ErrorCode } from '../../base/error-catalog.ts';
import { madeRecords } from '../../../test/fixtures/made-records.ts';
import { type PlainBatch, plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { type MadeEnd, madeEnd, producerState } from './end-for-tests.ts';
import { factText } from './fact-for-tests.ts';
import { defaultStartPolicy } from './first-offset.ts';
import { Obstacle } from './obstacle.ts';
import { findStart, type StartPoint, type StartSite } from './start-procedure.ts';

const fence = { generation: 1, producerId: 77n, producerEpoch: 2 };

/** A clock on which every waiting is over at once, and counts. */
function hastyClock(): Clock {
  let now = 0;
  const clock: Clock = {
    wallMs: () => now,
    monotonicMs: () => now,
    schedule(delayMs, fire) {
      now += delayMs;
      queueMicrotask(fire);
      return { cancel: () => undefined };
    },
    sleep: (delayMs, signal) => sleepOn(clock, delayMs, signal),
  };
  return clock;
}

const sourceBatch = (baseOffset: bigint, recordCount: number, over: Partial<PlainBatch> = {}) =>
  plainBatch({ baseOffset, recordCount, leaderEpoch: 3, ...over });

/** The same records as the mirror writes them. */
const mirroredBatch = (
  baseOffset: bigint,
  recordCount: number,
  sequence: number,
  over: Partial<PlainBatch> = {},
) => plainBatch({ baseOffset, recordCount, producer: { id: 77n, epoch: 2, sequence }, ...over });

/** Ten records at the source; the first five, and the id's state, at the target. */
function rig() {
  const asked: string[] = [];
  const source = madeEnd('source', [sourceBatch(0n, 3), sourceBatch(3n, 2), sourceBatch(5n, 5)]);
  const target = madeEnd('target', [mirroredBatch(0n, 3, 100), mirroredBatch(3n, 2, 103)]);
  target.producers = [producerState(77n, 2, 104)];
  const log = (name: string, end: MadeEnd) => {
    end.onAsk = (what) => asked.push(`${name} ${what}`);
  };
  log('source', source);
  log('target', target);
  const site: StartSite = {
    clock: hastyClock(),
    random: { int: () => 4711 },
    signal: new AbortController().signal,
    fence: () => {
      asked.push('fence');
      return Promise.resolve(fence);
    },
    knownFence: () => Promise.resolve(fence),
    record: (_target, fact) => {
      asked.push(factText(fact));
      return Promise.resolve();
    },
    findEnd: (side) => Promise.resolve(side === 'source' ? source.at : target.at),
    soft: undefined,
    takeGuard: () => assert.fail('the guard was taken without holes'),
    policy: defaultStartPolicy,
  };
  return { site, source, target, asked };
}

async function startPointOf(site: StartSite): Promise<StartPoint> {
  const start = await findStart(site);
  return 'tail' in start ? start : assert.fail(`a prefix is missing from ${start.position} on`);
}

async function causeOfStart(site: StartSite): Promise<{ code: ErrorCode; message: string }> {
  try {
    await startPointOf(site);
  } catch (thrown) {
    if (thrown instanceof Obstacle) return thrown.because;
    throw thrown;
  }
  return assert.fail('a start point was found');
}

test('position and next sequence follow the last batch of the target', async () => {
  const { site } = rig();
  const point = await startPointOf(site);
  assert.deepEqual(
    { position: point.position, nextSequence: point.nextSequence, proven: point.proven, tail: point.tail },
    {
      position: 5n,
      nextSequence: 105,
      proven: true,
      tail: {
        verdict: 'equal',
        lastSequence: 104,
        sourceEpoch: 3,
        shift: 0n,
        found: [],
        fillers: 0n,
        isInMixed: false,
        comes: 5n,
        gap: undefined,
      },
    },
  );
});

test('the sequence is read before the log end, and the generations after it', async () => {
  const { site, asked } = rig();
  await startPointOf(site);
  const ofTarget = asked.filter((each) => each === 'fence' || each.startsWith('target'));
  assert.deepEqual(ofTarget.slice(0, 5), [
    'target end',
    'target producers',
    'target end',
    'target highWatermark',
    'fence',
  ]);
});

test('an append that is not committed yet is waited for, and belongs to the position', async () => {
  const { site, target, asked } = rig();
  target.highWatermarks = [3n, 3n, 5n];
  const point = await startPointOf(site);
  assert.deepEqual([point.position, point.nextSequence], [5n, 105]);
  assert.equal(asked.filter((each) => each === 'target highWatermark').length, 3);
});

test('an append that is never committed is told, not passed over', async () => {
  const { site, target } = rig();
  target.highWatermarks = [3n];
  const { code, message } = await causeOfStart(site);
  assert.equal(code, 'CW-2022');
  assert.match(message, /ends at 5, replicated only up to 3/);
});

test('a write of a predecessor between the two reads is noticed', async () => {
  const { site, target } = rig();
  target.onAsk = (what) => {
    if (what !== 'producers') return;
    target.producers = [producerState(77n, 2, 104)];
    target.batches = [...target.batches, mirroredBatch(5n, 5, 105)];
  };
  assert.equal((await causeOfStart(site)).code, 'CW-2020');
});

test('where nothing of the target is left to prove the sequence, it counts as unproven', async () => {
  const { site, target } = rig();
  target.logStart = 5n;
  const point = await startPointOf(site);
  assert.deepEqual([point.position, point.nextSequence, point.proven], [5n, 105, false]);
  assert.equal(point.tail.verdict, 'unverified');
});

test('other records than the source’s at the end of the target stop the partition', async () => {
  const { site, target } = rig();
  target.batches = [mirroredBatch(0n, 3, 100), mirroredBatch(3n, 2, 103, { payload: Buffer.from('else') })];
  assert.equal((await causeOfStart(site)).code, 'CW-2006');
  target.batches = [mirroredBatch(0n, 3, 100), sourceBatch(3n, 2, { payload: Buffer.from('else') })];
  assert.equal((await causeOfStart(site)).code, 'CW-2005');
});

test('records of somebody else stop the partition, whatever of ours stands behind them', async () => {
  for (const size of [1, 1_500]) {
    const { site, source, target, asked } = rig();
    source.batches = source.batches.slice(0, 2);
    target.batches.push(sourceBatch(5n, 7, { payload: Buffer.from('records of others') }));
    for (const at of [0, 1, 2]) {
      const baseOffset = 5n + BigInt(at * size);
      const baseSequence = 105 + at * size;
      const records = madeRecords(seededRandom(at), size);
      const mirrored = { producerId: 77n, producerEpoch: 2, baseSequence };
      source.batches.push(encodeBatch(records, { baseOffset, leaderEpoch: 3 }));
      target.batches.push(encodeBatch(records, { ...mirrored, baseOffset: baseOffset + 7n }));
      target.producers = [producerState(77n, 2, baseSequence + size - 1)];
      const { code, message } = await causeOfStart(site);
      assert.equal(code, 'CW-2005', message);
      assert.match(message, /somebody else wrote the target offsets 5\.\.11 /);
    }
    assert.deepEqual(recorded(asked), []);
  }
});

test('a source that ends before the position has lost records', async () => {
  const { site, source } = rig();
  source.batches = [sourceBatch(0n, 3)];
  const { code, message } = await causeOfStart(site);
  assert.equal(code, 'CW-2008');
  assert.match(message, /the source ends at 3, the mirror at 5/);
});

test('a source whose retention passed the position names the range that is lost', async () => {
  const { site, source } = rig();
  source.batches = [sourceBatch(9n, 1)];
  source.logStart = 9n;
  const { code, message } = await causeOfStart(site);
  assert.equal(code, 'CW-2007');
  assert.match(message, /lost 5\.\.8 \(4 records\)/);
});

test('a leader that was paused and wakes up is not believed: reads name the leader epoch', async () => {
  for (const side of ['source', 'target'] as const) {
    const parts = rig();
    const stale = parts[side];
    // It was leader in epoch 4; metadata names epoch 5, and the log it holds is shorter than the real one.
    stale.brokerEpoch = 4;
    assert.equal((await causeOfStart(parts.site)).code, 'CW-2021', side);
  }
});

test('an id that the target does not know begins with a random sequence', async () => {
  const { site, target } = rig();
  target.producers = [];
  target.batches = [];
  const point = await startPointOf(site);
  assert.deepEqual([point.position, point.nextSequence, point.proven], [0n, 4711, false]);
  assert.equal(point.tail.verdict, 'empty');
});

test('another epoch of the id than the ledger’s stops the start', async () => {
  const { site, target } = rig();
  target.producers = [producerState(77n, 3, 104)];
  const { code, message } = await causeOfStart(site);
  assert.equal(code, 'CW-2018');
  assert.match(message, /epoch 3 where the ledger says 2/);
});

test('sequences start over after the highest', async () => {
  const { site, target } = rig();
  target.batches = [mirroredBatch(0n, 3, 100), mirroredBatch(3n, 2, 0x7ffffffe)];
  target.producers = [producerState(77n, 2, 0x7fffffff)];
  assert.equal((await startPointOf(site)).nextSequence, 0);
});

test('a target whose retention has deleted everything goes on unverified', async () => {
  const { site, target } = rig();
  target.batches = [];
  target.logStart = 5n;
  const point = await startPointOf(site);
  assert.deepEqual([point.position, point.tail.verdict, point.nextSequence], [5n, 'unverified', 105]);
});

test('a source whose retention has deleted the batch of the tail goes on unverified', async () => {
  const { site, source } = rig();
  source.batches = [sourceBatch(5n, 5)];
  source.logStart = 5n;
  const point = await startPointOf(site);
  assert.deepEqual([point.position, point.tail.verdict, point.nextSequence], [5n, 'unverified', 105]);
});

test('a source trimmed past a position that another worker has left behind is no loss', async () => {
  const { site, source, target } = rig();
  source.onAsk = () => {
    // Between the two looks the other worker mirrors on, and the source trims what is mirrored.
    source.logStart = 10n;
    target.batches = [mirroredBatch(0n, 3, 100), mirroredBatch(3n, 2, 103), mirroredBatch(5n, 5, 105)];
  };
  assert.equal((await causeOfStart(site)).code, 'CW-2020');
});

const marker = (baseOffset: bigint) =>
  plainBatch({ baseOffset, recordCount: 1, attributes: 0x30, leaderEpoch: 4 });
const filler = (baseOffset: bigint) =>
  plainBatch({ baseOffset, recordCount: 1, attributes: 0x30, producer: { id: 99n, epoch: 1, sequence: -1 } });
const many = (from: bigint, count: number, made: (baseOffset: bigint) => Buffer) =>
  Array.from({ length: count }, (_, at) => made(from + BigInt(at)));

/** Five records on both sides; then holes and a record at the source, fillers at the target. */
function rigWithHoles(holes: number, fillers: number) {
  const { site, source, target, asked } = rig();
  const after = sourceBatch(5n + BigInt(holes), 3, { leaderEpoch: 5 });
  source.batches = [sourceBatch(0n, 3), sourceBatch(3n, 2), ...many(5n, holes, marker), after];
  target.batches = [...target.batches, ...many(5n, fillers, filler)];
  return { site, source, target, asked };
}

const recorded = (asked: readonly string[]) => asked.filter((what) => what.startsWith('shift'));

test('fillers behind the last data stand for holes of the source', async () => {
  for (const [holes, fillers] of [
    [1, 1],
    [3, 3],
    [3, 2],
    [2_000, 1_999],
  ] as const) {
    const { site, asked } = rigWithHoles(holes, fillers);
    const point = await startPointOf(site);
    const { position, shift, nextSequence, proven, tail } = point;
    assert.deepEqual([position, shift, nextSequence, proven], [5n + BigInt(fillers), 0n, 105, true]);
    assert.deepEqual([tail.verdict, tail.sourceEpoch], ['equal', 4]);
    assert.deepEqual(recorded(asked), []);
  }
});

test('more fillers than holes: the target is that much ahead, and the ledger has it first', async () => {
  const { site, asked } = rigWithHoles(2, 5);
  const point = await startPointOf(site);
  assert.deepEqual([point.position, point.shift], [10n, 3n]);
  assert.deepEqual(recorded(asked), ['shift 10 3']);
});

test('a target that is ahead is compared where the ledger says, and goes on there', async () => {
  const { site, target, asked } = rigWithHoles(2, 5);
  target.batches.push(mirroredBatch(10n, 3, 105, { payload: Buffer.from('records from 7') }));
  target.producers = [producerState(77n, 2, 107)];
  const shifts = new Map([[shiftKey(target.at.topicId, 0), [{ firstTargetOffset: 10n, shift: 3n }]]]);
  const point = await startPointOf({ ...site, fence: () => Promise.resolve({ ...fence, shifts }) });
  assert.deepEqual([point.position, point.shift, point.nextSequence], [13n, 3n, 108]);
  assert.deepEqual([point.tail.verdict, recorded(asked)], ['equal', []]);
});

test('fillers given back at holes: the ledger says so, and nothing is recorded again', async () => {
  const { site, target, asked } = rigWithHoles(4, 2);
  const shifts = new Map([[shiftKey(target.at.topicId, 0), [{ firstTargetOffset: 5n, shift: 0n }]]]);
  const point = await startPointOf({ ...site, fence: () => Promise.resolve({ ...fence, shifts }) });
  assert.deepEqual([point.position, point.shift, recorded(asked)], [7n, 0n, []]);
});

test('a target of fillers alone is compared with the source’s holes', async () => {
  const { site, source, target, asked } = rig();
  source.batches = [marker(0n), marker(1n), sourceBatch(2n, 3)];
  target.batches = many(0n, 3, filler);
  target.producers = [];
  const point = await startPointOf(site);
  assert.deepEqual([point.position, point.shift, point.tail.verdict], [3n, 1n, 'empty']);
  assert.deepEqual(recorded(asked), ['shift 3 1']);
});

test('records of ours that stand twice at the target are no shift, and stop the partition', async () => {
  const { site, target } = rig();
  target.batches.push(mirroredBatch(5n, 2, 105, { payload: Buffer.from('records from 3') }));
  target.producers = [producerState(77n, 2, 106)];
  assert.equal((await causeOfStart(site)).code, 'CW-2006');
});

const textRecords = (...values: string[]) =>
  values.map((value) => ({ timestamp: 5n, key: undefined, value: Buffer.from(value) }));

test('other records than the source has left of a trimmed batch are no shift without fillers', async () => {
  const { site, source, target, asked } = rig();
  source.batches = [encodeBatch(textRecords('a', 'b', 'c'), { baseOffset: 0n, leaderEpoch: 3 })];
  source.logStart = 1n;
  const ours = { producerId: 77n, producerEpoch: 2, baseSequence: 100 };
  target.producers = [producerState(77n, 2, 102)];
  target.batches = [encodeBatch(textRecords('a', 'b', 'other'), { baseOffset: 0n, ...ours })];
  assert.equal((await causeOfStart(site)).code, 'CW-2006');
  target.batches = [encodeBatch(textRecords('a', 'b', 'c'), { baseOffset: 0n, ...ours })];
  assert.deepEqual([(await startPointOf(site)).tail.verdict, recorded(asked)], ['equal', []]);
});

test('a source that was compacted before anybody told so is no other source', async () => {
  const { site, source, target } = rig();
  const ours = { producerId: 77n, producerEpoch: 2, baseSequence: 100 };
  target.batches = [encodeBatch(textRecords('a', 'b', 'c'), { baseOffset: 0n, ...ours })];
  target.producers = [producerState(77n, 2, 102)];
  const leave = (value: string) => {
    source.batches = [
      encodeBatch(textRecords(value), { baseOffset: 1n, leaderEpoch: 3 }),
      encodeBatch(textRecords('d'), { baseOffset: 3n, leaderEpoch: 3 }),
    ];
  };
  leave('b');
  const { code, message } = await causeOfStart(site);
  assert.equal(code, 'CW-2011', message);
  assert.match(message, /skips offsets below 3 that were mirrored, as if it had been compacted/);
  leave('other');
  assert.equal((await causeOfStart(site)).code, 'CW-2006');
});

/** The ledger announced that from 3 on the target is `shift` ahead, which did not come about. */
function rigWithWrongSegment(shift = 1n) {
  const made = rig();
  const put = (base: number, ...values: string[]) => {
    const at = Math.min(base, 1);
    const baseOffset = BigInt(base);
    const ours = { producerId: 77n, producerEpoch: 2, baseSequence: 100 + base };
    made.source.batches[at] = encodeBatch(textRecords(...values), { baseOffset, leaderEpoch: 3 });
    made.target.batches[at] = encodeBatch(textRecords(...values), { baseOffset, ...ours });
  };
  put(0, 'a', 'b', 'c');
  put(3, 'd', 'e');
  const shifts = new Map([[shiftKey(made.target.at.topicId, 0), [{ firstTargetOffset: 3n, shift }]]]);
  return { ...made, site: { ...made.site, fence: () => Promise.resolve({ ...fence, shifts }) } };
}

test('a shift that did not come about is taken back by what the source has left of the batch', async () => {
  for (const [announced, logStart] of [
    [1n, 0n],
    [1n, 3n],
    [1n, 4n],
    [2n, 2n],
  ] as const) {
    const { site, source, asked } = rigWithWrongSegment(announced);
    source.logStart = logStart;
    const { position, shift, tail } = await startPointOf(site);
    assert.deepEqual([position, shift, tail.verdict, recorded(asked)], [5n, 0n, 'equal', ['shift 3 0']]);
  }
});

/** Everything that the target holds is gone. */
function trim(source: MadeEnd) {
  source.logStart = 5n;
  source.batches = [encodeBatch(textRecords('f', 'g', 'h', 'i', 'j'), { baseOffset: 5n, leaderEpoch: 3 })];
}

test('a source that trims what is being compared is looked at again', async () => {
  const { site, source } = rigWithWrongSegment();
  let batches = 0;
  source.onAsk = (what) => {
    batches += what === 'batch' ? 1 : 0;
    if (what === 'start' && batches > 0) trim(source);
  };
  const cause = await causeOfStart(site);
  assert.deepEqual([cause.code, cause.message], ['CW-2021', 'eu-west t-0: offset 2 cannot be read yet']);
});

test('what only a person could mend is not believed where the ledger has moved meanwhile', async () => {
  const { site, source } = rigWithWrongSegment();
  trim(source);
  const readings = [await site.fence(), fence];
  const moving: StartSite = { ...site, fence: () => Promise.resolve(readings.shift() ?? fence) };
  const cause = await causeOfStart(moving);
  assert.equal(cause.code, 'CW-2020');
  assert.match(cause.message, /^us-east t-0: the ledger was written while the tail was checked$/);
  assert.equal((await startPointOf(moving)).shift, 0n);
});
