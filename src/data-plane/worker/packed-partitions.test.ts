// What members of the workers' group say to each other, there and back, and when somebody else says it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { packPartitions, partitionName, unpackPartitions } from './packed-partitions.ts';

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

test('what a later version adds is passed over', () => {
  const later = deflateRawSync('{"rate":{"eu":7},"partitions":{"eu":{"t":[[2,3]]}}}');
  assert.deepEqual(unpackPartitions(later), ['eu/t/2', 'eu/t/3']);
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
  });
}
