// Regions and brokers of a lab as they are typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLabShape } from './shape.ts';

test('one number for all regions, or one for each', () => {
  assert.deepEqual(parseLabShape({ regions: 'eu-west, us-east', brokers: '3' }), [
    { name: 'eu-west', brokers: 3 },
    { name: 'us-east', brokers: 3 },
  ]);
  assert.deepEqual(parseLabShape({ regions: 'eu-west,us-east', brokers: 'us-east=3' }), [
    { name: 'eu-west', brokers: 1 },
    { name: 'us-east', brokers: 3 },
  ]);
});

test('a region can be put at a location', () => {
  assert.deepEqual(parseLabShape({ regions: 'here=aws/eu-west-1' }), [
    { name: 'here', location: 'aws/eu-west-1', brokers: 1 },
  ]);
});

test('one version of Kafka for all regions, or one for some', () => {
  const versions = (kafkaVersion: string) =>
    parseLabShape({ regions: 'a,b', kafkaVersion }).map((region) => region.kafkaVersion);
  assert.deepEqual(versions('4.2.1'), ['4.2.1', '4.2.1']);
  assert.deepEqual(versions('b=3.9.2'), [undefined, '3.9.2']);
});

test('what cannot be understood is named', () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ regions: '' }, /--regions/],
    [{ regions: 'Eu' }, /"Eu" is not a region name/],
    [{ regions: 'a,a' }, /different names/],
    [{ regions: 'a', brokers: '0' }, /--brokers "0" is not a number from 1 to 9/],
    [{ regions: 'a', brokers: '10' }, /from 1 to 9/],
    [{ regions: 'a', brokers: 'a=x' }, /--brokers "a=x"/],
    [{ regions: 'a', kafkaVersion: '4.3' }, /--kafka-version "4\.3" is not a version as in 4\.3\.1/],
    [{ regions: 'a', kafkaVersion: 'b=4.3.1' }, /--kafka-version names "b"/],
    [{ regions: 'a', brokers: 'b=2' }, /--brokers names "b", which is not in --regions \(a\)/],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => parseLabShape(options), { code: 'CW-6008', message });
  }
});
