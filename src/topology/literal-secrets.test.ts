// Secrets that stand in the file, and what only looks like one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { literalSecrets } from './literal-secrets.ts';
import { parseTopology } from './parse-topology.ts';

const found = (settings: Readonly<Record<string, string>>) =>
  literalSecrets(new Map(Object.entries(settings))).map(({ what }) => what);

const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
const bearer = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required';

test('passwords, keys and client secrets in the settings are found', () => {
  const settings = {
    'bootstrap.servers': 'eu:9092',
    'ssl.keystore.password': 'one',
    'ssl.key.password': '${env:A}two',
    'ssl.keystore.key': '-----BEGIN PRIVATE KEY-----',
    'sasl.oauthbearer.assertion.private.key.passphrase': 'four',
    'sasl.oauthbearer.client.credentials.client.id': 'causeway',
    'sasl.oauthbearer.client.credentials.client.secret': 'three',
  };
  assert.deepEqual(found(settings), [
    'ssl.keystore.password',
    'ssl.key.password',
    'ssl.keystore.key',
    'sasl.oauthbearer.assertion.private.key.passphrase',
    'sasl.oauthbearer.client.credentials.client.secret',
  ]);
});

test('a login module is looked into: its password is a secret, its user is not', () => {
  const jaas = (text: string) => found({ 'sasl.jaas.config': text });
  assert.deepEqual(jaas(`${plain} username="u" password="p";`), ['password of sasl.jaas.config']);
  assert.deepEqual(jaas(`${bearer} clientId="u" clientSecret='p' scope="s";`), [
    'clientSecret of sasl.jaas.config',
  ]);
  assert.deepEqual(jaas(`${bearer} clientId="u" ssl.keystore.key="k" ssl.truststore.location="/ca.pem";`), [
    'ssl.keystore.key of sasl.jaas.config',
  ]);
  assert.deepEqual(jaas(`${plain} username="u" password="\${env:P}";`), []);
  assert.deepEqual(jaas('${file:/run/secrets/eu.properties:jaas}'), []);
});

test('placeholders, certificates and paths are no secrets', () => {
  const settings = {
    'ssl.truststore.location': '/etc/ca.pem',
    'ssl.truststore.certificates': '-----BEGIN CERTIFICATE-----',
    'ssl.keystore.password': '${file:/run/secrets/store:password}',
    'sasl.oauthbearer.token.endpoint.url': 'file:///run/token',
  };
  assert.deepEqual(found(settings), []);
});

test('a file with a secret in it is valid, with a warning that names its place and not the secret', () => {
  const text = `regions:
  eu-west:
    kafka:
      bootstrap.servers: "eu:9093"
      security.protocol: SASL_SSL
      sasl.mechanism: PLAIN
      sasl.jaas.config: '${plain} username="u" password="hunter2";'
  us-east: { kafka: { bootstrap.servers: "us:9092" } }
mirrors: { pay: { topics: [pay], home: eu-west, to: [us-east] } }
`;
  const parsed = parseTopology({ text, file: 'causeway.yaml' });
  assert.ok('topology' in parsed);
  const [warning, ...others] = parsed.warnings;
  assert.deepEqual(others, []);
  assert.deepEqual([warning?.code, warning?.severity, warning?.line], ['CW-1029', 'warning', 7]);
  assert.doesNotMatch(JSON.stringify(warning), /hunter2/);
});
