// Each way in which a copy, or a reader of it, can contradict what clients wrote down is noticed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkHistory, checkSeen, type PartitionValues, readHistory, readSeen } from './client-history.ts';
import { Violation } from './log-view.ts';

const history = readHistory(
  'acked orders 0 0 null a\nacked orders 0 1 null b\naborted c\nunknown d\nacked orders 0 9 nu',
);
const whole = new Map([
  [0, 'a'],
  [1, 'b'],
  [3, 'd'],
]);
const without = (offset: number) => new Map([...whole].filter(([at]) => at !== offset));
const judge = (values: Partial<PartitionValues>) =>
  checkHistory(history, () => ({ source: whole, target: whole, isCompacted: false, ...values }));

test('a history is judged by its whole lines, and what is unknown may be there or not', () => {
  assert.equal(judge({}), 2);
  assert.equal(judge({ source: without(3), target: without(3) }), 2);
});

test('an acknowledged record that is missing on either side is noticed', () => {
  assert.throws(() => judge({ source: without(1) }), /acknowledged was b, the source has undefined/);
  assert.throws(() => judge({ target: without(1) }), /acknowledged was b, the target has undefined/);
  assert.equal(judge({ target: without(1), isCompacted: true }), 2);
});

test('another record in its place is noticed, also where cleaners run', () => {
  const other = new Map([...whole, [1, 'x']] as const);
  assert.throws(() => judge({ target: other, isCompacted: true }), Violation);
});

test('an aborted record at the copy is noticed', () => {
  assert.throws(() => judge({ target: new Map([...whole, [2, 'c']] as const) }), /c, aborted, stands at 2/);
});

test('partitions without values are not judged', () => {
  assert.equal(
    checkHistory(history, () => undefined),
    0,
  );
});

const seenBy = (text: string, sourceOffset = (at: number) => at) =>
  checkSeen(
    'reader',
    readSeen(text),
    (_topic, _partition, at) => {
      const value = whole.get(sourceOffset(at));
      return value === undefined ? undefined : { offset: sourceOffset(at), value };
    },
    history.aborted,
  );

test('a value may hold spaces', () => {
  assert.equal(readSeen('orders 0 2 null in a word\n')[0]?.value, 'in a word');
});

test('a reader may begin anew, and must see the same again', () => {
  assert.equal(seenBy('orders 0 0 null a\norders 0 1 null b\norders 0 0 null a\n'), 3);
});

test('a reader that saw what is not there, another record, or one twice is noticed', () => {
  assert.throws(() => seenBy('orders 0 2 null z\n'), /saw z, which is not there/);
  assert.throws(() => seenBy('orders 0 1 null z\n'), /saw z, the source has b/);
  const shifted = () => seenBy('orders 0 0 null a\norders 0 7 null a\n', () => 0);
  assert.throws(shifted, /saw orders-0, 0 of the source a second time, first at 0/);
});

test('a reader that saw an aborted record is noticed', () => {
  const seen = readSeen('orders 0 2 null c\n');
  assert.throws(
    () => checkSeen('reader', seen, () => ({ offset: 2, value: 'c' }), history.aborted),
    /which was aborted/,
  );
});
