// Kafka's security settings as a value, and everything that can be wrong with them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSecurity } from './security-settings.ts';

const security = 'org.apache.kafka.common.security';
const plainLogin = `${security}.plain.PlainLoginModule required username="alice" password="s3cret";`;
const scramLogin = `${security}.scram.ScramLoginModule required username="alice" password="s3cret";`;
const oauthLogin = `${security}.oauthbearer.OAuthBearerLoginModule required`;
const endpoint = { 'sasl.oauthbearer.token.endpoint.url': 'https://id/token' };
const oauth = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'OAUTHBEARER' };

const read = (settings: Record<string, string>, unknown: string[] = []) =>
  readSecurity(new Map(Object.entries(settings)), new Set(unknown));

function fine(settings: Record<string, string>) {
  const { security: found, problems } = read(settings);
  assert.deepEqual(problems, []);
  return found;
}

function wrong(
  settings: Record<string, string>,
  kind: string,
  setting: string,
  message: RegExp,
  hint = /./,
): void {
  const { problems } = read(settings);
  assert.deepEqual(
    problems.map((problem) => [problem.kind, problem.setting]),
    [[kind, setting]],
    JSON.stringify(problems),
  );
  assert.match(problems[0]?.message ?? '', message);
  assert.match(problems[0]?.hint ?? '', hint);
  assert.doesNotMatch(JSON.stringify(problems), /s3cret/);
}

test('what is read: nothing: in the clear', () => {
  assert.deepEqual(fine({}), { tls: undefined, sasl: undefined });
});

test('what is read: TLS with Kafka’s defaults', () => {
  assert.deepEqual(fine({ 'security.protocol': 'SSL' }).tls, {
    trust: undefined,
    own: undefined,
    checksHostname: true,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  });
});

test('what is read: stores, versions and names that are not compared', () => {
  const { tls } = fine({
    'security.protocol': 'SSL',
    'ssl.truststore.location': '/t.p12',
    'ssl.truststore.type': 'PKCS12',
    'ssl.truststore.password': 'tp',
    'ssl.keystore.location': '/k.pem',
    'ssl.key.password': 'kp',
    'ssl.endpoint.identification.algorithm': '',
    'ssl.enabled.protocols': 'TLSv1.3',
  });
  assert.deepEqual(tls, {
    trust: { path: '/t.p12', password: 'tp' },
    own: { path: '/k.pem', password: undefined, keyPassword: 'kp' },
    checksHostname: false,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
  });
});

test('what is read: name and password', () => {
  const settings = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'SCRAM-SHA-512' };
  const { sasl, tls } = fine({ ...settings, 'sasl.jaas.config': scramLogin });
  assert.deepEqual(sasl, { mechanism: 'SCRAM-SHA-512', username: 'alice', password: 's3cret' });
  assert.equal(tls, undefined);
});

test('what is read: a token endpoint, with the client in the login module', () => {
  const options = 'clientId="c" clientSecret="s" scope="all" extension_logicalCluster="lkc-1"';
  const { sasl } = fine({ ...oauth, ...endpoint, 'sasl.jaas.config': `${oauthLogin} ${options};` });
  assert.deepEqual(sasl, {
    mechanism: 'OAUTHBEARER',
    source: {
      url: 'https://id/token',
      clientId: 'c',
      clientSecret: 's',
      scope: 'all',
      connectTimeoutMs: 10_000,
      readTimeoutMs: 10_000,
      headerUrlEncode: false,
      tls: undefined,
    },
    extensions: new Map([['logicalCluster', 'lkc-1']]),
  });
});

test('what is read: a token file, and the client in settings of its own (KIP-1139)', () => {
  const file = { 'sasl.oauthbearer.token.endpoint.url': 'file:///run/my%20token' };
  const { sasl } = fine({ ...oauth, ...file });
  assert.deepEqual(sasl?.mechanism === 'OAUTHBEARER' && sasl.source, { path: '/run/my token' });
  const client = {
    'sasl.oauthbearer.client.credentials.client.id': 'c',
    'sasl.oauthbearer.client.credentials.client.secret': 's3cret',
  };
  fine({ ...oauth, ...endpoint, ...client });
});

test('what is read: whom to trust at a token endpoint, from the login module, as in Kafka', () => {
  const trusted = 'ssl.truststore.location="/idp.pem" ssl.truststore.type="PEM"';
  const login = `${oauthLogin} clientId="c" clientSecret="s" ${trusted};`;
  const { sasl, tls } = fine({ ...oauth, ...endpoint, 'sasl.jaas.config': login });
  assert.ok(sasl?.mechanism === 'OAUTHBEARER' && 'url' in sasl.source);
  assert.deepEqual(sasl.source.tls?.trust, { path: '/idp.pem', password: undefined });
  assert.equal(tls?.trust, undefined, 'brokers are another matter');
});

const ssl = { 'security.protocol': 'SSL' };
const plain = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN' };

test('what is wrong: an unknown protocol', () =>
  wrong({ 'security.protocol': 'TLS' }, 'wrong', 'security.protocol', /must be PLAINTEXT, SSL/));
test('what is wrong: TLS settings without TLS', () =>
  wrong({ 'ssl.truststore.location': '/t' }, 'useless', 'ssl.truststore.location', /does not use TLS/));
test('what is wrong: login settings without a login', () =>
  wrong({ ...ssl, 'sasl.mechanism': 'PLAIN' }, 'useless', 'sasl.mechanism', /has no login/));
test('what is wrong: a JKS store, with the command that converts it', () => {
  for (const type of ['JKS', 'jks']) {
    wrong(
      { ...ssl, 'ssl.truststore.type': type, 'ssl.truststore.location': '/etc/my trust.jks' },
      'refused',
      'ssl.truststore.type',
      /JKS store cannot be read/,
      /keytool -importkeystore -srckeystore '\/etc\/my trust\.jks' .* -destkeystore '\/etc\/my trust\.p12'/,
    );
  }
});
test('what is wrong: a type of store, where case counts for PEM alone, as in Kafka', () => {
  const location = { ...ssl, 'ssl.truststore.location': '/t' };
  const name = 'ssl.truststore.type';
  fine({ ...location, [name]: 'pkcs12' });
  wrong({ ...location, [name]: 'pem' }, 'wrong', name, /must be PEM or PKCS12/, /Case counts/);
  wrong({ ...location, [name]: 'BCFKS' }, 'wrong', name, /must be PEM or PKCS12/, /Other stores cannot/);
});
test('what is wrong: a key without its certificate', () =>
  wrong(
    { ...ssl, 'ssl.keystore.key': 's3cret' },
    'missing',
    'ssl.keystore.key',
    /needs ssl.keystore.certificate.chain/,
  ));
test('what is wrong: a certificate in two places', () =>
  wrong(
    { ...ssl, 'ssl.truststore.location': '/t', 'ssl.truststore.certificates': 'x' },
    'wrong',
    'ssl.truststore.certificates',
    /given twice/,
  ));
test('what is wrong: passwords of nothing', () => {
  for (const name of ['ssl.truststore.password', 'ssl.keystore.password', 'ssl.key.password']) {
    wrong({ ...ssl, [name]: 's3cret' }, 'useless', name, /has no effect: there is no/);
  }
});
test('what is wrong: versions that are unsafe', () =>
  wrong(
    { ...ssl, 'ssl.enabled.protocols': 'TLSv1.1' },
    'refused',
    'ssl.enabled.protocols',
    /TLSv1.2 and TLSv1.3/,
  ));
test('what is wrong: no mechanism: Kafka’s default is not supported', () =>
  wrong(
    { 'security.protocol': 'SASL_SSL' },
    'missing',
    'security.protocol',
    /needs sasl.mechanism/,
    /GSSAPI/,
  ));
test('what is wrong: Kerberos', () =>
  wrong({ ...plain, 'sasl.mechanism': 'GSSAPI' }, 'refused', 'sasl.mechanism', /must be PLAIN/));
test('what is wrong: no login module', () =>
  wrong(plain, 'missing', 'sasl.mechanism', /needs sasl.jaas.config/));
test('what is wrong: the login module of another mechanism', () =>
  wrong(
    { ...plain, 'sasl.jaas.config': scramLogin },
    'wrong',
    'sasl.jaas.config',
    /not that of PLAIN/,
    /PlainLogin/,
  ));
test('what is wrong: a login module that cannot be read', () =>
  wrong({ ...plain, 'sasl.jaas.config': plainLogin.slice(0, -1) }, 'wrong', 'sasl.jaas.config', /semicolon/));
test('what is wrong: a login without password', () =>
  wrong(
    { ...plain, 'sasl.jaas.config': plainLogin.replace(/ password=\S+;/, ';') },
    'missing',
    'sasl.jaas.config',
    /has no password/,
  ));
test('what is wrong: token settings for a password', () =>
  wrong(
    { ...plain, ...endpoint, 'sasl.jaas.config': plainLogin },
    'useless',
    Object.keys(endpoint)[0] ?? '',
    /takes no token/,
  ));
test('what is wrong: a token from nowhere', () =>
  wrong(oauth, 'missing', 'sasl.mechanism', /needs sasl.oauthbearer.token.endpoint/));
test('what is wrong: an endpoint without a client', () =>
  wrong({ ...oauth, ...endpoint }, 'missing', Object.keys(endpoint)[0] ?? '', /client id and its secret/));
test('what is wrong: an endpoint that is none', () =>
  wrong(
    { ...oauth, 'sasl.oauthbearer.token.endpoint.url': 'ftp://x' },
    'wrong',
    'sasl.oauthbearer.token.endpoint.url',
    /no such address/,
  ));
test('what is wrong: a name and a password in the address of an endpoint', () => {
  for (const who of ['bob:s3cret', 'bob', ':s3cret']) {
    const url = { 'sasl.oauthbearer.token.endpoint.url': `https://${who}@id/token` };
    wrong({ ...oauth, ...url }, 'wrong', Object.keys(url)[0] ?? '', /must not hold/, /client\.secret/);
  }
});
test('what is wrong: the address of a file with a % that encodes nothing', () =>
  wrong(
    { ...oauth, 'sasl.oauthbearer.token.endpoint.url': 'file:///run/%zz' },
    'wrong',
    'sasl.oauthbearer.token.endpoint.url',
    /has a % that encodes nothing/,
  ));
test('what is wrong: an option of the login module that has no effect', () => {
  const delegated = scramLogin.replace(';', ' tokenauth="true";');
  wrong(
    { ...plain, 'sasl.mechanism': 'SCRAM-SHA-256', 'sasl.jaas.config': delegated },
    'refused',
    'sasl.jaas.config',
    /has the option tokenauth, which is not supported with SCRAM-SHA-256/,
  );
  const odd = `${oauthLogin} clientId="c" clientSecret="s3cret" ssl.trust.location="/t";`;
  const settings = { ...oauth, ...endpoint, 'sasl.jaas.config': odd };
  wrong(settings, 'refused', 'sasl.jaas.config', /the option ssl\.trust\.location/, /ssl\.…/);
});
test('what is wrong: a truststore for a token endpoint that cannot be read', () => {
  const jks = 'ssl.truststore.location="/idp.jks" ssl.truststore.type="JKS"';
  const login = `${oauthLogin} clientId="c" clientSecret="s3cret" ${jks};`;
  const settings = { ...oauth, ...endpoint, 'sasl.jaas.config': login };
  wrong(settings, 'refused', 'sasl.jaas.config', /^sasl\.jaas\.config: a JKS store/, /keytool/);
});
test('what is wrong: a login handler of somebody’s own', () =>
  wrong(
    {
      ...oauth,
      'sasl.oauthbearer.token.endpoint.url': 'file:///t',
      'sasl.login.callback.handler.class': 'com.acme.Handler',
    },
    'refused',
    'sasl.login.callback.handler.class',
    /not supported/,
  ));

test('nothing is said of values that are not there yet', () => {
  const secret = {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'PLAIN',
    'sasl.jaas.config': '${file:/x}',
  };
  assert.deepEqual(read(secret, ['sasl.jaas.config']).problems, []);
  const client = {
    'sasl.oauthbearer.client.credentials.client.id': '${env:ID}',
    'sasl.oauthbearer.client.credentials.client.secret': '${env:SECRET}',
  };
  assert.deepEqual(read({ ...oauth, ...endpoint, ...client }, Object.keys(client)).problems, []);
  assert.deepEqual(
    read({ 'security.protocol': '${env:P}', 'ssl.key.password': 'x' }, ['security.protocol']).problems,
    [],
  );
});
