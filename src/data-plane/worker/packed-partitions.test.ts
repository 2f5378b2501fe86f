// What members of the workers' group say to each other, there and back, and when somebody else says it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import {
  packDescription,
  packPartitions,
  partitionName,
  unpackDescription,
  unpackPartitions,
} from './packed-partitions.ts';

test('names come back, in whatever order they came', () => {
  const names = [
    'eu/t/3',
    'eu/t/1',
    'eu/t/2',
    'eu/t/9',
    'eu/u/0',
    'ap/t/1',
    'eu/__proto__x/4',
    'constructor/toString/0',
  ];
  assert.deepEqual(unpackPartitions(packPartitions(names)).sort(), names.toSorted());
  assert.deepEqual(unpackPartitions(packPartitions([])), []);
});

test('ten thousand partitions of a thousand topics take a few KB', () => {
  const names = Array.from({ length: 10_000 }, (_, at) =>
    partitionName('eu-west', `orders.${at % 1000}`, at % 10),
  );
  assert.ok(packPartitions(names).length < 16 * 1024);
});

test('a member says what it wants and what of it runs, whatever the names look like', () => {
  const wants = new Set(['eu/t/3', 'eu/t/1', 'eu/10/0', 'eu/9/0', 'ap/constructor/1', 'eu/__proto__x/4']);
  const runs = ['eu/9/0', 'eu/t/3', 'eu/__proto__x/4'];
  const said = unpackDescription(packDescription(wants, [...runs, 'eu/gone/7']));
  assert.deepEqual([said.wants, said.runs.toSorted()], [wants, runs.toSorted()]);
  assert.deepEqual(unpackDescription(packDescription(new Set(), [])), { wants: new Set(), runs: [] });
});

test('what twenty workers say of ten thousand partitions fits into one record of Kafka’s', () => {
  // Names that no compression makes small.
  const topic = (at: number) => createHash('sha1').update(`${at}`).digest('hex').slice(0, 24);
  const names = Array.from({ length: 10_000 }, (_, at) =>
    partitionName('eu-west', topic(at % 1000), Math.floor(at / 1000)),
  );
  const shares = Array.from({ length: 20 }, (_, rest) => names.filter((_, at) => at % 20 === rest));
  const bytes = shares.map((runs) => {
    const described = packDescription(new Set(names), runs);
    assert.equal(unpackDescription(described).wants?.size, 10_000);
    return described.length + packPartitions(runs).length;
  });
  const all = bytes.reduce((sum, each) => sum + each);
  assert.ok(all < 800_000, `${all}`);
});

test('a member that wants more than it can say says what it runs', () => {
  const hash = (at: number) => createHash('sha1').update(`${at}`).digest('hex');
  const wants = new Set(Array.from({ length: 5_000 }, (_, at) => partitionName('eu', hash(at), 0)));
  const runs = [...wants].slice(0, 100);
  const said = unpackDescription(packDescription(wants, [...runs, 'eu/gone/7']));
  assert.deepEqual([said.wants, said.runs.toSorted()], [undefined, runs.toSorted()]);
});

test('what a later version adds is passed over', () => {
  const later = deflateRawSync('{"rate":{"eu":7},"partitions":{"eu":{"t":[[2,3]]}}}');
  assert.deepEqual(unpackPartitions(later), ['eu/t/2', 'eu/t/3']);
  assert.deepEqual(unpackDescription(later).runs, ['eu/t/2', 'eu/t/3']);
});

for (const [what, bytes] of [
  ['no packed text', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
  ['no JSON', deflateRawSync('{')],
  ['another form', deflateRawSync('{"eu":{"t":[[0,1]]}}')],
  ['no ranges', deflateRawSync('{"partitions":{"eu":{"t":[["a","b"]]}}}')],
  ['partitions without end', deflateRawSync('{"partitions":{"eu":{"t":[[0,2000000000]]}}}')],
  ['bytes without end', deflateRawSync(Buffer.alloc(80 * 1024 * 1024))],
] as const) {
  test(`${what}: refused`, () => {
    assert.throws(() => unpackPartitions(bytes), { code: 'CW-3005' });
    assert.throws(() => unpackDescription(bytes), { code: 'CW-3005' });
  });
}

for (const [what, runs] of [
  ['beyond its list', '[[0,2]]'],
  ['before it', '[[-1,0]]'],
  ['more often than there are partitions', '[[0,1],[0,1]]'],
  ['in no places', '{}'],
] as const) {
  test(`runs ${what}: refused`, () => {
    const bytes = deflateRawSync(`{"partitions":{"eu":{"t":[[0,1]]}},"runs":${runs}}`);
    assert.throws(() => unpackDescription(bytes), { code: 'CW-3005' });
  });
}
