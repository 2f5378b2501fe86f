// What the generations add up to: first opening wins, ends use numbers up, one live generation per set at
// most.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldGenerations, liveGenerations } from './generations.ts';
import type { GenerationEnded, GenerationOpened, GenerationRecord } from './records.ts';

const opened = (generation: number, producerId = 100n, set = 's'): GenerationOpened => {
  return { kind: 'opened', set, generation, producerId, producerEpoch: 0, startOffsets: [], openedAtMs: 1 };
};
const ended = (generation: number, authorityEpoch = 1, set = 's'): GenerationEnded => {
  return { kind: 'ended', set, generation, authorityEpoch, cut: [], endedAtMs: 1 };
};
const only = (records: readonly GenerationRecord[]) => {
  const found = foldGenerations(records).get('s');
  assert.ok(found !== undefined);
  return found;
};

test('nothing was opened: nothing is live', () => {
  assert.equal(foldGenerations([]).size, 0);
  assert.equal(liveGenerations([]).size, 0);
});

test('an opened generation is live until it has ended', () => {
  assert.equal(only([opened(1)]).live?.generation, 1);
  assert.equal(only([opened(1), ended(1)]).live, undefined);
  assert.equal(only([opened(1), ended(1), opened(2)]).live?.generation, 2);
});

test('of two openings of one number the first in the log wins, whoever wrote it', () => {
  const { live, opened: all } = only([opened(1, 7n), opened(1, 8n)]);
  assert.equal(live?.producerId, 7n);
  assert.equal(all.size, 1);
});

test('the first end of a generation wins', () => {
  assert.equal(only([opened(1), ended(1, 4), ended(1, 5)]).ended.get(1)?.authorityEpoch, 4);
});

test('an end counts also before its opening, and without it: the number is used up', () => {
  assert.equal(only([ended(1), opened(1)]).live, undefined);
  const { live, nextGeneration } = only([ended(5)]);
  assert.equal(live, undefined);
  assert.equal(nextGeneration, 6);
  assert.equal(only([opened(3), ended(5)]).live, undefined);
});

test('an older generation is never live again, also when it has not ended', () => {
  assert.equal(only([opened(1), opened(2), ended(2)]).live, undefined);
  assert.equal(only([opened(2), opened(1)]).live?.generation, 2);
});

test('the next number is above all that were opened or ended', () => {
  assert.equal(only([opened(1)]).nextGeneration, 2);
  assert.equal(only([opened(3), ended(3), opened(2)]).nextGeneration, 4);
});

test('opened generations come in ascending order', () => {
  assert.deepEqual([...only([opened(3), opened(1), opened(2)]).opened.keys()], [1, 2, 3]);
});

test('sets do not touch each other', () => {
  const live = liveGenerations([
    opened(1, 1n, 'a'),
    opened(4, 2n, 'b'),
    ended(1, 1, 'a'),
    opened(1, 3n, 'c'),
  ]);
  assert.deepEqual(
    [...live].map(([set, { generation, producerId }]) => [set, generation, producerId]),
    [
      ['b', 4, 2n],
      ['c', 1, 3n],
    ],
  );
});

test('repeating what was written, anywhere later, changes nothing', () => {
  const record = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 4 }), fc.bigInt({ min: 0n, max: 9n }));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 8 }), (made, repeats) => {
      const records = made.map(([opens, generation, id]) =>
        opens ? opened(generation, id) : ended(generation, Number(id)),
      );
      const repeated = [...records];
      for (const [index, pick] of repeats.entries()) {
        const again = records[pick % Math.max(1, records.length)];
        if (again !== undefined) repeated.splice(records.indexOf(again) + 1 + index, 0, again);
      }
      const first = (list: readonly GenerationRecord[]) => foldGenerations([...new Set(list)]);
      assert.deepEqual(foldGenerations(repeated), first(repeated));
    }),
  );
});
