// Whom a broker takes us for, as far as settings tell.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { principalOf } from './principal.ts';
import { readSecurity } from './security-settings.ts';

function principal(settings: Readonly<Record<string, string>>): string | undefined {
  const { security, problems } = readSecurity(new Map(Object.entries(settings)));
  assert.deepEqual(problems, []);
  return principalOf(security);
}
const module = 'org.apache.kafka.common.security';

test('the name of a login by password', () => {
  const login = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'SCRAM-SHA-512' };
  const jaas = `${module}.scram.ScramLoginModule required username="alice" password="x";`;
  assert.equal(principal({ ...login, 'sasl.jaas.config': jaas }), 'User:alice');
});

test('nobody where nobody logs in, with TLS too', () => {
  assert.equal(principal({}), 'User:ANONYMOUS');
  assert.equal(principal({ 'security.protocol': 'SSL' }), 'User:ANONYMOUS');
});

test('the brokers decide what a certificate or a token means', () => {
  const own = { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': 'own.pem' };
  assert.equal(principal({ 'security.protocol': 'SSL', ...own }), undefined);
  const token = {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.oauthbearer.token.endpoint.url': 'file:///token',
    'sasl.jaas.config': `${module}.oauthbearer.OAuthBearerLoginModule required;`,
  };
  assert.equal(principal(token), undefined);
});
