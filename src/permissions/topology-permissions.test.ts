// The list of permissions for a topology: which region, which role, on what.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTopology } from '../topology/parse-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { permissionList, resourceTypeOf } from './permission-list.ts';
import { permissionsFor } from './topology-permissions.ts';

function topologyOf(mirrors: string): Topology {
  const regions = ['a', 'b', 'c'].map((name) => `  ${name}: { kafka: { bootstrap.servers: "${name}:1" } }\n`);
  const parsed = parseTopology({
    text: `regions:\n${regions.join('')}mirrors:\n${mirrors}`,
    file: 'causeway.yaml',
  });
  if ('topology' in parsed) return parsed.topology;
  throw new Error(JSON.stringify(parsed.problems));
}

const oneWay = topologyOf('  s: { topics: ["pay*", payments, clicks], home: a, to: [b, c] }\n');
const both = topologyOf(
  '  s: { topics: ["pay*"], home: a, to: [b, c] }\n  back: { topics: ["ack*"], home: b, to: [a] }\n',
);
const texts = (topology: Topology, region: string, role: 'controller' | 'worker' | 'commands') =>
  permissionsFor(topology, [role])
    .permissions.filter((each) => each.region === region && each.without === undefined)
    .map(({ operation, pattern, resource }) => `${operation} ${pattern} ${resource}`);

test('to delete is only permitted where a set asks for copies to be made anew', () => {
  const sets = (policy: string) =>
    `  s: { topics: [a], home: a, to: [b], on.recreate: ${policy} }\n` +
    '  t: { topics: [t], home: a, to: [b, c] }\n';
  const deletes = (policy: string) =>
    texts(topologyOf(sets(policy)), 'b', 'controller').filter((each) => each.startsWith('Delete'));
  assert.deepEqual(deletes('keep'), []);
  assert.deepEqual(deletes('recreate'), ['Delete literal a']);
});

test('a worker reads at the source and writes at the target, and nowhere else', () => {
  const atSource = texts(oneWay, 'a', 'worker');
  assert.deepEqual(atSource.sort(), [
    'Describe literal clicks',
    'Describe prefixed pay',
    'Read literal clicks',
    'Read prefixed pay',
  ]);
  const atTarget = texts(oneWay, 'b', 'worker');
  assert.ok(atTarget.includes('Write prefixed pay') && atTarget.includes('Write prefixed causeway.s.b.'));
  assert.ok(atTarget.includes('Read literal causeway.workers'));
  assert.ok(!atTarget.some((each) => /Create|Alter/.test(each)));
});

test('a region that is source and target has both lists', () => {
  const inB = texts(both, 'b', 'worker');
  assert.ok(inB.includes('Read prefixed ack') && !inB.includes('Write prefixed ack'));
  assert.ok(inB.includes('Write prefixed pay'));
});

test('nothing that is needed is on a whole cluster, and what is optional says what it costs', () => {
  for (const { subject, without } of permissionList) {
    assert.ok(resourceTypeOf[subject] !== 'cluster' || without !== undefined);
  }
  const rules = permissionList.map(({ side, role, subject, operation }) =>
    [side, role, subject, operation].join(),
  );
  assert.equal(new Set(rules).size, rules.length, 'each right stands once');
});
