// The window of a soft partition: when its runs of holes share a mixed epoch, and how that one is left.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseSequenceOf } from '../../kafka/batch/header.ts';
import { countingLease, plainBatch } from '../../../test/fixtures/plain-batch.ts';
import type { Filled, Guard } from './fill.ts';
import { asSource, asTarget } from './offsets.ts';
import type { StartPoint } from './start-procedure.ts';
import { softWriterOf } from './writer.ts';
import { WriteWindow } from './write-window.ts';

const limits = { queueBytesMax: 10_000, inFlightMax: 5, mixed: { from: 2_000, below: 500 } };
const farEnd = 10_000n;
const id = { producerId: 9n, producerEpoch: 1 };
const generation = { generation: 1, producerId: 77n, producerEpoch: 2 };
const guard: Guard = { ...id, coordinatorEpoch: 0, isProven: true };
/** Epoch 12 is a mixed one, 13 is not. */
const inMixed: Guard = { ...guard, producerEpoch: 12, hasBegun: true };
const behindMixed: Guard = { ...guard, producerEpoch: 13 };

const marker = (baseOffset: bigint) => plainBatch({ baseOffset, recordCount: 1, attributes: 0x30 });
const records = (baseOffset: bigint, recordCount: number) => plainBatch({ baseOffset, recordCount });

class Rig {
  readonly window: WriteWindow;
  readonly #lease = countingLease();

  constructor(writer = softWriterOf(id, generation, [id])) {
    const tail = { sourceEpoch: 3 };
    const at = { position: asTarget(0n), shift: 0n, nextSequence: 1_000, proven: true };
    this.window = new WriteWindow(1, { writer, guard, tail, ...at } as StartPoint, limits);
  }

  /** The next batches of a source whose log ends at `end`. */
  fetch(end: bigint, ...batches: Buffer[]): void {
    const asked = this.window.fetchFrom?.offset ?? assert.fail('nothing is to be fetched');
    const answer = {
      partition: 0,
      errorCode: 0,
      highWatermark: end,
      lastStableOffset: end,
      logStartOffset: 0n,
      diverging: undefined,
      currentLeader: undefined,
      abortedTransactions: [],
      records: Buffer.concat(batches),
    };
    this.window.takeIn(asked, answer, this.#lease);
  }

  get mayMix(): boolean | undefined {
    return this.window.holesToFill?.mayMix;
  }

  fill(to: bigint, filled: Omit<Filled, 'end' | 'shift' | 'fillers'>): void {
    this.window.beginFill();
    this.window.passHoles({ end: asTarget(to), shift: 0n, fillers: 1, ...filled });
    this.window.land();
  }

  /** Sends the next batch and has it acknowledged; returns its first sequence. */
  send(): number {
    const flight = this.window.take();
    this.window.land();
    this.window.acknowledge(flight);
    this.window.prove();
    return baseSequenceOf(flight.batch.bytes, 0);
  }
}

/** Holes come first, and the source ends at `end`. */
function mayMixAt(end: bigint, writer?: ConstructorParameters<typeof Rig>[0]): boolean | undefined {
  const rig = new Rig(writer);
  rig.fetch(end, marker(0n), records(1n, 2));
  return rig.mayMix;
}

test('runs of holes share an epoch far behind the source alone', () => {
  const { from } = limits.mixed;
  assert.equal(mayMixAt(BigInt(from)), false);
  assert.equal(mayMixAt(BigInt(from + 1)), true);
});

test('an id that has had another one before it has no mixed epochs, nor has the generation’s', () => {
  assert.equal(mayMixAt(farEnd, softWriterOf(id, generation, [{ ...id, producerId: 5n }, id])), false);
  assert.equal(mayMixAt(farEnd, softWriterOf(generation, generation, [generation])), false);
});

test('a mixed epoch goes on over records, and its sequence over holes', () => {
  const rig = new Rig();
  rig.fetch(farEnd, marker(0n), records(1n, 2), marker(3n), records(4n, 1));
  rig.fill(1n, { guard: inMixed, begins: inMixed });
  assert.equal(rig.send(), 0);
  assert.deepEqual([rig.window.holesToFill?.guard, rig.mayMix], [inMixed, true]);
  rig.fill(4n, { guard: inMixed });
  assert.equal(rig.send(), 2);
});

test('a plain epoch ends with the run that it was for', () => {
  const rig = new Rig();
  rig.fetch(farEnd, marker(0n), records(1n, 2), marker(3n));
  rig.fill(1n, { guard: { ...behindMixed, hasBegun: true }, begins: behindMixed });
  rig.send();
  assert.equal(rig.window.holesToFill?.guard?.hasBegun, false);
});

test('near the end a mixed epoch is left before the next record, with nothing in flight', () => {
  const rig = new Rig();
  const { window } = rig;
  rig.fetch(farEnd, marker(0n), records(1n, 2));
  rig.fill(1n, { guard: inMixed, begins: inMixed });
  const flight = window.take();
  rig.fetch(4n, records(3n, 1));
  assert.deepEqual([window.canProduce, window.holesToFill], [false, undefined]);
  window.land();
  window.acknowledge(flight);
  window.prove();
  window.beginFill();
  rig.fetch(farEnd, records(4n, 1));
  assert.equal(window.canProduce, false, 'what the source brings meanwhile does not go before it');
  window.passHoles({ end: asTarget(3n), shift: 0n, fillers: 0, guard: behindMixed, begins: behindMixed });
  window.land();
  assert.equal(rig.send(), 0);
});

test('what leaves a mixed epoch is no hole', () => {
  const rig = new Rig();
  const { window } = rig;
  rig.fetch(farEnd, marker(0n), records(1n, 2));
  rig.fill(1n, { guard: inMixed, begins: inMixed });
  rig.send();
  rig.fetch(4n, records(3n, 1));
  const { holes, mayMix } = window.holesToFill ?? assert.fail('the epoch is not left');
  assert.deepEqual([holes.from, holes.to, mayMix, window.canProduce], [asSource(3n), 3n, false, false]);
  rig.fill(3n, { guard: behindMixed, begins: behindMixed });
  assert.equal(rig.send(), 0);
});

test('a mixed epoch goes on until the end is near, and is not left for being less far behind', () => {
  const { below } = limits.mixed;
  const isLeftWith = (left: number) => {
    const rig = new Rig();
    rig.fetch(BigInt(3 + left), marker(0n), records(1n, 2));
    rig.fill(1n, { guard: inMixed, begins: inMixed });
    return !rig.window.canProduce;
  };
  assert.deepEqual([isLeftWith(below + 1), isLeftWith(below)], [false, true]);
});

test('what is in flight, and what comes next, counts as copied', () => {
  const rig = new Rig();
  const end = BigInt(2 * limits.mixed.below + 20);
  rig.fetch(end, marker(0n), records(1n, 10));
  rig.fill(1n, { guard: inMixed, begins: inMixed });
  rig.send();
  rig.fetch(end, records(11n, limits.mixed.below), records(BigInt(limits.mixed.below + 11), 9));
  rig.window.take();
  assert.equal(rig.window.canProduce, false);
});
