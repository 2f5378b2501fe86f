// Where a soft partition goes on, from two made-up logs that cleaners may have been at: under which id, and
// at which place of the source.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import type { PartitionStart } from '../../base/partition-start.ts';
import { shiftKey, type ShiftSegment } from '../../base/shift-segments.ts';
import type { Softness } from '../../base/softness.ts';
import { nullBatches } from '../../kafka/batch/null-batches.ts';
import { patchForProduce, stampOf } from '../../kafka/batch/patch.ts';
import { encodeBatch } from '../../kafka/batch/encode-batch.ts';
import { plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { closingEpoch } from './data-id.ts';
import { factText } from './fact-for-tests.ts';
import { madeEnd, producerState } from './end-for-tests.ts';
import type { ProducerEpoch } from './fence.ts';
import { defaultStartPolicy } from './first-offset.ts';
import { Obstacle } from './obstacle.ts';
import { findStart, type StartPoint, type StartSite } from './start-procedure.ts';

const fence = { generation: 1, producerId: 77n, producerEpoch: 2 };
const id: ProducerEpoch = { producerId: 9n, producerEpoch: 3 };
const guard = { producerId: 9n, producerEpoch: 8, coordinatorEpoch: 0, isProven: false };

const recordOf = (value: string) => ({ timestamp: 5n, key: Buffer.from('k'), value: Buffer.from(value) });
/** Records that tell their source offset. */
const original = (baseOffset: bigint, ...values: string[]) =>
  encodeBatch(values.map(recordOf), { baseOffset, leaderEpoch: 4 });
const copied = (baseOffset: bigint, epoch: number, sequence: number, ...values: string[]) =>
  encodeBatch(values.map(recordOf), {
    baseOffset,
    producerId: 9n,
    producerEpoch: epoch,
    baseSequence: sequence,
  });
const filler = (baseOffset: bigint, epoch: number) =>
  plainBatch({ baseOffset, recordCount: 1, attributes: 0x30, producer: { id: 9n, epoch, sequence: -1 } });

interface Shape {
  readonly source?: readonly Buffer[];
  readonly target?: readonly Buffer[];
  /** Of each id that the target knows, epoch and last sequence. */
  readonly states?: readonly (readonly [producerId: bigint, epoch: number, lastSequence: number])[];
  readonly dataIds?: readonly ProducerEpoch[] | undefined;
  readonly segments?: readonly ShiftSegment[];
  readonly soft?: Softness;
  /** Where the copy begins, by the ledger. */
  readonly began?: PartitionStart;
}

function rig({
  source: theirs = [],
  target: mine = [],
  states = [],
  dataIds = [id],
  segments = [],
  soft = 'from-start',
  began,
}: Shape) {
  const asked: string[] = [];
  const source = madeEnd('source', [...theirs]);
  const target = madeEnd('target', [...mine]);
  target.producers = states.map((state) => producerState(...state));
  const key = shiftKey(target.at.topicId, 0);
  let recorded = dataIds;
  let start = began;
  const current = () => ({
    ...fence,
    shifts: new Map([[key, segments]]),
    dataIds: new Map(recorded.length === 0 ? [] : [[key, recorded]]),
    starts: new Map(start === undefined ? [] : [[key, start]]),
  });
  const site: StartSite = {
    clock: systemClock,
    random: { int: () => 0 },
    signal: AbortSignal.timeout(60_000),
    soft,
    policy: defaultStartPolicy,
    fence: () => Promise.resolve(current()),
    knownFence: () => Promise.resolve(current()),
    findEnd: (side) => Promise.resolve(side === 'source' ? source.at : target.at),
    takeGuard: () => {
      asked.push('guard');
      return Promise.resolve(guard);
    },
    record: (_target, fact) => {
      asked.push(factText(fact));
      if (fact.kind === 'data-id') recorded = [...recorded, fact];
      if (fact.kind === 'started') start ??= fact;
      return Promise.resolve();
    },
  };
  return { site, source, target, asked };
}

async function startPointOf(site: StartSite): Promise<StartPoint> {
  const start = await findStart(site);
  return 'tail' in start ? start : assert.fail(`a prefix is missing from ${start.position} on`);
}

async function codeOfStart(site: StartSite): Promise<string> {
  try {
    await startPointOf(site);
  } catch (thrown) {
    if (thrown instanceof Obstacle) return thrown.because.code;
    throw thrown;
  }
  return 'none';
}

test('an empty partition records its data id, and never begins at sequence 0', async () => {
  const { site, asked } = rig({ dataIds: [], source: [original(0n, 'a')] });
  const { writer, nextSequence, proven } = await startPointOf(site);
  assert.deepEqual([writer.producerId, writer.producerEpoch, writer.isSoft], [9n, 8, true]);
  assert.deepEqual(
    [nextSequence, proven, asked],
    [1, false, ['guard', 'data id 9/8', 'guard', 'start 0 prefix']],
  );
});

/** Under the generation's id, as before the partition was soft. */
const before = (baseOffset: bigint, sequence: number, ...values: string[]) =>
  encodeBatch(values.map(recordOf), {
    baseOffset,
    producerId: fence.producerId,
    producerEpoch: fence.producerEpoch,
    baseSequence: sequence,
  });

test('what has become soft goes on under the generation’s id, and records no other one yet', async () => {
  const { site, asked } = rig({
    soft: 'later',
    dataIds: [],
    source: [original(0n, 'a'), original(3n, 'b'), original(4n, 'c')],
    // Its holes were filled by the guard.
    target: [before(0n, 6, 'a'), filler(1n, 3), filler(2n, 3), before(3n, 7, 'b')],
    states: [
      [77n, 2, 7],
      [9n, 3, -1],
    ],
  });
  const { writer, position, shift, nextSequence, isBehindFillers } = await startPointOf(site);
  assert.deepEqual([writer.producerId, writer.producerEpoch, writer.isSoft], [77n, 2, true]);
  assert.deepEqual([position, shift, nextSequence, isBehindFillers, asked], [4n, 0n, 8, false, ['guard']]);
});

test('what has become soft changes its id once the generation’s is closed', async () => {
  const source = [original(0n, 'a'), original(2n, 'b')];
  const target = [before(0n, 6, 'a'), filler(1n, 3)];
  const guardState = [9n, 3, -1] as const;
  const open = rig({ soft: 'later', source, target, states: [[77n, 2, 6], guardState] });
  assert.equal((await startPointOf(open.site)).writer.producerId, 77n);
  const closed = rig({ soft: 'later', source, target, states: [[77n, closingEpoch, -1]] });
  const { writer, nextSequence, isBehindFillers } = await startPointOf(closed.site);
  // Whoever closed it may have a filler under way.
  assert.deepEqual([writer.producerId, nextSequence, isBehindFillers], [9n, 0, true]);
});

test('what has become soft is no other log where its last data has been cleaned away', async () => {
  const { site } = rig({
    soft: 'later',
    dataIds: [],
    source: [original(1n, 'b'), original(3n, 'd')],
    target: [before(0n, 6, 'a', 'b', 'c')],
    states: [[77n, 2, 8]],
  });
  const { position, tail } = await startPointOf(site);
  assert.deepEqual([position, tail.verdict], [3n, 'equal']);
});

test('a filler too many before data that became soft is found by what the cleaner has left', async () => {
  // One hole, two fillers: b is 2 at the source, c is 3.
  const behindTwo = [before(0n, 6, 'a'), filler(1n, 3), filler(2n, 3), before(3n, 7, 'b', 'c')];
  const startAt = async (source: readonly Buffer[], target: readonly Buffer[] = behindTwo) => {
    const { site, asked } = rig({ soft: 'later', dataIds: [], source, target, states: [[77n, 2, 8]] });
    const { position, shift } = await startPointOf(site);
    return [position, shift, ...asked];
  };
  const a = original(0n, 'a');
  const found = [5n, 1n, 'guard', 'shift 3 1'];
  assert.deepEqual(await startAt([a, original(3n, 'c'), original(4n, 'd')]), found);
  assert.deepEqual(await startAt([original(2n, 'b'), original(5n, 'e')]), found);
  // The record behind c is not left out, though neither b nor c is there.
  assert.deepEqual(await startAt([a, original(4n, 'd')]), found);
  // Nothing is left that could be left out.
  assert.deepEqual(await startAt([a, original(9n, 'z')]), [5n, 0n, 'guard']);
  const asTold = [before(0n, 6, 'a'), filler(1n, 3), before(2n, 7, 'b', 'c')];
  assert.deepEqual(await startAt([a, original(3n, 'c')], asTold), [4n, 0n, 'guard']);
});

test('records that no filler can have moved stop what has become soft', async () => {
  const { site } = rig({
    soft: 'later',
    dataIds: [],
    source: [original(0n, 'a'), original(2n, 'b'), original(4n, 'd')],
    target: [before(0n, 6, 'a'), filler(1n, 3), before(2n, 7, 'other', 'c')],
    states: [[77n, 2, 8]],
  });
  assert.equal(await codeOfStart(site), 'CW-2006');
});

test('late fillers of an id that was left are found in front of the first data of its heir', async () => {
  const dataIds = [id, { producerId: 12n, producerEpoch: 0 }];
  const heir = (baseOffset: bigint, ...values: string[]) =>
    encodeBatch(values.map(recordOf), { baseOffset, producerId: 12n, producerEpoch: 1, baseSequence: 0 });
  const begun = plainBatch({
    baseOffset: 2n,
    recordCount: 1,
    attributes: 0x30,
    producer: { id: 12n, epoch: 1, sequence: -1 },
  });
  const { site, asked } = rig({
    dataIds,
    source: [original(0n, 'a'), original(3n, 'b'), original(4n, 'c')],
    target: [
      copied(0n, 5, 40, 'a'),
      filler(1n, closingEpoch),
      begun,
      filler(3n, closingEpoch),
      heir(4n, 'b'),
    ],
    states: [
      [9n, closingEpoch, -1],
      [12n, 1, 0],
    ],
  });
  const { position, shift } = await startPointOf(site);
  assert.deepEqual([position, shift, asked], [5n, 1n, ['guard', 'shift 4 1']]);
});

test('a beginning that a late worker decided does not count where there was data before', async () => {
  const began = { firstOffset: 7n, way: 'prefix', timestampMs: 1 } as const;
  const source = [original(0n, 'a'), original(1n, 'b', 'c'), original(7n, 'h')];
  const holesToOf = async (target: readonly Buffer[], states: Shape['states'] = []) =>
    (await startPointOf(rig({ began, source, target, states }).site)).holesTo;
  assert.equal(await holesToOf([copied(0n, 5, 40, 'a')], [[9n, 5, 40]]), undefined);
  assert.equal(await holesToOf([filler(0n, 5)], [[9n, 5, -1]]), 7n);
  // A prefix that was filled in part before the topic was compacted is no data.
  const prefix = [...nullBatches(0n, 3n, 1n)];
  for (const batch of prefix) patchForProduce(batch, 0, stampOf(9n, 5), 0);
  assert.equal(await holesToOf(prefix, [[9n, 5, 2]]), 7n);
  // Nor is it where data stands behind it.
  const fillers = [3n, 4n, 5n, 6n].map((offset) => filler(offset, 5));
  const target = [...prefix, ...fillers, copied(7n, 5, 40, 'h')];
  const { position, shift, tail } = await startPointOf(
    rig({ began, source, target, states: [[9n, 5, 40]] }).site,
  );
  assert.deepEqual([position, shift, tail.verdict], [8n, 0n, 'equal']);
});

test('data goes on under the epoch and sequence that the partition has, not the guard’s', async () => {
  const { site, asked } = rig({
    source: [original(0n, 'a', 'b'), original(2n, 'c')],
    target: [copied(0n, 5, 40, 'a', 'b')],
    states: [[9n, 5, 41]],
  });
  const { writer, position, nextSequence, proven, tail, isBehindFillers } = await startPointOf(site);
  assert.deepEqual([writer.producerEpoch, position, nextSequence, proven], [5, 2n, 42, true]);
  assert.deepEqual([tail.verdict, tail.sourceEpoch, isBehindFillers, asked], ['equal', 4, false, ['guard']]);
});

test('an id that the broker has forgotten goes on at an epoch that no data has had', async () => {
  const { site } = rig({ source: [original(0n, 'a'), original(1n, 'b')], target: [copied(0n, 3, 40, 'a')] });
  const { writer, position, proven } = await startPointOf(site);
  // What is recorded is epoch 3, which the last data has; its sequences go on from elsewhere.
  assert.deepEqual([writer.producerEpoch, position, proven], [guard.producerEpoch, 1n, false]);
});

test('sequences of one epoch that begin anew tell no distance', async () => {
  const { site, asked } = rig({
    source: [original(0n, 'a'), original(1n, 'b'), original(2n, 'c')],
    target: [copied(0n, 5, 40, 'a'), copied(1n, 5, 1_910_987_000, 'b')],
    states: [[9n, 5, 1_910_987_000]],
  });
  const { position, shift } = await startPointOf(site);
  assert.deepEqual([position, shift, asked], [2n, 0n, ['guard']]);
});

test('of several ids the newest one counts whose predecessor is closed in the partition', async () => {
  const dataIds = [id, { producerId: 12n, producerEpoch: 0 }];
  const target = [copied(0n, 5, 40, 'a')];
  const source = [original(0n, 'a'), original(2n, 'b')];
  const begun = rig({ dataIds, source, target, states: [[9n, 5, 40]] });
  assert.equal((await startPointOf(begun.site)).writer.producerId, 9n);
  const states = [[9n, closingEpoch, -1]] as const;
  const closed = rig({ dataIds, source, target: [...target, filler(1n, closingEpoch)], states });
  const { writer, position, shift, isBehindFillers } = await startPointOf(closed.site);
  assert.deepEqual([writer.producerId, writer.producerEpoch, position, shift], [12n, 0, 2n, 0n]);
  assert.equal(isBehindFillers, true);
  // Its heir may have fillers under way also where nothing is left of that.
  closed.target.logStart = 2n;
  assert.equal((await startPointOf(closed.site)).isBehindFillers, true);
});

test('what only one side still holds is not compared; what both hold must be the same', async () => {
  const target = [copied(0n, 5, 40, 'a', 'b'), copied(2n, 5, 42, 'c')];
  const states = [[9n, 5, 42]] as const;
  const cleaned = rig({ source: [original(1n, 'b'), original(3n, 'd')], target, states });
  const point = await startPointOf(cleaned.site);
  // Which epoch the source's offset 2 had is not known any more.
  assert.deepEqual([point.tail.verdict, point.position, point.tail.sourceEpoch], ['equal', 3n, -1]);
  const nothing = rig({ source: [original(3n, 'd')], target, states });
  assert.equal((await startPointOf(nothing.site)).tail.verdict, 'unverified');
  const other = rig({ source: [original(1n, 'other'), original(3n, 'd')], target, states });
  assert.equal(await codeOfStart(other.site), 'CW-2006');
});

test('records of somebody else among ours stop the partition', async () => {
  const others = plainBatch({ baseOffset: 1n, recordCount: 1, producer: { id: 5n, epoch: 0, sequence: 0 } });
  const { site } = rig({
    source: [original(0n, 'a', 'b', 'c')],
    target: [copied(0n, 5, 40, 'a'), others, copied(2n, 5, 41, 'c')],
    states: [[9n, 5, 41]],
  });
  assert.equal(await codeOfStart(site), 'CW-2005');
});

test('fillers between batches of one epoch are found by their sequences alone', async () => {
  const { site, asked } = rig({
    source: [original(9n, 'z')],
    target: [copied(0n, 5, 40, 'a'), filler(1n, 5), filler(2n, 5), copied(3n, 5, 41, 'b')],
    states: [[9n, 5, 41]],
  });
  const { position, shift, tail } = await startPointOf(site);
  assert.deepEqual([position, shift, tail.verdict], [4n, 2n, 'unverified']);
  assert.deepEqual(asked, ['guard', 'shift 3 2']);
});

test('behind fillers of its own id a shift is certain only once a filler of ours has landed', async () => {
  const { site, asked } = rig({
    source: [original(0n, 'a', 'b')],
    target: [copied(0n, 5, 40, 'a'), filler(1n, 6)],
    states: [[9n, 6, -1]],
  });
  const { position, shift, nextSequence, isBehindFillers } = await startPointOf(site);
  assert.deepEqual([position, shift, nextSequence, isBehindFillers], [2n, 1n, 0, true]);
  assert.deepEqual(asked, ['guard']);
});

test('what retention has taken is holes where gaps are filled, and the ledger keeps which', async () => {
  const shape = { source: [original(0n, 'a'), original(7n, 'h')], target: [copied(0n, 5, 40, 'a')] };
  const stops = rig({ ...shape, states: [[9n, 5, 40]] });
  stops.source.logStart = 7n;
  assert.equal(await codeOfStart(stops.site), 'CW-2007');
  const fills = (prefixMax: number) => {
    const made = rig({ ...shape, states: [[9n, 5, 40]] });
    made.source.logStart = 7n;
    return {
      ...made,
      site: { ...made.site, policy: { ...defaultStartPolicy, onGap: 'fill', prefixMax } } as const,
    };
  };
  const { site, asked } = fills(6);
  const { position, holesTo } = await startPointOf(site);
  assert.deepEqual([position, holesTo, asked], [1n, 7n, ['guard', 'lost 1 7']]);
  // Never more than the operator allows.
  assert.equal(await codeOfStart(fills(5).site), 'CW-2007');
});

test('records behind a filler that may be lost with the source’s beginning are told', async () => {
  const shape = {
    source: [original(0n, 'a'), original(1n, 'b'), original(2n, 'c')],
    target: [copied(0n, 5, 40, 'a'), filler(1n, 6)],
    states: [[9n, 6, -1]],
  } as const;
  const fillsAt = async (logStart: bigint) => {
    const { site, source, asked } = rig(shape);
    source.logStart = logStart;
    const policy = { ...defaultStartPolicy, onGap: 'fill', prefixMax: 6 } as const;
    const { shift } = await startPointOf({ ...site, policy });
    return [shift, ...asked];
  };
  assert.deepEqual(await fillsAt(1n), [1n, 'guard']);
  // Whether the filler stands for a hole is not known any more.
  assert.deepEqual(await fillsAt(2n), [0n, 'guard', 'lost 1 2']);
});

test('behind a filler of another id data does not go on in its epoch', async () => {
  const stranger = plainBatch({
    baseOffset: 1n,
    recordCount: 1,
    attributes: 0x30,
    producer: { id: 8n, epoch: closingEpoch, sequence: -1 },
  });
  const { site } = rig({
    source: [original(0n, 'a'), original(2n, 'c')],
    target: [copied(0n, 5, 40, 'a'), stranger],
    states: [[9n, 5, 40]],
  });
  const { position, shift, isBehindFillers } = await startPointOf(site);
  // It stands for the hole, which within the epoch would be no distance.
  assert.deepEqual([position, shift, isBehindFillers], [2n, 0n, true]);
});

test('a source that holds nothing more up to its stable end is seen to end in holes', async () => {
  const { site, source } = rig({
    source: [original(0n, 'a')],
    target: [copied(0n, 5, 40, 'a')],
    states: [[9n, 5, 40]],
  });
  assert.equal((await startPointOf(site)).holesTo, undefined);
  source.emptiedTo = 3n;
  assert.equal((await startPointOf(site)).holesTo, 3n);
});

test('an id that is recorded while the target is read is seen', async () => {
  const { site, target } = rig({
    dataIds: [id, { producerId: 12n, producerEpoch: 0 }],
    source: [original(0n, 'a')],
    target: [copied(0n, 5, 40, 'a')],
    states: [[9n, 5, 40]],
  });
  const older = { ...fence, dataIds: new Map([[shiftKey(target.at.topicId, 0), [id]]]) };
  const stale: StartSite = { ...site, knownFence: () => Promise.resolve(older) };
  assert.equal(await codeOfStart(stale), 'CW-2020');
  assert.equal(await codeOfStart(site), 'none');
});

/** Its epoch 12 is a mixed one. */
test('in a mixed epoch a start begins with a filler, also behind data', async () => {
  const { site } = rig({
    source: [original(0n, 'a'), original(2n, 'b'), original(3n, 'c')],
    target: [copied(0n, 12, 0, 'a'), filler(1n, 12), copied(2n, 12, 1, 'b')],
    states: [[9n, 12, 1]],
  });
  const { position, shift, isBehindFillers } = await startPointOf(site);
  assert.deepEqual([position, shift, isBehindFillers], [3n, 0n, true]);
});

test('data of a mixed epoch stands where the ledger says: fillers between it stand for holes', async () => {
  const source = [original(0n, 'a'), original(3n, 'b'), original(5n, 'c'), original(6n, 'd')];
  const target = [
    copied(0n, 12, 0, 'a'),
    filler(1n, 12),
    filler(2n, 12),
    copied(3n, 12, 1, 'b'),
    filler(4n, 12),
    copied(5n, 12, 2, 'c'),
  ];
  const { site, asked } = rig({ source, target, states: [[9n, 12, 2]] });
  const { shift, tail } = await startPointOf(site);
  assert.deepEqual([shift, tail.verdict, asked], [0n, 'equal', ['guard']]);
});

test('fillers that a mixed epoch was left behind stand for holes', async () => {
  const { site, asked } = rig({
    source: [original(0n, 'a'), original(3n, 'b'), original(4n, 'c')],
    target: [copied(0n, 12, 0, 'a'), filler(1n, 12), filler(2n, 12), copied(3n, 13, 0, 'b')],
    states: [[9n, 13, 0]],
  });
  const { position, shift, isBehindFillers } = await startPointOf(site);
  assert.deepEqual([position, shift, isBehindFillers, asked], [4n, 0n, false, ['guard']]);
});

test('a mixed epoch is known by the last data, too, where the broker has forgotten the id', async () => {
  const shape = { source: [original(0n, 'a'), original(1n, 'b')], states: [] };
  const { site } = rig({ ...shape, target: [copied(0n, 12, 7, 'a')] });
  assert.equal((await startPointOf(site)).isBehindFillers, true);
  const plain = rig({ ...shape, target: [copied(0n, 13, 7, 'a')] });
  assert.equal((await startPointOf(plain.site)).isBehindFillers, false);
});
