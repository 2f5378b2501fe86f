// `causeway doctor --offline`: what can be found out without any network.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CertificateAuthority } from '../../lab/authority.ts';
import { systemClock } from '../base/clock.ts';
import { runCausewayCommand } from './run-for-tests.ts';

const folder = await mkdtemp(join(tmpdir(), 'causeway-doctor-'));
after(() => rm(folder, { recursive: true, force: true }));
const authority = new CertificateAuthority('test authority');
const file = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
const ownCertificate = (days: number, daysBefore = 30) =>
  authority.issue({
    commonName: 'alice',
    validFrom: new Date(systemClock.wallMs() - daysBefore * 86_400_000),
    validTo: new Date(systemClock.wallMs() + days * 86_400_000),
  });

async function doctor(settings: Readonly<Record<string, string>>, env: Record<string, string> = {}) {
  const lines = Object.entries({ 'bootstrap.servers': 'b1:9093', ...settings }).map(
    ([name, value]) => `      ${name}: ${JSON.stringify(value)}\n`,
  );
  const target = '  us-east:\n    kafka: { bootstrap.servers: "b2:9092" }\n';
  const mirrors = 'mirrors:\n  shop: { topics: [orders], home: eu-west, to: [us-east] }\n';
  await file('causeway.yaml', `regions:\n  eu-west:\n    kafka:\n${lines.join('')}${target}${mirrors}`);
  const ended = await runCausewayCommand(['doctor', '--offline'], { cwd: folder, env });
  return { ...ended, bad: ended.stdout.split('\n').filter((line) => /^(problem|warning)/.test(line)) };
}

const mutual = async (certificate: { key: string; certificate: string }) => ({
  'security.protocol': 'SSL',
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': await file('ca.pem', authority.certificate),
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': await file('own.pem', `${certificate.key}${certificate.certificate}`),
});

test('a certificate of our own that fits and lasts is fine', async () => {
  const { code, stdout } = await doctor(await mutual(ownCertificate(20.5)));
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^ok +eu-west: secrets, settings \(SSL\), certificates \(20 days\)$/m);
  assert.doesNotMatch(stdout, /DNS|not run/);
});

test('one that lives for hours only is fine for most of them', async () => {
  const { code, bad } = await doctor(await mutual(ownCertificate(0.2, 0.2)));
  assert.deepEqual([code, bad], [0, []]);
});

test('one that ends soon is a warning, one that has ended a problem', async () => {
  const soon = await doctor(await mutual(ownCertificate(2.5)));
  assert.equal(soon.code, 0);
  assert.match(
    soon.bad[0] ?? '',
    /^warning +eu-west, certificates: our own certificate is valid for 2 days only/,
  );
  const over = await doctor(await mutual(ownCertificate(-2.5)));
  assert.equal(over.code, 10);
  assert.match(
    over.bad[0] ?? '',
    /^problem +eu-west, certificates: our own certificate expired on \S+, 2 days/,
  );
});

test('one that is not for the key beside it', async () => {
  const mixed = { certificate: ownCertificate(20).certificate, key: ownCertificate(20).key };
  const { code, bad } = await doctor(await mutual(mixed));
  assert.equal(code, 10);
  assert.match(
    bad.join('\n'),
    /^problem +eu-west, certificates: the own certificate does not belong to the key/,
  );
});

const login = {
  'security.protocol': 'SASL_SSL',
  'sasl.mechanism': 'PLAIN',
  'sasl.jaas.config': '${env:EU_JAAS}',
};

test('a secret that nobody has set', async () => {
  const { code, bad, stdout } = await doctor(login);
  assert.equal(code, 10);
  assert.equal(bad.length, 1);
  assert.match(bad[0] ?? '', /^problem +eu-west, secrets: .*EU_JAAS/);
  assert.match(stdout, /^not run +eu-west: settings, certificates \(secrets failed\)$/m);
});

test('a login that is written wrongly behind its placeholder, without its text', async () => {
  const { code, bad, stdout } = await doctor(login, { EU_JAAS: 'hunter2 hunter3' });
  assert.equal(code, 10);
  assert.match(bad[0] ?? '', /^problem +eu-west, settings: sasl\.jaas\.config: /);
  assert.doesNotMatch(stdout, /hunter/);
});

test('everything that is wrong with the file, and a file that is not there', async () => {
  await file('causeway.yaml', 'regions:\n  eu-west: { kafka: {} }\nmirors: {}\n');
  const wrong = await runCausewayCommand(['doctor', '--offline', '-o', 'name'], { cwd: folder });
  assert.equal(wrong.code, 10);
  assert.ok(wrong.stdout.trim().split('\n').length >= 2, wrong.stdout);
  const absent = await runCausewayCommand(['doctor', '--config', 'none.yaml'], { cwd: folder });
  assert.equal(absent.code, 3);
  assert.match(absent.stderr, /none\.yaml cannot be read \(CW-6001\)/);
});

test('a region that the file does not have', async () => {
  await doctor({});
  const { code, stderr } = await runCausewayCommand(['doctor', '--region', 'eu-wst'], { cwd: folder });
  assert.equal(code, 2);
  assert.match(stderr, /there is no region "eu-wst" [^]*Regions are those of causeway\.yaml/);
});

test('a region that is named twice is examined once', async () => {
  await doctor({});
  const twice = ['doctor', '--offline', '--region', 'us-east', '--region', 'us-east', '-o', 'jsonl'];
  const { code, stdout } = await runCausewayCommand(twice, { cwd: folder });
  assert.equal(code, 0, stdout);
  const checks = stdout.split('\n').filter((line) => line.includes('"settings"'));
  assert.equal(checks.length, 1, stdout);
});

test('a time-out that no answer can keep, or no timer, is refused', async () => {
  await doctor({});
  for (const given of ['0s', '99ms', '61m', '60d']) {
    const { code, stderr } = await runCausewayCommand(['doctor', '--timeout', given], { cwd: folder });
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`--timeout "${given}" is not a duration from 100ms to 1h \\(CW-6008\\)`));
  }
});

test('a role that there is not', async () => {
  const { code, stderr } = await runCausewayCommand(['doctor', '--role', 'boss'], { cwd: folder });
  assert.equal(code, 2);
  assert.match(stderr, /--role "boss" is not one of controller, worker, commands/);
});
