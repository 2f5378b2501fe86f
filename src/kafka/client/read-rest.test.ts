// How long a connection rests between reads: found from how much came in the rest before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { ReadRest } from './read-rest.ts';

/** Rests one after the other, with `due` answers under way each time and `perMs` answers a millisecond. */
function restsOf(due: number, perMs: number, count: number): number[] {
  const clock = manualClock();
  let over = 0;
  const rest = new ReadRest(clock, { restAnswersMin: 4, restMsMax: 5 }, () => (over += 1));
  const lengths: number[] = [];
  let answered = 1;
  for (let each = 0; each < count; each += 1) {
    assert.equal(rest.begin(due, answered), true);
    const beganMs = clock.monotonicMs();
    while (over === each) clock.advance(0.25);
    lengths.push(clock.monotonicMs() - beganMs);
    // Nothing is read before something has come.
    answered += Math.min(due, Math.max(1, Math.floor((clock.monotonicMs() - beganMs) * perMs)));
  }
  return lengths;
}

test('a rest comes to last until two thirds of what was due have come', () => {
  const lengths = restsOf(12, 2, 20);
  assert.equal(lengths[0], 1);
  for (const last of lengths.slice(-5))
    assert.ok(last >= 3.5 && last <= 4.5, `${last} ms for 8 of 12 answers`);
});

test('a rest has an upper bound, however slow the broker is', () => {
  assert.deepEqual(restsOf(12, 0.1, 20).slice(-3), [5, 5, 5]);
});

test('where all answers come within a millisecond, a rest is no longer than that', () => {
  assert.deepEqual(new Set(restsOf(20, 100, 10)), new Set([1]));
});

test('with few answers due there is no rest, and nothing is learned from the time between', () => {
  const clock = manualClock();
  let over = 0;
  const rest = new ReadRest(clock, { restAnswersMin: 4, restMsMax: 5 }, () => (over += 1));
  let answered = 1;
  for (let each = 0; each < 10; each += 1) {
    assert.equal(rest.begin(3, answered), false);
    clock.advance(1_000);
    answered += 1;
  }
  rest.begin(4, answered);
  clock.advance(1);
  assert.equal(over, 1);
});

test('an answer that has come in part is read to its end without a rest', () => {
  const clock = manualClock();
  const rest = new ReadRest(clock, { restAnswersMin: 4, restMsMax: 5 }, () => undefined);
  assert.equal(rest.begin(9, 0), false);
  assert.equal(rest.begin(8, 1), true);
  clock.advance(5);
  assert.equal(rest.begin(8, 1), false);
  assert.equal(rest.begin(7, 2), true);
});
