// Broker addresses as people write them, and the names of Kafka's settings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  closestConnectionSetting,
  formatAddress,
  knownConnectionSettings,
  parseBootstrapServers,
  usedConnectionSettings,
} from './connection-settings.ts';

const parsed = (text: string) => {
  const { addresses, invalid } = parseBootstrapServers(text);
  return [addresses.map(formatAddress), invalid];
};

test('addresses: names, IPv4, IPv6, spaces and capitals', () => {
  assert.deepEqual(parsed('a:1, B.example.com:9092 ,10.0.0.1:65535,[::1]:9092,[FE80::1%eth0]:1'), [
    ['a:1', 'b.example.com:9092', '10.0.0.1:65535', '[::1]:9092', '[fe80::1%eth0]:1'],
    [],
  ]);
});

test('what is no address is told as it stands', () => {
  const none = [
    'a',
    'a:',
    ':1',
    'a:0',
    'a:65536',
    'a:1x',
    '::1:9092',
    '[ab]:1',
    'a b:1',
    'http://a:1',
    'a:1/x',
  ];
  assert.deepEqual(parsed(none.join(',')), [[], none]);
  assert.deepEqual(parsed('a:1,,b:2'), [['a:1', 'b:2'], ['']]);
});

test('a setting with a mistake is recognised', () => {
  assert.equal(closestConnectionSetting('bootstrap.server'), 'bootstrap.servers');
  assert.equal(closestConnectionSetting('sasl.jass.config'), 'sasl.jaas.config');
  assert.equal(closestConnectionSetting('something.else.entirely'), undefined);
  for (const name of usedConnectionSettings) assert.ok(knownConnectionSettings.has(name));
});
