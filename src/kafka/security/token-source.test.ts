// Tokens from files and endpoints: kept while they live, and every way in which none comes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { TokenIssuer } from '../../../test/security/token-issuer.ts';
import { systemClock } from '../../base/clock.ts';
import type { TokenEndpoint } from './sasl-settings.ts';
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
  ...more,
});

test('a token is asked for once by all, and again when most of its life is over', async (t) => {
  const issuer = await issuerFor(t);
  const clock = manualClock(systemClock.wallMs());
  const source = new TokenSource(endpointOf(issuer), clock);
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
    const source = new TokenSource(endpointOf(issuer), systemClock);
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

test('an endpoint that hangs is given up', async (t) => {
  const issuer = await issuerFor(t);
  issuer.behaviour = () => undefined;
  const waits = { connectTimeoutMs: 50, readTimeoutMs: 50 };
  const source = new TokenSource(endpointOf(issuer, waits), systemClock);
  await assert.rejects(source.token(), { code: 'CW-3014', message: /no answer within 100 ms/ });
});

test('a token file is read anew each time', async (t) => {
  const issuer = await issuerFor(t);
  const folder = mkdtempSync(join(tmpdir(), 'causeway-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'token');
  const source = new TokenSource({ path }, systemClock);
  await assert.rejects(source.token(), { code: 'CW-3014', message: /ENOENT/ });
  for (const life of [60, 70]) {
    const token = issuer.token('alice', life);
    writeFileSync(path, `${token}\n`);
    assert.equal(await source.token(), token);
  }
  writeFileSync(path, 'not a token');
  await assert.rejects(source.token(), { code: 'CW-3014', message: /does not hold a token/ });
});
