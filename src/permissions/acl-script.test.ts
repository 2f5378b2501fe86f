// The script for administrators: what it does, what it leaves to be uncommented, and what it warns of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTopology } from '../topology/parse-topology.ts';
import { aclScript, type ScriptRegion } from './acl-script.ts';
import type { Denial } from './denials.ts';
import { type Role, roles } from './permission-list.ts';
import { inexactPatterns, topicResources } from './topic-resources.ts';
import { permissionsFor } from './topology-permissions.ts';

interface Wish {
  readonly mirrors: string;
  readonly regions?: readonly string[];
  readonly roles?: readonly Role[];
  readonly denials?: readonly Denial[];
}

const both = `  s: { topics: ["pay*"], home: a, to: [b] }
  back: { topics: [ack, "ack.*"], home: b, to: [a] }
`;

function scriptOf({ mirrors, regions = ['a', 'b'], roles: wanted = roles, denials = [] }: Wish): string {
  const declared = regions.map((name, at) => `  ${name}: { kafka: { bootstrap.servers: "b${at}:1" } }\n`);
  const text = `regions:\n${declared.join('')}mirrors:\n${mirrors}`;
  const parsed = parseTopology({ text, file: 'causeway.yaml' });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const sets = [...parsed.topology.mirrors.values()];
  const { permissions, wider } = permissionsFor(parsed.topology, wanted);
  const parts = regions.map((name): ScriptRegion => {
    const own = permissions.filter(({ region }) => region === name);
    const sources = sets.filter(({ home }) => home === name).flatMap((set) => topicResources(set).resources);
    const into = sets.filter(({ to }) => to.includes(name));
    const copies = into.flatMap((set) => topicResources(set).resources);
    const mirrorsAreWider = into.some((set) => inexactPatterns(set).length > 0);
    const common = { name, servers: `${name}:1`, principal: 'User:a b', mirrorsAreWider };
    return { ...common, permissions: own, sources, mirrors: copies };
  });
  return aclScript({ regions: parts, wider, denials });
}

const sectionOf = (script: string, region: string): string =>
  new RegExp(`^# ---- ${region} ----\n[^]*?(?=\n\n|$(?![^]))`, 'm').exec(script)?.[0] ?? assert.fail(region);
const active = (text: string) => text.split('\n').filter((line) => /^acls_\w+ --/.test(line));

test('what is needed is permitted, what is optional is shown, and nothing is on the cluster', () => {
  const script = scriptOf({ mirrors: both });
  assert.ok(active(script).length > 0);
  assert.ok(
    active(script).every((line) => line.includes('--add --allow-principal') && !line.includes('--cluster')),
  );
  for (const operation of ['Describe', 'Alter']) {
    const command = `acls_b --add --allow-principal 'User:a b' --operation ${operation} --cluster`;
    assert.ok(script.includes(`\n# ${command}\n`), script);
  }
});

test('before the first rule on source topics: whom it shuts out, and how to keep them in', () => {
  const oneWay = '  s: { topics: ["pay*", clicks], home: a, to: [b] }\n';
  const script = scriptOf({ mirrors: oneWay });
  const head = script.slice(0, script.indexOf('set -eu'));
  assert.match(head, /WARNING: where brokers have allow\.everyone\.if\.no\.acl\.found=true/);
  assert.match(head, /On SOURCE topics that is whoever produces and consumes today/);
  const inSource = sectionOf(script, 'a');
  const inA =
    "# acls_a --add --allow-principal 'User:*' --operation Describe --operation Read --operation Write";
  const keepIn = [`${inA} --topic pay --resource-pattern-type prefixed`, `${inA} --topic clicks`];
  const lines = inSource.split('\n');
  const first = lines.findIndex((line) => line.startsWith('acls_a --'));
  for (const line of keepIn) assert.ok(lines.slice(0, first).includes(line), inSource);
  assert.match(inSource, /WARNING, source topics/);
  assert.doesNotMatch(sectionOf(script, 'b'), /WARNING, source topics|--operation Write [^\n]*'User:\*'/);
  assert.doesNotMatch(inSource, /includes mirrors/);
});

test('a pattern of source topics that takes mirrors in is told of', () => {
  const mirrors =
    '  s: { topics: ["*"], exclude: ["us.*"], home: a, to: [b] }\n' +
    '  back: { topics: ["us.*"], home: b, to: [a] }\n';
  assert.match(sectionOf(scriptOf({ mirrors }), 'a'), /Some of it includes mirrors/);
});

test('rules on mirrors that take other topics in are told of before they are given', () => {
  const inTarget = (topics: string) =>
    sectionOf(scriptOf({ mirrors: `  s: { ${topics}, home: a, to: [b] }\n` }), 'b');
  const wide = inTarget('topics: ["*"], exclude: ["us.*"]');
  assert.match(wide, /WARNING, other topics: [^]*\nacls_b --add/);
  assert.doesNotMatch(inTarget('topics: ["pay.*"], exclude: ["us.*"]'), /WARNING/);
});

test('who may write is told only to the one who has to', () => {
  const toWorker = sectionOf(scriptOf({ mirrors: both, roles: ['worker'] }), 'b');
  assert.match(toWorker, /nobody but User:a b may have Write/);
  for (const role of ['controller', 'commands'] as const) {
    const section = sectionOf(scriptOf({ mirrors: both, roles: [role] }), 'b');
    assert.doesNotMatch(section, /nobody but/);
    assert.match(section, /To let them read:\n# acls_b /);
  }
});

test('the rules on mirrors are looked for by name, and among all where there is a pattern', () => {
  const script = scriptOf({
    mirrors: '  s: { topics: [x, y], home: a, to: [b] }\n  t: { topics: ["z*"], home: b, to: [a] }\n',
  });
  const listed = (region: string) =>
    sectionOf(script, region)
      .split('\n')
      .filter((line) => line.includes('--list'));
  assert.deepEqual(listed('b'), ['# acls_b --list --topic x --topic y --resource-pattern-type match']);
  assert.deepEqual(listed('a'), ['# acls_a --list']);
});

test('what is denied is denied in its region', () => {
  const named = { resource: 'pay', pattern: 'prefixed' } as const;
  const where = { region: 'b', operation: 'Write', resourceType: 'topic' } as const;
  const denial = { principal: 'User:shop', ...where, ...named };
  const denying = active(scriptOf({ mirrors: both, denials: [denial] })).filter((line) => /deny/.test(line));
  const command = 'acls_b --add --deny-principal User:shop --operation Write --topic pay';
  assert.deepEqual(denying, [`${command} --resource-pattern-type prefixed`]);
});

test('regions whose names differ only in signs and case have variables and functions of their own', () => {
  const mirrors =
    '  s: { topics: [x], home: us-east, to: [us_east] }\n' +
    '  t: { topics: [y], home: US-east, to: [us_east_2] }\n';
  const regions = ['us-east', 'us_east', 'US-east', 'us_east_2'];
  const script = scriptOf({ mirrors, regions });
  const functions = [...script.matchAll(/^(acls_\w+)\(\) \{$/gm)].map(([, name]) => name?.toUpperCase());
  const variables = [...script.matchAll(/^# {3}(ADMIN_\w+) /gm)].map(([, name]) => name);
  assert.deepEqual([new Set(functions).size, new Set(variables).size], [regions.length, regions.length]);
  assert.deepEqual(variables.slice(0, 2), ['ADMIN_US_EAST', 'ADMIN_US_EAST_2']);
});
