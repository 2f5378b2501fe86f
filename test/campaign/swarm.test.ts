// A swarm leaves kinds out, but none that was never there; a thing that is held is left alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import { catalogue, kindNames } from './faults/catalogue.ts';
import { chooseKind, swarmOf } from './swarm.ts';

const kinds = catalogue(3);
const all = kindNames(kinds);

test('the first swarm has every kind, later ones half or so', () => {
  const random = seededRandom(1);
  assert.deepEqual(kindNames(swarmOf(kinds, random, new Map())), all);
  const begun = new Map(all.map((name) => [name, 1]));
  const later = kindNames(swarmOf(kinds, random, begun)).length;
  assert.ok(later > all.length / 3 && later < (all.length * 2) / 3, `${later} of ${all.length}`);
});

test('no two faults at once have hold of the same thing', () => {
  const random = seededRandom(2);
  const held = new Set(['worker 0', 'eu-west', 'us-east']);
  for (let tries = 0; tries < 500; tries += 1) {
    const kind = chooseKind(kinds, held, random, new Map());
    assert.deepEqual(
      kind?.things.filter((thing) => held.has(thing)),
      [],
    );
  }
});

test('the same seed chooses the same kinds', () => {
  const choices = () => {
    const random = seededRandom(3);
    return Array.from({ length: 50 }, () => chooseKind(kinds, new Set(), random, new Map())?.name);
  };
  assert.deepEqual(choices(), choices());
  assert.ok(new Set(choices()).size > 15);
});

test('what was there often comes less often', () => {
  const random = seededRandom(4);
  const often = 'clean elections at the target';
  const count = (begun: number) => {
    const choices = Array.from({ length: 2_000 }, () =>
      chooseKind(kinds, new Set(), random, new Map([[often, begun]])),
    );
    return choices.filter((kind) => kind?.name === often).length;
  };
  assert.ok(count(20) < count(0) / 2);
});
