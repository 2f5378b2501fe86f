// Certificates as files have them: every form of store, what cannot be used, and renewal.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CertificateAuthority } from '../../../lab/authority.ts';
import { mustFindJava } from '../../../lab/java.ts';
import { systemClock } from '../../base/clock.ts';
import { type LogFields, silentLog } from '../../base/log.ts';
import { TlsFiles } from './tls-material.ts';
import type { TlsSettings } from './tls-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'causeway-test-'));
after(() => rmSync(folder, { recursive: true }));
const authority = new CertificateAuthority('test authority');
const own = authority.issue({ commonName: 'alice' });
const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const trustFile = file('trust.pem', authority.certificate);
const ownFile = file('own.pem', `${own.key}${own.certificate}`);
const settings = (more: Partial<TlsSettings>): TlsSettings => ({
  trust: undefined,
  own: undefined,
  checksHostname: true,
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ...more,
});
const store = (path: string, password?: string) => ({ path, password, keyPassword: undefined });
const refused = (more: Partial<TlsSettings>, message: RegExp) =>
  assert.rejects(new TlsFiles(settings(more), silentLog).current(), { code: 'CW-3013', message });

/** What people have who come from Java: a store made by its own tool. */
async function keytool(...args: string[]): Promise<void> {
  const { java } = await mustFindJava();
  const { status, stdout, stderr } = spawnSync(java.replace(/java$/, 'keytool'), args, { encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}${stderr}`);
}
const newStore = async (name: string, type: string) => {
  const path = join(folder, name);
  const subject = ['-alias', 'alice', '-dname', 'CN=alice', '-keyalg', 'EC', '-validity', '30'];
  await keytool(
    '-genkeypair',
    ...subject,
    '-keystore',
    path,
    '-storetype',
    type,
    '-storepass',
    'changeit',
    '-keypass',
    'changeit',
  );
  return path;
};

test('PEM files', async () => {
  const { ownEnds } = await new TlsFiles(
    settings({ trust: store(trustFile), own: store(ownFile) }),
    silentLog,
  ).current();
  assert.ok(ownEnds !== undefined && ownEnds.getTime() > systemClock.wallMs());
});

test('a PKCS12 keystore and a truststore, as Java’s keytool makes them', async () => {
  const keys = await newStore('keys.p12', 'PKCS12');
  const trust = join(folder, 'trust.p12');
  const from = ['-alias', 'ca', '-file', trustFile, '-noprompt'];
  await keytool('-importcert', ...from, '-keystore', trust, '-storetype', 'PKCS12', '-storepass', 'changeit');
  const both = settings({ trust: store(trust, 'changeit'), own: store(keys, 'changeit') });
  assert.ok((await new TlsFiles(both, silentLog).current()).ownEnds);
  await refused({ trust: store(trust, 'wrong') }, /cannot be opened .*ssl.truststore.password right/);
});

test('a JKS store is refused, and the command in the message makes one that is taken', async () => {
  const path = await newStore('old.jks', 'JKS');
  const files = new TlsFiles(settings({ own: store(path, 'changeit') }), silentLog);
  const refusal = (await files.current().catch((error: unknown) => error)) as Error;
  const [, command = ''] = /is a JKS store\. Convert it: keytool ([^;]+);/.exec(refusal.message) ?? [];
  // What it would ask for.
  const passwords = ['-srcstorepass', 'changeit', '-deststorepass', 'changeit'];
  await keytool(...command.split(' '), ...passwords);
  const converted = settings({ own: store(path.replace(/jks$/, 'p12'), 'changeit') });
  assert.ok((await new TlsFiles(converted, silentLog).current()).ownEnds);
});

for (const [what, content, message] of [
  ['nothing', '', /it is empty/],
  ['no store', 'hello', /neither PEM nor PKCS12/],
  ['no certificate', own.key, /holds no certificate/],
] as const) {
  test(`a truststore that holds ${what}`, () => refused({ trust: store(file('odd', content)) }, message));
}

test('a keystore without key, with another’s key, or that is not there', async () => {
  await refused({ own: store(trustFile) }, /no private key/);
  const other = authority.issue({ commonName: 'bob' });
  await refused(
    { own: store(file('mixed.pem', `${other.key}${own.certificate}`)) },
    /does not belong to the key/,
  );
  await refused(
    { own: store(join(folder, 'none.pem')) },
    /ssl\.keystore\.location: \S+none\.pem cannot be read/,
  );
});

for (const [what, format] of [
  ['the traditional way', { type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'changeit' }],
  ['PKCS 8', { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'changeit' }],
] as const) {
  test(`a key in PEM that is encrypted in ${what}`, async () => {
    const key = createPrivateKey(own.key).export(format).toString();
    const path = file('encrypted.pem', `${key}${own.certificate}`);
    const withPassword = (keyPassword: string | undefined) => ({ path, password: undefined, keyPassword });
    const { ownEnds } = await new TlsFiles(settings({ own: withPassword('changeit') }), silentLog).current();
    assert.ok(ownEnds !== undefined);
    for (const wrong of ['wrong', undefined]) {
      await refused({ own: withPassword(wrong) }, /cannot be read .*: is ssl\.key\.password right\?/);
    }
  });
}

test('renewed files are taken over; half of a renewal leaves the former, and is told once', async () => {
  const warnings: LogFields[] = [];
  const path = file('renewed.pem', `${own.key}${own.certificate}`);
  const files = new TlsFiles(settings({ own: store(path) }), {
    ...silentLog,
    warn: (fields) => void warnings.push(fields),
  });
  const first = await files.current();
  assert.equal(await files.current(), first);
  const next = authority.issue({ commonName: 'alice' });
  writeFileSync(path, `${own.key}${next.certificate} `);
  assert.equal(await files.current(), first);
  assert.equal(await files.current(), first);
  assert.equal(warnings.length, 1);
  writeFileSync(path, `${next.key}${next.certificate}`);
  assert.notEqual((await files.current()).context, first.context);
  rmSync(path);
  await files.current();
  assert.equal(warnings.length, 2);
});
