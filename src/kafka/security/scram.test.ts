// SCRAM against the example of its RFC, and against brokers that lie.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scramExchange } from './scram.ts';

const nonce = 'rOprNGfwEbeRWgbNEkqO';
const serverFirst = `r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';
const exchange = (password = 'pencil') => scramExchange('SCRAM-SHA-256', 'user', password, nonce);
const bytes = (text: string) => Buffer.from(text);

test('the example of RFC 7677', async () => {
  const login = exchange();
  assert.equal((await login.start()).toString(), `n,,n=user,r=${nonce}`);
  const proof = await login.next(bytes(serverFirst));
  assert.equal(
    proof?.toString(),
    `c=biws,r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
  );
  assert.equal(await login.next(bytes(serverFinal)), undefined);
});

test('signs that separate attributes are written otherwise in a name', async () => {
  const login = scramExchange('SCRAM-SHA-512', 'a=b,c', 'p', 'x');
  assert.equal((await login.start()).toString(), 'n,,n=a=3Db=2Cc,r=x');
});

for (const [what, answer, message] of [
  ['another login’s nonce', 'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', /does not belong to this login/],
  ['no nonce of its own', `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, /does not belong to this login/],
  ['too few rounds', serverFirst.replace('4096', '1'), /asks for 1 rounds/],
  ['rounds without end', serverFirst.replace('4096', '2000000000'), /asks for 2000000000 rounds/],
  ['nothing that can be read', '\0\0', /does not belong to this login/],
] as const) {
  test(`a broker with ${what} is refused`, async () => {
    const login = exchange();
    await login.start();
    await assert.rejects(login.next(bytes(answer)), { code: 'CW-3012', message });
  });
}

test('a broker that does not know the password is found out', async () => {
  const login = exchange('another');
  await login.start();
  await login.next(bytes(serverFirst));
  await assert.rejects(login.next(bytes(serverFinal)), { code: 'CW-3012', message: /may be another one/ });
});

test('the broker’s own refusal is told', async () => {
  const login = exchange();
  await login.start();
  await login.next(bytes(serverFirst));
  await assert.rejects(login.next(bytes('e=invalid-proof')), { code: 'CW-3012', message: /invalid-proof/ });
});
