// What is checked in every region before a topology is written into the first one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CausewayError } from '../../base/errors.ts';
import { exitCode, exitCodeOf } from '../exit-codes.ts';
import { region } from '../view/picture-for-tests.ts';
import type { RegionPicture } from '../view/picture.ts';
import { checkBeforeApply } from './apply-topology.ts';
import type { ReadRegion } from './region-reading.ts';

const read = (name: string, overrides: Partial<RegionPicture> = {}): ReadRegion => ({
  picture: region(name, overrides),
  desired: undefined,
});

function refusal(regions: readonly ReadRegion[]): CausewayError {
  try {
    checkBeforeApply(regions);
  } catch (thrown) {
    assert.ok(thrown instanceof CausewayError);
    return thrown;
  }
  assert.fail('nothing was refused');
}

test('regions that answer and differ pass', () => {
  checkBeforeApply([read('eu-west'), read('us-east'), read('ap-south')]);
});

test('one silent region holds all of them back, and is named', () => {
  const error = { code: 'CW-3001', message: 'no broker can be reached' };
  const thrown = refusal([read('eu-west'), read('us-east', { error })]);
  assert.equal(thrown.code, 'CW-6015');
  assert.match(
    thrown.message,
    /1 of 2 regions cannot be reached, and nothing was changed:\n {2}us-east: CW-3001/,
  );
  assert.equal(exitCodeOf(thrown), exitCode.cannotConnect);
});

test('one cluster under two names is refused', () => {
  const thrown = refusal([
    read('eu-west', { clusterId: 'x' }),
    read('a'),
    read('us-east', { clusterId: 'x' }),
  ]);
  assert.equal(thrown.code, 'CW-1011');
  assert.match(thrown.message, /eu-west and us-east are the same Kafka cluster/);
  assert.equal(exitCodeOf(thrown), exitCode.invalidConfiguration);
});

test('a topology of a newer program is not overwritten; a newer pause is no obstacle', () => {
  const newer = (key: string): ReadRegion => ({
    ...read('us-east'),
    desired: {
      topic: 'causeway.desired',
      entries: [],
      leftAlone: [{ is: 'newer', key, offset: 3n, why: 'record 3 is topology, version 2' }],
      startOffset: 0n,
      endOffset: 4n,
    },
  });
  const thrown = refusal([read('eu-west'), newer('topology')]);
  assert.equal(thrown.code, 'CW-6014');
  assert.equal(exitCodeOf(thrown), exitCode.refused);
  checkBeforeApply([read('eu-west'), newer('pause/payments/*')]);
});
