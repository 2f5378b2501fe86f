// Which version of Kafka runs where, as it is written by people.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseKafkaVersions, versionFor } from './kafka-versions.ts';

test('one version for all regions, or one per region', () => {
  const all = parseKafkaVersions('4.2.1');
  assert.deepEqual([versionFor(all, 'eu-west'), versionFor(all, 'other')], ['4.2.1', '4.2.1']);
  const some = parseKafkaVersions('eu-west=3.9.2, us-east=4.4.0-rc1');
  assert.deepEqual(
    ['eu-west', 'us-east', 'other'].map((region) => versionFor(some, region)),
    ['3.9.2', '4.4.0-rc1', undefined],
  );
});

test('what the lab cannot run is refused, before it becomes the name of a folder', () => {
  for (const text of [
    '3.8.1',
    '2.13.0',
    '4.3',
    '',
    'newest',
    '../4.3.1',
    'eu-west=',
    'eu-west=4.3.1,us-east',
  ]) {
    assert.throws(() => parseKafkaVersions(text), { code: 'CW-5014', message: /3\.9\.0 or newer/ }, text);
  }
});
