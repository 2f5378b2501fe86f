// Tokens from files and endpoints: kept while they live, and every way in which none comes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import { TokenIssuer } from '../../../test/security/token-issuer.ts';
import { CertificateAuthority } from '../../../lab/authority.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import type { CausewayError } from '../../base/errors.ts';
import { type Log, silentLog } from '../../base/log.ts';
import type { TokenEndpoint, TokenFile } from './sasl-settings.ts';
import type { TlsSettings } from './tls-settings.ts';
import { TokenSource } from './token-source.ts';

async function issuerFor(t: TestContext): Promise<TokenIssuer> {
  const issuer = await TokenIssuer.start();
  t.after(() => issuer[Symbol.asyncDispose]());
  return issuer;
}

const endpointOf = (issuer: TokenIssuer, more: Partial<TokenEndpoint> = {}): TokenEndpoint => ({
  url: issuer.url,
  clientId: 'alice',
  clientSecret: 'alice-secret',
  scope: undefined,
  connectTimeoutMs: 5_000,
  readTimeoutMs: 5_000,
  headerUrlEncode: false,
  tls: undefined,
  ...more,
});

const sourceOf = (settings: TokenEndpoint | TokenFile, clock: Clock = systemClock, log: Log = silentLog) =>
  new TokenSource(settings, { clock, log });

test('a token is asked for once by all, and again when most of its life is over', async (t) => {
  const issuer = await issuerFor(t);
  const clock = manualClock(systemClock.wallMs());
  const source = sourceOf(endpointOf(issuer), clock);
  const [first, second] = await Promise.all([source.token(), source.token()]);
  assert.equal(first, second);
  clock.advance(40_000);
  await source.token();
  assert.equal(issuer.asked, 1);
  clock.advance(10_000);
  await source.token();
  assert.equal(issuer.asked, 2);
});

for (const [what, behave, message] of [
  ['refuses', (_, response) => response.writeHead(403).end('{"error":"no"}'), /it answers 403: no$/],
  ['is broken', (_, response) => response.writeHead(500).end('<html>'), /it answers 500$/],
  ['sends no token', (_, response) => response.end('{"token":"x"}'), /holds no access_token/],
  [
    'sends a token that breaks the message',
    (_, response) => response.end('{"access_token":"a\\u0001b"}'),
    /no access_token/,
  ],
  ['sends no JSON', (_, response) => response.end('hello'), /no access_token/],
  ['sends without end', (_, response) => void response.write('x'.repeat(1e6)), /more than 262144 bytes/],
  [
    'sends us elsewhere',
    (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    /redirect/,
  ],
  ['hangs up', (request) => void request.socket.destroy(), /no token from/],
] as const satisfies [string, NonNullable<TokenIssuer['behaviour']>, RegExp][]) {
  test(`an endpoint that ${what}`, async (t) => {
    const issuer = await issuerFor(t);
    issuer.behaviour = behave;
    const source = sourceOf(endpointOf(issuer));
    await assert.rejects(source.token(), (error: Error & { code: string }) => {
      assert.equal(error.code, 'CW-3014');
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /alice-secret/);
      return true;
    });
    issuer.behaviour = undefined;
    assert.match(await source.token(), /\./, 'a failure is not kept');
  });
}

test('an endpoint that hangs is given up after the read timeout', async (t) => {
  const issuer = await issuerFor(t);
  issuer.behaviour = () => undefined;
  const waits = { connectTimeoutMs: 30_000, readTimeoutMs: 50 };
  const source = sourceOf(endpointOf(issuer, waits));
  await assert.rejects(source.token(), { code: 'CW-3014', message: /no answer within 50 ms/ });
});

test('an endpoint that takes no connection is given up after the connect timeout', async (t) => {
  // Connected to, it says nothing within the handshake of TLS.
  const issuer = await issuerFor(t);
  const silent = createServer();
  t.after(() => silent.close());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  silent.on('connection', (socket) => t.after(() => socket.destroy()));
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/token`;
  const waits = { connectTimeoutMs: 50, readTimeoutMs: 30_000 };
  const source = sourceOf(endpointOf(issuer, { url, ...waits }));
  await assert.rejects(source.token(), { code: 'CW-3014', message: /no connection within 50 ms/ });
});

test('of the address of an endpoint only its origin and path are told', async (t) => {
  const issuer = await issuerFor(t);
  issuer.behaviour = (_, response) => response.writeHead(503).end();
  const source = sourceOf(endpointOf(issuer, { url: `${issuer.url}?key=s3cret` }));
  await assert.rejects(source.token(), (error: CausewayError) => {
    assert.match(error.message, new RegExp(`^no token from ${issuer.url}: it answers 503$`));
    assert.equal(error.details.where, issuer.url);
    return true;
  });
});

/** A source with a token, of which `life` is over, and an endpoint that does from then on as it is told. */
async function sourceWithToken(t: TestContext, life: number) {
  const issuer = await issuerFor(t);
  const clock = manualClock(systemClock.wallMs());
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (_: unknown, message: string) => void warnings.push(message) };
  const source = sourceOf(endpointOf(issuer), clock, log);
  const first = await source.token();
  clock.advance(issuer.lifeSeconds * 1000 * life);
  // It does not know of the clock that was moved on.
  issuer.lifeSeconds *= 2;
  return { issuer, clock, source, first, warnings };
}

test('a token is used until it ends when no new one comes, and that is told once', async (t) => {
  const { issuer, clock, source, first, warnings } = await sourceWithToken(t, 0.82);
  issuer.behaviour = (_, response) => response.writeHead(503).end();
  assert.equal(await source.token(), first);
  assert.equal(await source.token(), first);
  assert.equal(issuer.asked, 2, 'an endpoint in trouble is left alone for a while');
  clock.advance(5_000);
  assert.equal(await source.token(), first);
  assert.equal(issuer.asked, 3);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /no new token; the last one is used until 20/);
  clock.advance(6_000);
  await assert.rejects(source.token(), { code: 'CW-3014', message: /it answers 503/ });
  issuer.behaviour = undefined;
  assert.notEqual(await source.token(), first);
});

test('while an endpoint hangs, a login waits a second for a token, and then takes the last', async (t) => {
  const { issuer, clock, source, first } = await sourceWithToken(t, 0.82);
  const asked = Promise.withResolvers<void>();
  let answer = () => {};
  issuer.behaviour = (_, response) => {
    answer = () => response.end(JSON.stringify({ access_token: issuer.token('alice') }));
    asked.resolve();
  };
  const waiting = source.token();
  await asked.promise;
  clock.advance(1_000);
  assert.equal(await waiting, first);
  assert.equal(await source.token(), first, 'the next ones do not wait');
  assert.equal(issuer.asked, 2);
  // Nobody waits for it, and it is there for the next.
  answer();
  await waitUntil('the new token is used', async () => (await source.token()) !== first);
  assert.equal(issuer.asked, 2);
});

test('a token that comes at once is taken by the login that asks for it', async (t) => {
  const { source, first, clock } = await sourceWithToken(t, 0.82);
  assert.notEqual(await source.token(), first);
  assert.equal(clock.timers, 0);
});

test('an endpoint with a private authority: trusted by the options of the login module', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const authority = new CertificateAuthority('private authority');
  const issuer = await TokenIssuer.start(authority.issue({ commonName: 'id', hosts: ['127.0.0.1'] }));
  t.after(() => issuer[Symbol.asyncDispose]());
  await assert.rejects(sourceOf(endpointOf(issuer)).token(), {
    code: 'CW-3014',
    message: /ssl\.truststore\.location="…" .* in sasl\.jaas\.config/,
  });
  const path = join(folder, 'idp.pem');
  const trusting = (checksHostname: boolean): TlsSettings => ({
    trust: { path, password: undefined },
    own: undefined,
    checksHostname,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  });
  const source = sourceOf(endpointOf(issuer, { tls: trusting(true) }));
  await assert.rejects(source.token(), { code: 'CW-3014', message: /idp\.pem cannot be read/ });
  writeFileSync(path, authority.certificate);
  assert.match(await source.token(), /\./);
});

test('a token file is read anew each time', async (t) => {
  const issuer = await issuerFor(t);
  const folder = mkdtempSync(join(tmpdir(), 'causeway-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'token');
  const source = sourceOf({ path });
  await assert.rejects(source.token(), { code: 'CW-3014', message: /ENOENT/ });
  for (const life of [60, 70]) {
    const token = issuer.token('alice', life);
    writeFileSync(path, `${token}\n`);
    assert.equal(await source.token(), token);
  }
  writeFileSync(path, 'not a token');
  await assert.rejects(source.token(), { code: 'CW-3014', message: /does not hold a token/ });
});
