// What `--wait` of pause and resume still waits for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mirror, nowMs, partition, picture, setSpec, topicRecord } from './view/picture-for-tests.ts';
import { openIn } from './wait-for-state.ts';

const whole = { spec: setSpec(), topic: '*' };

test('nothing is open once every partition stands as wanted', () => {
  const paused = partition(1, { state: 'paused' });
  const seen = picture({ mirrors: [mirror([partition(0, { state: 'paused' }), paused])] });
  assert.deepEqual(openIn(seen, whole, 'paused'), []);
  assert.deepEqual(openIn(seen, whole, 'mirroring'), [
    'ledger-0 in us-east (paused)',
    'ledger-1 in us-east (paused)',
  ]);
});

test('a stopped partition copies nothing: it stands, but it does not mirror', () => {
  const stopped = partition(0, { state: 'stopped' });
  const seen = picture({ mirrors: [mirror([stopped, partition(1, { state: 'paused' })])] });
  assert.deepEqual(openIn(seen, whole, 'paused'), []);
  assert.equal(openIn(seen, whole, 'mirroring').length, 2);
});

test('an old report says nothing about now, and no report says nothing at all', () => {
  const old = mirror([partition(0, { state: 'paused' })], { observedAtMs: nowMs - 60_000 });
  assert.deepEqual(openIn(picture({ mirrors: [old], topics: [] }), whole, 'paused'), [
    'ledger-0 in us-east (no fresh report)',
  ]);
  assert.deepEqual(openIn(picture({ topics: [] }), whole, 'paused'), ['a report from us-east']);
});

test('only the named topic counts', () => {
  const other = mirror([partition(0)], { topic: 'payments.a' });
  const seen = picture({
    mirrors: [other, mirror([partition(0, { state: 'paused' })])],
    topics: [topicRecord({ partitions: 1 })],
  });
  assert.deepEqual(openIn(seen, { ...whole, topic: 'ledger' }, 'paused'), []);
  assert.deepEqual(openIn(seen, whole, 'paused'), ['payments.a-0 in us-east (mirroring)']);
});

test('many are counted, not listed; a region that cannot be read is named', () => {
  const partitions = Array.from({ length: 9 }, (_, index) => partition(index));
  const open = openIn(picture({ mirrors: [mirror(partitions)] }), whole, 'paused');
  assert.deepEqual(open.at(-1), '6 more in us-east');
  const error = { code: 'CW-3004', message: 'no answer' };
  assert.deepEqual(openIn(picture({ error }), whole, 'paused'), ['us-east: CW-3004 no answer']);
});
