// Where a copy begins, by two made-up logs: what is decided, recorded once, and found to be missing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { PartitionLedger } from '../../../test/fixtures/partition-ledger.ts';
import { plainBatch } from '../../../test/fixtures/plain-batch.ts';
import type { StartWay } from '../../base/partition-start.ts';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';
import { nullBatches } from '../../kafka/batch/null-batches.ts';
import { madeEnd, producerState } from './end-for-tests.ts';
import { factText } from './fact-for-tests.ts';
import { factOf } from './fence.ts';
import { defaultStartPolicy, type StartPolicy } from './first-offset.ts';
import { Obstacle } from './obstacle.ts';
import { findStart, type StartSite } from './start-procedure.ts';

const fence = { generation: 1, producerId: 77n, producerEpoch: 2 };
/** Of `plainBatch`. */
const batchMs = 1_700_000_000_000;
const decidedMs = 5_000;

/** A source from 40 to 60, of which 50 on is not stable, and an empty target. */
function rig(policy: Partial<StartPolicy> = {}, isSoft = false) {
  const source = madeEnd('source', [
    plainBatch({ baseOffset: 40n, recordCount: 10 }),
    plainBatch({ baseOffset: 50n, recordCount: 10 }),
  ]);
  source.logStart = 40n;
  source.stableOffset = 50n;
  const target = madeEnd('target');
  const ledger = new PartitionLedger();
  const clock = manualClock(decidedMs);
  const site: StartSite = {
    clock,
    random: { int: () => 4_711 },
    signal: new AbortController().signal,
    policy: { ...defaultStartPolicy, ...policy },
    soft: isSoft ? 'from-start' : undefined,
    fence: () => Promise.resolve({ ...fence, ...ledger.kept }),
    knownFence: () => Promise.resolve({ ...fence, ...ledger.kept }),
    findEnd: (side) => Promise.resolve(side === 'source' ? source.at : target.at),
    takeGuard: () =>
      Promise.resolve({ producerId: 9n, producerEpoch: 0, coordinatorEpoch: 0, isProven: false }),
    record: (end, fact) => {
      assert.notEqual(fact.kind, 'shifted', 'nothing was moved');
      return Promise.resolve(ledger.record(factOf('s', end, fact)));
    },
  };
  const begin = (firstOffset: bigint, way: StartWay = 'prefix', timestampMs = decidedMs) =>
    ledger.record(factOf('s', target.at, { kind: 'started', firstOffset, way, timestampMs }));
  return { site, source, target, begin, start: () => ledger.startOf(target.at.topicId, 0) };
}

const cases: readonly [name: string, policy: Partial<StartPolicy>, firstOffset: bigint, way: StartWay][] = [
  ['earliest', {}, 40n, 'prefix'],
  ['latest ends before what is not stable', { from: 'latest' }, 50n, 'prefix'],
  ['a time', { from: { timestampMs: batchMs - 1 } }, 40n, 'prefix'],
  ['a time that no record has reached', { from: { timestampMs: batchMs + 1 } }, 50n, 'prefix'],
  ['just as much as may be filled', { prefixMax: 40 }, 40n, 'prefix'],
  ['more than may be filled', { prefixMax: 39 }, 40n, 'shifted'],
  ['shifted, as the set says', { offsets: 'shifted' }, 40n, 'shifted'],
];
for (const [name, policy, firstOffset, way] of cases) {
  test(`where a copy begins: ${name}`, async () => {
    const { site, start } = rig(policy);
    const found = await findStart(site);
    assert.deepEqual(start(), { firstOffset, way, timestampMs: decidedMs });
    if ('tail' in found) assert.deepEqual([way, found.position, found.shift], ['shifted', 0n, -firstOffset]);
    else {
      assert.deepEqual([way, found.position, found.nextSequence], ['prefix', 0n, 0]);
      assert.deepEqual(found.start, start());
    }
  });
}

test('a source that begins at 0 is copied from there, and nothing is recorded', async () => {
  const { site, source, start } = rig();
  source.batches = [plainBatch({ baseOffset: 0n, recordCount: 10 })];
  source.logStart = 0n;
  const found = await findStart(site);
  assert.ok('tail' in found && found.position === 0n && found.shift === 0n);
  assert.equal(start(), undefined);
});

test('the prefix of a compacted topic is holes, up to where its copy begins', async () => {
  const { site, source, start } = rig({}, true);
  const found = await findStart(site);
  assert.ok('tail' in found);
  assert.deepEqual([found.position, found.shift, found.holesTo, start()?.way], [0n, 0n, 40n, 'prefix']);
  // What the source loses meanwhile is lost to the copy.
  source.logStart = 45n;
  const refused = await findStart(site).catch((error: unknown) => error);
  assert.ok(refused instanceof Obstacle);
  assert.deepEqual([refused.because.code, refused.because.details], ['CW-2007', { from: 40n, to: 45n }]);
});

test('a prefix that is filled in part, or not trimmed, is gone on with where it ends', async () => {
  for (const end of [16n, 32n, 40n]) {
    const { site, target, begin } = rig();
    begin(40n);
    target.batches = [...nullBatches(0n, end, BigInt(decidedMs), 16)];
    target.producers = [producerState(77n, 2, 99)];
    const found = await findStart(site);
    assert.ok(!('tail' in found), `${end}`);
    assert.deepEqual([found.position, found.nextSequence], [end, 100]);
  }
});

test('a target that has deleted all of a prefix by its own retention is gone on with', async () => {
  const { site, target, begin } = rig();
  begin(40n);
  target.logStart = 16n;
  const found = await findStart(site);
  assert.ok(!('tail' in found));
  assert.deepEqual([found.position, found.nextSequence], [16n, 4_711], 'the id is not known any more');
});

test('a target that begins behind its prefix is a mirror', async () => {
  const { site, target, begin } = rig();
  begin(40n);
  target.logStart = 40n;
  target.producers = [producerState(77n, 2, 99)];
  const found = await findStart(site);
  assert.ok('tail' in found);
  const { position, shift, nextSequence, proven, tail } = found;
  assert.deepEqual(
    [position, shift, nextSequence, proven, tail.verdict],
    [40n, 0n, 100, false, 'unverified'],
  );
});

test('records of another kind before the first offset are no prefix, and are never trimmed', async () => {
  const others = {
    'data of another worker': [plainBatch({ baseOffset: 0n, recordCount: 5 })],
    'a prefix of another decision': [...nullBatches(0n, 5n, BigInt(decidedMs) + 1n)],
  };
  for (const [name, batches] of Object.entries(others)) {
    const { site, target, begin } = rig();
    begin(40n);
    target.batches = batches;
    const found = await findStart(site).catch((error: unknown) => error);
    assert.ok(found instanceof Obstacle, name);
    assert.equal(found.because.code, 'CW-2007');
  }
});

test('fillers too many in a copy that began shifted are found, and told of', async () => {
  const { site, source, target, begin } = rig();
  begin(40n, 'shifted');
  const record = (text: string) => ({ timestamp: 5n, key: undefined, value: Buffer.from(text) });
  const filler = (baseOffset: bigint) => plainBatch({ baseOffset, recordCount: 1, attributes: 0x20 });
  const ours = (baseOffset: bigint, baseSequence: number, ...texts: string[]) =>
    encodeBatch(texts.map(record), { baseOffset, producerId: 77n, producerEpoch: 2, baseSequence });
  // A marker at 42 was filled three times, and the one who did it died before it could tell.
  source.batches = [
    encodeBatch([record('a'), record('b')], { baseOffset: 40n, leaderEpoch: 3 }),
    filler(42n),
    encodeBatch([record('c')], { baseOffset: 43n, leaderEpoch: 3 }),
  ];
  target.batches = [ours(0n, 7, 'a', 'b'), filler(2n), filler(3n), filler(4n), ours(5n, 9, 'c')];
  target.producers = [producerState(77n, 2, 9)];
  const told: string[] = [];
  const recording: StartSite = {
    ...site,
    record: (_end, fact) => Promise.resolve(void told.push(factText(fact))),
  };
  const found = await findStart(recording);
  assert.ok('tail' in found);
  assert.deepEqual([found.position, found.shift, found.tail.verdict], [6n, -38n, 'equal']);
  assert.deepEqual(told, ['shift 5 -38']);
});

test('a source that goes on losing its beginning loses records to the copy that was decided', async () => {
  const { site, source, target, begin } = rig();
  begin(36n);
  target.logStart = 36n;
  target.producers = [producerState(77n, 2, 99)];
  source.logStart = 40n;
  const found = await findStart(site).catch((error: unknown) => error);
  assert.ok(found instanceof Obstacle);
  assert.match(found.message, /^CW-2007 .* lost 36\.\.39 \(4 records\)/);
});
