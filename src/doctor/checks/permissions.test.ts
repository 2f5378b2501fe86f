// Which permissions are needed where, and how missing and unknown ones are told.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Role, roles } from '../../permissions/permission-list.ts';
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

const needsIn = (region: string, of: readonly Role[] = roles) =>
  permissionNeeds(region, [set], existing, of)
    .filter(({ resource }) => !resource.name.startsWith('causeway.'))
    .map(({ resource, operation }) => `${operation} ${resource.name}`)
    .sort();

test('at the source: what is there and matches, and what is named', () => {
  assert.deepEqual(needsIn('eu-west'), [
    'Describe ledger',
    'Describe orders-1',
    'DescribeConfigs ledger',
    'DescribeConfigs orders-1',
    'Read ledger',
    'Read orders-1',
  ]);
});

test('at the target: more, the ids of generations and the group; elsewhere only the control topics', () => {
  assert.ok(needsIn('us-east').includes('Write orders-1'));
  assert.ok(!needsIn('us-east').some((each) => each.startsWith('Delete')), 'the set does not ask for it');
  const others = permissionNeeds('us-east', [set], existing, roles).filter(
    ({ resource }) => resource.kind !== 'topic',
  );
  assert.deepEqual(
    others.map(({ resource, operation }) => `${operation} ${resource.name}`),
    [
      'Describe causeway.shop.us-east.1',
      'Write causeway.shop.us-east.1',
      'Describe causeway.workers',
      'Read causeway.workers',
    ],
  );
  assert.deepEqual(needsIn('ap-south'), []);
});

test('a login is judged by what its roles need, and by no more', () => {
  assert.deepEqual(needsIn('eu-west', ['worker']), [
    'Describe ledger',
    'Describe orders-1',
    'Read ledger',
    'Read orders-1',
  ]);
  assert.ok(!needsIn('us-east', ['commands']).some((each) => /^(Write|Read|Create|Alter)/.test(each)));
  const both = new Set([
    ...needsIn('us-east', ['controller', 'commands']),
    ...needsIn('us-east', ['worker']),
  ]);
  assert.deepEqual([...both].sort(), needsIn('us-east'));
});

function need(
  state: JudgedNeed['state'],
  name: string,
  kind: JudgedNeed['resource']['kind'] = 'topic',
): JudgedNeed {
  return { resource: { kind, name }, operation: 'Read', neededFor: 'worker: the records', state };
}

test('the same right that is missing on several topics is one problem with their names', () => {
  const said = sayPermissions(['a', 'b', 'c', 'd', 'e'].map((name) => need('missing', name)));
  assert.deepEqual(
    said.map(({ what, next }) => [what, next]),
    [
      [
        'Read is not permitted on topics a, b, c and 2 more',
        'Grant Read on topics a, b, c and 2 more to Causeway’s principal; ' +
          '`causeway generate acls` writes the commands.',
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
