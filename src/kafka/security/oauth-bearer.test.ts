// The messages of a login by token.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oauthBearerExchange } from './oauth-bearer.ts';

const none = new Map<string, string>();

test('a token and its extensions, as RFC 7628 and KIP-342 write them', async () => {
  const extensions = new Map([['logicalCluster', 'lkc-1']]);
  const login = oauthBearerExchange(() => Promise.resolve('a.b.c'), extensions);
  assert.equal(
    (await login.start()).toString(),
    'n,,\u0001auth=Bearer a.b.c\u0001logicalCluster=lkc-1\u0001\u0001',
  );
  assert.equal(await login.next(Buffer.alloc(0)), undefined);
});

test('a refusal is acknowledged, so that the broker tells its error', async () => {
  const login = oauthBearerExchange(() => Promise.resolve('a.b.c'), none);
  await login.start();
  assert.equal((await login.next(Buffer.from('{"status":"invalid_token"}')))?.toString(), '\u0001');
  await assert.rejects(login.next(Buffer.from('{}')), { code: 'CW-3012' });
});
