// Which permissions are needed where, and how missing and unknown ones are told.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { MirrorSetSpec } from '../../topology/topology.ts';
import { permissionNeeds } from './permission-needs.ts';
import { type JudgedNeed, sayPermissions } from './permissions.ts';

const set = {
  name: 'shop',
  topics: ['orders*', 'ledger'],
  exclude: ['orders-tmp'],
  home: 'eu-west',
  to: ['us-east'],
} as unknown as MirrorSetSpec;
const existing = new Map([['eu-west', ['orders-1', 'orders-tmp', 'other']]]);

const needsIn = (region: string) =>
  permissionNeeds(region, [set], existing)
    .filter(({ resource }) => !resource.name.startsWith('causeway.'))
    .map(({ resource, operation }) => `${operation} ${resource.name}`);

test('at the source: what is there and matches, and what is named', () => {
  assert.deepEqual(needsIn('eu-west'), [
    'Describe orders-1',
    'Read orders-1',
    'DescribeConfigs orders-1',
    'Describe ledger',
    'Read ledger',
    'DescribeConfigs ledger',
  ]);
});

test('at the target: more, and the ids of generations; elsewhere only the control topics', () => {
  assert.ok(needsIn('us-east').includes('Write orders-1'));
  const ids = permissionNeeds('us-east', [set], existing).filter(({ resource }) => resource.kind !== 'topic');
  assert.deepEqual(
    ids.map(({ resource, operation }) => `${operation} ${resource.name}`),
    ['Write causeway.shop.us-east.1'],
  );
  assert.deepEqual(needsIn('ap-south'), []);
});

function need(
  state: JudgedNeed['state'],
  name: string,
  kind: JudgedNeed['resource']['kind'] = 'topic',
): JudgedNeed {
  return { resource: { kind, name }, operation: 'Read', neededFor: 'read its records', state };
}

test('the same right that is missing on several topics is one problem with their names', () => {
  const said = sayPermissions(['a', 'b', 'c', 'd', 'e'].map((name) => need('missing', name)));
  assert.deepEqual(
    said.map(({ what, next }) => [what, next]),
    [
      [
        'Read is not permitted on topics a, b, c and 2 more',
        'Grant Read on topics a, b, c and 2 more to Causeway’s principal.',
      ],
    ],
  );
});

test('what is not told is unknown, never fine', () => {
  const said = sayPermissions([need('permitted', 'a'), need('unknown', 'causeway.x', 'transactional-id')]);
  assert.deepEqual(
    said.map(({ state, what }) => `${state}: ${what}`),
    [
      'unknown: not told before it is used: Read on transactional id causeway.x',
      'ok: 1 of 2 permissions are there',
    ],
  );
});
