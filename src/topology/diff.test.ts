// What differs between two topologies, in the words of the file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffTopologies, type TopologyChange } from './diff.ts';
import { fileWith, mustParse, set, validText } from './file-for-tests.ts';
import type { MirrorSetSpec } from './topology.ts';

const shownChanges = (changes: readonly TopologyChange[]) =>
  changes.map(({ kind, path, before = '', after = '' }) => `${kind} ${path}: ${before} → ${after}`);
const between = (before: string, after: string) =>
  shownChanges(diffTopologies(mustParse(before), mustParse(after)));

test('equal topologies do not differ, also when they are written differently', () => {
  assert.deepEqual(between(validText, validText), []);
  assert.deepEqual(between(set(', rpo: 60s, mode: async'), set(', rpo: 1m, trim: own, priority: 1')), []);
});

test('each value of a set is one change, under its path in the file', () => {
  const after = fileWith({
    s:
      '{ home: us-east, to: [eu-west], topics: [t, "u*"], exclude: [ux], rpo: 90s, ' +
      'target: { retention.ms: 5 }, failover: { window: 2m } }',
  });
  assert.deepEqual(between(set(''), after), [
    'changed mirrors.s.exclude: [] → [ux]',
    'changed mirrors.s.failover.window: 1m → 2m',
    'changed mirrors.s.home: eu-west → us-east',
    'added mirrors.s.rpo:  → 90s',
    'added mirrors.s.target.retention.ms:  → 5',
    'changed mirrors.s.to: [us-east] → [eu-west]',
    'changed mirrors.s.topics: [t] → [t, u*]',
  ]);
});

test('each value of a region is one change', () => {
  const after = set('').replace(
    '{ kafka: { bootstrap.servers: "eu:9092"',
    '{ location: aws/eu-west-1, kafka: { bootstrap.servers: "eu:9093"',
  );
  assert.deepEqual(between(set(''), after), [
    'changed regions.eu-west.kafka.bootstrap.servers: eu:9092 → eu:9093',
    'added regions.eu-west.location:  → aws/eu-west-1',
  ]);
});

test('each value of a link is one change', () => {
  const link = (values: string) => `${validText}links: { eu-west->us-east: { ${values} } }\n`;
  assert.deepEqual(between(link('earlyFetch: 20MB/s'), link('earlyFetch: 0B/s')), [
    'changed links.eu-west->us-east.earlyFetch: 20MB/s → 0B/s',
  ]);
  assert.deepEqual(between(link('verify: 2MB/s'), link('verify: 0B/s')), [
    'changed links.eu-west->us-east.verify: 2MB/s → 0B/s',
  ]);
  assert.deepEqual(between(validText, link('earlyFetch: 8Mbit/s')), [
    'added links.eu-west->us-east.earlyFetch:  → 1MB/s',
  ]);
});

test('a set that comes or goes is all of its values', () => {
  const two = fileWith({
    s: '{ home: eu-west, to: [us-east], topics: [t] }',
    r: '{ home: eu-west, to: [us-east], topics: [u] }',
  });
  const paths = between(set(''), two).map((line) => line.split(':')[0]);
  assert.ok(paths.every((path) => path?.startsWith('added mirrors.r.')));
  assert.deepEqual(
    ['topics', 'home', 'to', 'mode', 'on.gap', 'failover.automatic'].filter(
      (key) => !paths.includes(`added mirrors.r.${key}`),
    ),
    [],
  );
  assert.deepEqual(
    between(two, set('')).map((line) => line.split(':')[0]),
    paths.map((path) => path?.replace('added', 'removed')),
  );
});

test('before the first apply everything is added', () => {
  const changes = diffTopologies(undefined, mustParse(validText));
  assert.ok(changes.length > 10);
  assert.ok(changes.every(({ kind, before }) => kind === 'added' && before === undefined));
  const paths = changes.map(({ path }) => path);
  assert.deepEqual(paths, paths.toSorted());
});

test('no value of a set is overlooked, also of those that files cannot hold yet', () => {
  const topology = mustParse(set(''));
  const spec = topology.mirrors.get('s') as MirrorSetSpec;
  const others: { readonly [Key in Exclude<keyof MirrorSetSpec, 'name'>]: unknown } = {
    topics: ['x'],
    exclude: ['x'],
    from: { timestampMs: 0 },
    home: 'x',
    to: ['x'],
    groups: ['x'],
    mode: 'sync',
    rpoMs: 1,
    priority: 2,
    naming: 'prefixed',
    offsets: 'shifted',
    prefixMax: 7,
    holesMax: 8,
    runsMax: 9,
    target: new Map([['x', 'y']]),
    onGap: 'fill',
    onRecreate: 'keep',
    trim: 'follow',
    failover: { automatic: true, windowMs: spec.failover.windowMs },
  };
  const paths = Object.entries(others).map(([key, value]) => {
    const mirrors = new Map([['s', { ...spec, [key]: value } as MirrorSetSpec]]);
    const changes = diffTopologies(topology, { ...topology, mirrors });
    assert.equal(changes.length, 1, key);
    return changes[0]?.path;
  });
  assert.equal(new Set(paths).size, Object.keys(others).length);
});
