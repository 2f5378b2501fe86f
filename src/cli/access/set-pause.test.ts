// Which pauses stand, which of them a resume ends, and when nothing may be changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DesiredPause } from '../../ledger/records.ts';
import { picture, region, setSpec } from '../view/picture-for-tests.ts';
import type { Picture } from '../view/picture.ts';
import { checkHeld, pausedIn, pausesEndedBy } from './set-pause.ts';

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
