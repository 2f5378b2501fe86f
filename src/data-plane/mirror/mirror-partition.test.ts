// One partition on a made-up source and target: what goes out, and what each answer leads to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../base/random.ts';
import { crc32c } from '../../kafka/batch/crc32c.ts';
import { baseOffsetOf, baseSequenceOf, crcOf, producerIdOf } from '../../kafka/batch/header.ts';
import type { FetchedPartition } from '../../kafka/wire/messages.ts';
import { kafkaError } from '../../kafka/wire/error-codes.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { countingLease, plainBatch } from '../../../test/fixtures/plain-batch.ts';
import { MirrorPartition } from './mirror-partition.ts';
import { asSource, asTarget } from './offsets.ts';
import type { StartPoint } from './start-procedure.ts';
import type { PartitionState } from './partition-state.ts';
import { causeOf } from './stop-cause.ts';
import { writerOf } from './writer.ts';
import type { Flight } from './write-window.ts';

const limits = {
  queueBytesMax: 10_000,
  inFlightMax: 5,
  mixed: { from: 2_000, below: 500 },
  retryDelayMsMin: 100,
  retryDelayMsMax: 5_000,
  slowRetryDelayMs: 60_000,
  suspectDelayMs: 15_000,
};

/** The state as it is now: a property would be taken for unchanged after a call. */
const stateOf = (partition: MirrorPartition): PartitionState => partition.state;

const spec = {
  set: 's',
  topic: 't',
  partition: 0,
  sourceRegion: 'a',
  targetRegion: 'b',
  sourceTopicId: undefined,
  targetTopicId: undefined,
};

function rig() {
  const clock = manualClock();
  const told: string[] = [];
  const waits: number[] = [];
  const partition = new MirrorPartition(spec, {
    clock,
    random: seededRandom(1),
    limits,
    listener: {
      startDue: () => told.push('start'),
      fetchDue: () => told.push('fetch'),
      produceDue: () => told.push('produce'),
      fillDue: () => told.push('fill'),
      waitDue: (_, delayMs) => waits.push(delayMs),
      stateChanged: () => undefined,
    },
  });
  const lease = countingLease();
  const start = (position = 0n, over: Partial<StartPoint> = {}) => {
    if (stateOf(partition).name === 'paused') partition.resume();
    const fence = { generation: 1, producerId: 77n, producerEpoch: 2 };
    const point = {
      fence,
      writer: writerOf(fence),
      position: asTarget(position),
      shift: 0n,
      nextSequence: 1000,
      proven: true,
      source: { leaderId: 1 },
      target: { leaderId: 2 },
      tail: { verdict: 'equal', lastSequence: 999, sourceEpoch: 3 },
      ...over,
    } as StartPoint;
    partition.started(partition.life, point);
  };
  /** Fetches `counts.length` batches from the current position on. */
  const fetch = (...counts: number[]) => {
    const from = partition.fetchPosition();
    assert.ok(from !== undefined, 'nothing is to be fetched');
    let next: bigint = from.offset;
    const records = counts.map((recordCount) => {
      const bytes = plainBatch({ baseOffset: next, recordCount });
      next += BigInt(recordCount);
      return bytes;
    });
    partition.fetched(from.life, from.offset, answer(Buffer.concat(records), next), lease);
  };
  const answer = (records: Buffer, highWatermark: bigint, errorCode = 0): FetchedPartition => ({
    partition: 0,
    errorCode,
    highWatermark,
    lastStableOffset: highWatermark,
    logStartOffset: 0n,
    diverging: undefined,
    currentLeader: undefined,
    abortedTransactions: [],
    records,
  });
  const land = (flight: Flight, errorCode: number = kafkaError.NONE, baseOffset: bigint = flight.expected) =>
    partition.produced(flight, { errorCode, baseOffset, errorMessage: undefined });
  return { clock, partition, told, waits, lease, start, fetch, answer, land };
}

test('batches go out patched: base offset 0, the fence’s id, consecutive sequences, a right checksum', () => {
  const { partition, start, fetch } = rig();
  start(5n);
  fetch(3, 2);
  const [first, second] = [partition.take(), partition.take()];
  assert.deepEqual([first.expected, second.expected], [5n, 8n]);
  for (const [flight, sequence] of [
    [first, 1000],
    [second, 1003],
  ] as const) {
    const { bytes } = flight.batch;
    assert.equal(baseOffsetOf(bytes, 0), 0n);
    assert.equal(producerIdOf(bytes, 0), 77n);
    assert.equal(baseSequenceOf(bytes, 0), sequence);
    assert.equal(crcOf(bytes, 0), crc32c(bytes, 21));
  }
});

test('the position moves with acknowledgements only, and every lease comes back', () => {
  const { partition, start, fetch, land, lease } = rig();
  start();
  fetch(3, 2);
  const flights = [partition.take(), partition.take()];
  assert.equal(partition.position, 0n);
  land(flights[0] as Flight);
  assert.equal(partition.position, 3n);
  land(flights[1] as Flight);
  assert.deepEqual([partition.position, partition.queuedBytes, lease.holders()], [5n, 0, 0]);
});

test('after an error nothing is sent and nothing starts until everything in flight has been answered', () => {
  const { partition, start, fetch, land, told, lease } = rig();
  start();
  fetch(1, 1, 1, 1);
  const flights = [partition.take(), partition.take(), partition.take()];
  told.length = 0;
  land(flights[0] as Flight, kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, -1n);
  assert.deepEqual(
    [stateOf(partition).name, partition.canProduce, told.includes('start')],
    ['draining', false, false],
  );
  land(flights[1] as Flight, kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, -1n);
  assert.deepEqual([stateOf(partition).name, told.includes('start')], ['draining', false]);
  partition.lost(flights[2] as Flight, causeOf('CW-3003', 'gone'));
  assert.equal(stateOf(partition).name, 'starting');
  assert.equal(told.filter((each) => each === 'start').length, 1);
  assert.equal(lease.holders(), 0);
});

test('an unknown id sends one batch alone until it is acknowledged in its place', () => {
  const { partition, start, fetch, land } = rig();
  start(0n, { proven: false });
  fetch(1, 1, 1);
  const alone = partition.take();
  assert.equal(partition.canProduce, false);
  land(alone);
  partition.take();
  assert.equal(partition.canProduce, true);
});

test('the window closes at its limit', () => {
  const { partition, start, fetch } = rig();
  start();
  fetch(1, 1, 1, 1, 1, 1, 1);
  for (let at = 0; at < limits.inFlightMax; at += 1) partition.take();
  assert.equal(partition.canProduce, false);
  assert.throws(() => partition.take(), /may not be sent/);
});

test('a full queue holds the fetch, and an acknowledgement frees it', () => {
  const { partition, start, fetch, land, told } = rig();
  start();
  while (partition.fetchPosition() !== undefined) fetch(10, 10, 10);
  assert.equal(partition.holdsFetch, true);
  told.length = 0;
  while (partition.holdsFetch) land(partition.take());
  assert.ok(told.includes('fetch'));
  assert.notEqual(partition.fetchPosition(), undefined);
});

test('an answer that belongs to an earlier life changes nothing', () => {
  const { partition, start, answer, lease } = rig();
  start();
  const old = partition.fetchPosition();
  assert.ok(old !== undefined);
  partition.startAgain();
  start();
  partition.fetched(old.life, old.offset, answer(plainBatch({ baseOffset: 0n, recordCount: 1 }), 1n), lease);
  assert.deepEqual([partition.fetchPosition()?.offset, partition.queuedBytes], [0n, 0]);
});

test('what lies before an obstacle is written before the partition stops', () => {
  const { partition, start, answer, land, lease } = rig();
  start();
  const from = partition.fetchPosition();
  assert.ok(from !== undefined);
  const records = Buffer.concat([
    plainBatch({ baseOffset: 0n, recordCount: 2 }),
    plainBatch({ baseOffset: 5n, recordCount: 1 }),
  ]);
  partition.fetched(from.life, from.offset, answer(records, 6n), lease);
  assert.equal(stateOf(partition).name, 'mirroring');
  assert.equal(partition.fetchPosition(), undefined);
  land(partition.take());
  const state = stateOf(partition);
  assert.ok(state.name === 'stopped' && state.cause.code === 'CW-2011');
  assert.equal(partition.position, 2n);
});

test('a batch refused as corrupt is fetched again once, and the second refusal stops with its offset', () => {
  const { partition, start, fetch, land } = rig();
  start(4n);
  fetch(1);
  land(partition.take(), kafkaError.CORRUPT_MESSAGE, -1n);
  assert.equal(stateOf(partition).name, 'starting');
  start(4n);
  fetch(1);
  land(partition.take(), kafkaError.CORRUPT_MESSAGE, -1n);
  const state = stateOf(partition);
  assert.ok(state.name === 'stopped' && state.cause.code === 'CW-2014' && state.cause.details.offset === 4n);
});

test('the first refusal of the fence leads to a look at once, the next ones step back', () => {
  const { partition, start, fetch, land, clock, waits } = rig();
  start();
  fetch(1);
  land(partition.take(), kafkaError.NONE, asTarget(-1n));
  assert.equal(stateOf(partition).name, 'starting');
  start();
  fetch(1);
  land(partition.take(), kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, -1n);
  const waiting = stateOf(partition);
  assert.ok(waiting.name === 'waiting' && waiting.cause.code === 'CW-2020');
  assert.equal(waits.length, 1);
  clock.advance(60_000);
  partition.due();
  start();
  fetch(1);
  land(partition.take(), kafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER, -1n);
  assert.equal(stateOf(partition).name, 'starting');
});

test('a diverging answer of the source leads through the start procedure', () => {
  const { partition, start, answer, lease } = rig();
  start();
  const from = partition.fetchPosition();
  assert.ok(from !== undefined && from.lastFetchedEpoch === 3);
  const diverging = { ...answer(Buffer.alloc(0), 10n), diverging: { epoch: 2, endOffset: 1n } };
  partition.fetched(from.life, from.offset, diverging, lease);
  assert.equal(stateOf(partition).name, 'starting');
});

test('pausing waits for what is in flight, and resuming starts anew', () => {
  const { partition, start, fetch, land } = rig();
  start();
  fetch(1);
  const flight = partition.take();
  partition.pause();
  assert.equal(stateOf(partition).name, 'draining');
  land(flight);
  assert.equal(stateOf(partition).name, 'paused');
  assert.deepEqual([partition.position, partition.counts.records], [1n, 1], 'what landed counts');
  partition.resume();
  assert.equal(stateOf(partition).name, 'starting');
});

test('a partition that is given back is closed once nothing is in flight, whatever else happens', () => {
  const { partition, start, fetch } = rig();
  start();
  fetch(1, 1);
  const flight = partition.take();
  partition.close();
  partition.pause();
  partition.startAgain();
  partition.lost(flight, causeOf('CW-3003', 'gone'));
  assert.equal(stateOf(partition).name, 'closed');
});

/** One batch of two records for each base offset. */
const batchesAt = (leaderEpoch: number, ...baseOffsets: bigint[]) =>
  Buffer.concat(baseOffsets.map((baseOffset) => plainBatch({ baseOffset, recordCount: 2, leaderEpoch })));

function takeAll(partition: MirrorPartition): bigint[] {
  const taken: bigint[] = [];
  while (partition.canProduce) taken.push(partition.take().expected);
  return taken;
}

test('early answers and the lane’s own overlap: each batch is taken once, in order', () => {
  const { partition, start, answer, lease } = rig();
  start();
  const { life, offset } = partition.fetchPosition() ?? assert.fail();
  const early = (asked: bigint, ...baseOffsets: bigint[]) =>
    partition.fetchedEarly(life, asSource(asked), answer(batchesAt(3, ...baseOffsets), 9n), lease);
  early(0n, 0n, 2n);
  early(0n, 0n, 2n, 4n);
  early(7n, 6n);
  early(11n, 10n);
  partition.fetched(life, offset, answer(batchesAt(3, 0n, 2n, 4n, 6n, 8n), 10n), lease);
  early(0n, 0n, 2n);
  assert.deepEqual([takeAll(partition), partition.fetchPosition()?.offset], [[0n, 2n, 4n, 6n, 8n], 10n]);
});

test('an answer of another history is not taken, however it begins', () => {
  const { partition, start, answer, lease } = rig();
  start();
  const { life, offset } = partition.fetchPosition() ?? assert.fail();
  partition.fetched(life, offset, answer(batchesAt(3, 0n, 2n), 4n), lease);
  partition.fetchedEarly(life, offset, answer(batchesAt(5, 0n, 2n, 4n), 6n), lease);
  partition.fetched(life, offset, answer(batchesAt(5, 0n, 2n, 4n), 6n), lease);
  assert.deepEqual([takeAll(partition), partition.fetchPosition()?.offset], [[0n, 2n], 4n]);
});

test('trouble of an early answer is left to the lane’s own fetch', () => {
  const { partition, start, answer, lease } = rig();
  start();
  const { life, offset } = partition.fetchPosition() ?? assert.fail();
  const refused = answer(Buffer.alloc(0), -1n, kafkaError.OFFSET_OUT_OF_RANGE);
  partition.fetchedEarly(life, offset, refused, lease);
  assert.equal(stateOf(partition).name, 'mirroring');
  partition.fetchedEarly(life - 1, offset, answer(batchesAt(3, 0n), 2n), lease);
  assert.equal(partition.canProduce, false, 'of an earlier life');
  partition.fetched(life, offset, refused, lease);
  assert.notEqual(stateOf(partition).name, 'mirroring');
});

const marker = (baseOffset: bigint) => plainBatch({ baseOffset, recordCount: 1, attributes: 0x30 });
const guard = { producerId: 9n, producerEpoch: 1, coordinatorEpoch: 0, isProven: true };
const filledTo = (end: bigint, shift = 0n, fillers = 1) => ({ end: asTarget(end), shift, fillers, guard });

/** Two records, a marker, two records, fetched at 0. */
function rigWithHole() {
  const made = rig();
  made.start();
  const from = made.partition.fetchPosition() ?? assert.fail('nothing is to be fetched');
  const [first, second] = [0n, 3n].map((baseOffset) => plainBatch({ baseOffset, recordCount: 2 }));
  const records = Buffer.concat([first as Buffer, marker(2n), second as Buffer]);
  made.partition.fetched(from.life, from.offset, made.answer(records, 5n), made.lease);
  return made;
}

test('holes wait until nothing is in flight, and data waits until they are filled', () => {
  const { partition, told, land } = rigWithHole();
  const flight = partition.take();
  assert.deepEqual(
    [partition.takeHoles(), partition.canProduce, told.includes('fill')],
    [undefined, false, false],
  );
  land(flight);
  assert.equal(told.at(-1), 'fill');
  const taken = partition.takeHoles() ?? assert.fail('nothing is to be filled');
  assert.deepEqual([taken.at, taken.holes.from, taken.holes.to], [2n, 2n, 3n]);
  assert.deepEqual([partition.takeHoles(), partition.canProduce], [undefined, false]);
  partition.filled(taken, filledTo(3n));
  assert.deepEqual([partition.position, told.at(-1), partition.take().expected], [3n, 'produce', 3n]);
  assert.deepEqual([partition.counts.holes, partition.counts.fillers], [1, 1]);
});

test('after holes the sequence goes on where the data before them ended', () => {
  const { partition, land } = rigWithHole();
  land(partition.take());
  const taken = partition.takeHoles() ?? assert.fail('nothing is to be filled');
  partition.filled(taken, filledTo(3n));
  assert.equal(baseSequenceOf(partition.take().batch.bytes, 0), 1002);
});

test('a long run is filled step by step, under the guard that was taken', () => {
  const { partition, start, answer, lease } = rig();
  start();
  const from = partition.fetchPosition() ?? assert.fail('nothing is to be fetched');
  const run = Buffer.concat([0n, 1n, 2n, 3n].map(marker));
  partition.fetched(from.life, from.offset, answer(run, 4n), lease);
  const first = partition.takeHoles() ?? assert.fail('nothing is to be filled');
  partition.filled(first, filledTo(1n));
  const rest = partition.takeHoles() ?? assert.fail('nothing is left to fill');
  assert.deepEqual([rest.at, rest.holes.from, rest.holes.to, rest.guard], [1n, 1n, 4n, guard]);
  partition.filled(rest, filledTo(4n, 0n, 3));
  assert.deepEqual(
    [partition.takeHoles(), partition.position, partition.fetchPosition()?.offset],
    [undefined, 4n, 4n],
  );
});

test('fillers too many move what follows, and the fetch goes on where it was', () => {
  const { partition, land } = rigWithHole();
  land(partition.take());
  const taken = partition.takeHoles() ?? assert.fail('nothing is to be filled');
  partition.filled(taken, filledTo(5n, 2n, 3));
  assert.deepEqual(
    [partition.shift, partition.take().expected, partition.fetchPosition()?.offset],
    [2n, 5n, 5n],
  );
  assert.equal(partition.counts.holes, 1);
});

test('a fill whose outcome is not known leads through the start procedure, under a new guard', () => {
  const { partition, land, start, waits, answer, lease } = rigWithHole();
  land(partition.take());
  const taken = partition.takeHoles() ?? assert.fail('nothing is to be filled');
  partition.fillFailed(taken, causeOf('CW-3003', 'the connection is gone'));
  assert.deepEqual([stateOf(partition).name, waits.length], ['waiting', 1]);
  partition.due();
  start(2n);
  const from = partition.fetchPosition() ?? assert.fail('nothing is to be fetched');
  partition.fetched(from.life, from.offset, answer(marker(2n), 3n), lease);
  assert.equal(partition.takeHoles()?.guard, undefined);
});

test('a pause waits for a fill that is under way', () => {
  const { partition, land } = rigWithHole();
  land(partition.take());
  const taken = partition.takeHoles() ?? assert.fail('nothing is to be filled');
  partition.pause();
  assert.equal(stateOf(partition).name, 'draining');
  partition.filled(taken, filledTo(3n));
  assert.deepEqual([stateOf(partition).name, partition.position], ['paused', 3n]);
});

test('an obstacle behind holes is met once they are filled', () => {
  const { partition, start, answer, lease } = rig();
  start();
  const from = partition.fetchPosition() ?? assert.fail('nothing is to be fetched');
  const records = Buffer.concat([marker(0n), plainBatch({ baseOffset: 1n, recordCount: 1, magic: 1 })]);
  partition.fetched(from.life, from.offset, answer(records, 2n), lease);
  assert.equal(stateOf(partition).name, 'mirroring');
  partition.filled(partition.takeHoles() ?? assert.fail('nothing is to be filled'), filledTo(1n));
  const { state } = partition;
  assert.ok(state.name === 'stopped' && state.cause.code === 'CW-2013');
});

test('a source that seems to end before the mirror is asked once more before that is believed', () => {
  const { partition, waits, start } = rig();
  const shorter = causeOf('CW-2008', 'the source ends at 3, the mirror at 5');
  partition.resume();
  partition.failed(partition.life, shorter);
  assert.deepEqual([stateOf(partition).name, waits], ['waiting', [limits.suspectDelayMs]]);
  partition.due();
  partition.failed(partition.life, shorter);
  assert.equal(stateOf(partition).name, 'stopped');
  partition.resume();
  start();
  partition.startAgain();
  partition.failed(partition.life, shorter);
  assert.equal(stateOf(partition).name, 'stopped', 'nothing worked in between');
});
