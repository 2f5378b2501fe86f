// What a tired operator is told when a cluster does not let us in.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CertificateAuthority } from '../../lab/authority.ts';
import { silentLog } from '../../src/base/log.ts';
import { openCluster } from '../fixtures/link-plan.ts';
import { type ListenerName, SecuredLab, type Way } from './secured-lab.ts';

const secured = await SecuredLab.start();
after(() => secured[Symbol.asyncDispose]());

/** The way with some settings changed, perhaps to another listener; undefined takes a setting away. */
async function refused(
  way: Way,
  changes: Readonly<Record<string, string | undefined>>,
  code: string,
  message: RegExp,
  listener: ListenerName | undefined = way.listener,
): Promise<void> {
  const security: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...way.settings, ...changes })) {
    if (value !== undefined) security[name] = value;
  }
  const bootstrapServers = secured.serversOf('eu-west', { ...way, listener });
  const cluster = openCluster({ region: 'eu-west', bootstrapServers, security }, 'test', silentLog);
  try {
    await assert.rejects(cluster.metadata([]), (error: Error & { code: string }) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /alice-secret|wrong-secret/);
      return true;
    });
  } finally {
    await cluster.close();
  }
}

const wrong = (way: Way) => way.settings['sasl.jaas.config']?.replace('alice-secret', 'wrong-secret');
const file = (name: string, text: string): string => {
  const path = join(secured.folder, name);
  writeFileSync(path, text);
  return path;
};

for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
  test(`${mechanism} with a wrong password`, () => {
    const way = secured.login(mechanism, true);
    return refused(
      way,
      { 'sasl.jaas.config': wrong(way) },
      'CW-3012',
      /login by \S+ was refused: .*Authentication failed/i,
    );
  });
}

test('a token endpoint that does not know the client', () => {
  const way = secured.login('OAUTHBEARER', false);
  return refused(way, { 'sasl.jaas.config': wrong(way) }, 'CW-3014', /answers 401: invalid_client/);
});

test('a token for somebody else', () => {
  const path = file('foreign.token', secured.issuer.token('alice', 60).replace(/[^.]+$/, 'AAAA'));
  const endpoint = { 'sasl.oauthbearer.token.endpoint.url': `file://${path}` };
  return refused(secured.login('OAUTHBEARER', false), endpoint, 'CW-3012', /OAUTHBEARER was refused/);
});

test('a token that has ended', () => {
  const endpoint = {
    'sasl.oauthbearer.token.endpoint.url': `file://${file('old.token', secured.issuer.token('alice', -5))}`,
  };
  return refused(secured.login('OAUTHBEARER', false), endpoint, 'CW-3014', /its token ended at/);
});

test('the broker’s authority is not trusted', () => {
  const other = new CertificateAuthority('another authority');
  const trust = { 'ssl.truststore.location': file('other.pem', other.certificate) };
  return refused(secured.tls, trust, 'CW-3011', /is not in ssl.truststore/);
});

test('a plain port where TLS is expected', () =>
  refused({ ...secured.tls, listener: undefined }, {}, 'CW-3011', /may be a plain one|does not speak TLS/));

test('a TLS port where none is expected', () =>
  refused(secured.plain, {}, 'CW-3011', /this port speaks TLS/, 'TLS'));

test('a login where none is expected', () =>
  refused(
    { ...secured.login('PLAIN', false), listener: undefined },
    {},
    'CW-3012',
    /this listener has no login/,
  ));

test('no login where one is expected', () =>
  refused(secured.plain, {}, 'CW-3001', /this listener may ask for a login/, 'LOGIN'));

test('no certificate of our own where one is demanded', () =>
  refused(secured.tls, {}, 'CW-3011', /asks for a certificate/, 'MUTUAL'));

test('a certificate of our own that has expired', () => {
  const validTo = new Date(Date.now() - 60_000);
  const expired = secured.authority.issue({ commonName: 'alice', validTo });
  const location = file('expired.pem', `${expired.key}${expired.certificate}`);
  return refused(secured.mutual, { 'ssl.keystore.location': location }, 'CW-3011', /ssl.keystore/);
});
