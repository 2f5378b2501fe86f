// Which pauses stand, which of them a resume ends, and when nothing may be changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DesiredPause } from '../../ledger/records.ts';
import { mirror, nowMs, partition, picture, region, setSpec } from '../view/picture-for-tests.ts';
import type { Picture } from '../view/picture.ts';
import { checkHeld, countStuck, pausedIn, pausesEndedBy } from './set-pause.ts';

const spec = setSpec({ to: ['us-east', 'ap-south'] });

const pause = (topic: string, set = 'payments'): DesiredPause => ({
  kind: 'pause',
  set,
  topic,
  pausedAtMs: 1,
  actor: 'ada',
  reason: '',
});

function held(inUsEast: readonly DesiredPause[], inApSouth: readonly DesiredPause[]): Picture {
  const base = picture({}, spec);
  return {
    ...base,
    regions: [
      region('eu-west'),
      region('us-east', { pauses: inUsEast }),
      region('ap-south', { pauses: inApSouth }),
    ],
  };
}

test('a pause stands in a target only where exactly it was written', () => {
  const seen = held([pause('*'), pause('ledger')], [pause('ledger'), pause('*', 'clicks')]);
  assert.deepEqual(pausedIn(seen, { spec, topic: '*' }), ['us-east']);
  assert.deepEqual(pausedIn(seen, { spec, topic: 'ledger' }), ['us-east', 'ap-south']);
});

test('resuming a set ends the pauses of its topics too; resuming a topic only its own', () => {
  const seen = held([pause('*'), pause('ledger')], [pause('payments.a'), pause('*', 'clicks')]);
  assert.deepEqual(pausesEndedBy(seen, { spec, topic: '*' }), ['*', 'ledger', 'payments.a']);
  assert.deepEqual(pausesEndedBy(seen, { spec, topic: 'ledger' }), ['ledger']);
  assert.deepEqual(pausesEndedBy(seen, { spec, topic: 'payments.b' }), []);
});

test('what has stopped or waits is counted by its last report, in every target', () => {
  const partitions = [
    partition(0, { state: 'stopped' }),
    partition(1, { state: 'waiting' }),
    partition(2, { state: 'mirroring' }),
    partition(3, { state: 'paused' }),
    partition(4, { state: 'starting' }),
  ];
  const old = { target: 'ap-south', observedAtMs: nowMs - 3_600_000 };
  const seen: Picture = {
    ...picture({}, spec),
    regions: [
      region('us-east', { mirrors: [mirror(partitions), mirror(partitions, { set: 'clicks' })] }),
      region('ap-south', { mirrors: [mirror([partition(0, { state: 'stopped' })], old)] }),
    ],
  };
  assert.equal(countStuck(seen, { spec, topic: '*' }), 3);
  assert.equal(countStuck(seen, { spec, topic: 'ledger' }), 3);
  assert.equal(countStuck(seen, { spec, topic: 'payments.a' }), 0);
});

test('a topic that the set does not mirror is an unknown name', () => {
  const seen = held([], []);
  checkHeld(seen, { spec, topic: 'payments.a' });
  for (const topic of ['payments.tmp', 'orders', '__consumer_offsets']) {
    assert.throws(() => checkHeld(seen, { spec, topic }), { code: 'CW-6006' });
  }
});

test('a silent target holds the change back from all of them', () => {
  const error = { code: 'CW-3001', message: 'no broker can be reached' };
  const base = held([], []);
  const seen = { ...base, regions: [...base.regions.slice(0, 2), region('ap-south', { error })] };
  assert.throws(() => checkHeld(seen, { spec, topic: '*' }), {
    code: 'CW-6015',
    message: /ap-south: CW-3001/,
  });
});
