// A connection that logs in, and logs in again while requests are under way, against a broker of the test.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { HostileBroker, Received } from '../../../test/fixtures/hostile-broker.ts';
import { manualClock } from '../../../test/fixtures/manual-clock.ts';
import { latestOf, openTo, startBroker } from '../../../test/fixtures/opened-connection.ts';
import { answerOffsets } from '../../../test/fixtures/right-answers.ts';
import { waitUntil } from '../../../test/fixtures/wait-until.ts';
import type { Clock } from '../../base/clock.ts';
import { CausewayError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import { plainExchange } from '../security/plain.ts';
import { createSecurity } from '../security/security.ts';
import { readSecurity } from '../security/security-settings.ts';
import { kafkaError } from '../wire/error-codes.ts';
import { WireReader } from '../wire/reader.ts';
import {
  decodeSaslAuthenticateRequest,
  encodeSaslAuthenticateResponse,
  encodeSaslHandshakeResponse,
} from '../wire/sasl.ts';
import { createKafkaCluster } from './real-cluster.ts';

const newLogin = () => plainExchange('alice', 's3cret');
const holdsMs = 10_000;

const shakeHands = (request: Received, errorCode: number = kafkaError.NONE) =>
  request.answer((w) =>
    encodeSaslHandshakeResponse(w, 1, { errorCode, mechanisms: ['SCRAM-SHA-256', 'GSSAPI'] }),
  );

function letIn(request: Received, errorCode: number = kafkaError.NONE): void {
  const errorMessage = errorCode === kafkaError.NONE ? undefined : 'Authentication failed: wrong';
  const answer = { errorCode, errorMessage, bytes: Buffer.alloc(0), sessionLifetimeMs: holdsMs };
  request.answer((w) => encodeSaslAuthenticateResponse(w, 2, answer));
}

async function brokerWithLogin(t: TestContext): Promise<HostileBroker> {
  const broker = await startBroker(t);
  broker.behaviour.set('saslHandshake', (request) => shakeHands(request));
  broker.behaviour.set('saslAuthenticate', (request) => letIn(request));
  broker.behaviour.set('listOffsets', answerOffsets);
  return broker;
}

const asked = ({ requests }: HostileBroker) => requests.map(({ api }) => api);

test('a connection logs in before anything else', async (t) => {
  const broker = await brokerWithLogin(t);
  const { calls } = await openTo(t, broker, { newLogin });
  await calls.listOffsets(latestOf(1));
  assert.deepEqual(asked(broker), ['saslHandshake', 'saslAuthenticate', 'listOffsets']);
  const sent = decodeSaslAuthenticateRequest(new WireReader(broker.requests[1]?.body as Buffer), 2);
  assert.equal(sent.toString(), '\0alice\0s3cret');
});

test('while a login is made again, what comes waits, and leaves in its order', async (t) => {
  const broker = await brokerWithLogin(t);
  const clock = manualClock();
  const { calls } = await openTo(t, broker, { newLogin, clock });
  const held: Received[] = [];
  broker.behaviour.set('saslAuthenticate', (request) => void held.push(request));
  clock.advance(holdsMs * 0.849);
  assert.equal(broker.requests.length, 2);
  clock.advance(holdsMs * 0.101);
  await broker.untilRequests(4);
  const answers = [1, 2, 3].map((each) => calls.listOffsets(latestOf(each)));
  letIn(held[0] as Received);
  const offsets = (await Promise.all(answers)).map(([listed]) => listed?.offset);
  assert.deepEqual(offsets, [1n, 2n, 3n]);
  const twice = ['saslHandshake', 'saslAuthenticate', 'saslHandshake', 'saslAuthenticate'];
  assert.deepEqual(asked(broker), [...twice, 'listOffsets', 'listOffsets', 'listOffsets']);
});

test('a later login that is refused ends the connection, and what waits is told why', async (t) => {
  const broker = await brokerWithLogin(t);
  const clock = manualClock();
  const { calls, connection } = await openTo(t, broker, { newLogin, clock });
  const held: Received[] = [];
  broker.behaviour.set('saslAuthenticate', (request) => void held.push(request));
  clock.advance(holdsMs * 0.95);
  await broker.untilRequests(4);
  const waiting = assert.rejects(calls.listOffsets(latestOf(1)), {
    code: 'CW-3012',
    message: /Authentication failed/,
  });
  letIn(held[0] as Received, kafkaError.SASL_AUTHENTICATION_FAILED);
  await waiting;
  assert.equal(connection.closed, true);
  assert.equal(clock.timers, 0);
});

test('a connection that ends while it logs in again tells what waits', async (t) => {
  const broker = await brokerWithLogin(t);
  const clock = manualClock();
  const { calls, connection } = await openTo(t, broker, { newLogin, clock });
  broker.behaviour.set('saslAuthenticate', () => undefined);
  clock.advance(holdsMs * 0.95);
  await broker.untilRequests(4);
  const waiting = assert.rejects(calls.listOffsets(latestOf(1)), { code: 'CW-3003' });
  connection.destroy('no more');
  await waiting;
  assert.equal(clock.timers, 0);
});

/** A login of which each first message comes when the test says. */
function tokensByHand() {
  const asked: PromiseWithResolvers<Buffer>[] = [];
  const newSlowLogin = () => ({
    ...plainExchange('alice', 's3cret'),
    start: () => {
      const waiting = Promise.withResolvers<Buffer>();
      asked.push(waiting);
      return waiting.promise;
    },
  });
  const give = async (at: number) => {
    await waitUntil(`token ${at} is asked for`, () => asked.length > at);
    asked[at]?.resolve(Buffer.from('token'));
  };
  const refuse = async (at: number) => {
    await waitUntil(`token ${at} is asked for`, () => asked.length > at);
    asked[at]?.reject(noToken);
  };
  return { asked, newLogin: newSlowLogin, give, refuse };
}

const noToken = new CausewayError('CW-3014', 'no token from https://id/token: it answers 503');

async function openWithTokens(t: TestContext) {
  const broker = await brokerWithLogin(t);
  const clock = manualClock();
  const tokens = tokensByHand();
  const refusals: (CausewayError | undefined)[] = [];
  const onLogin = (refusal: CausewayError | undefined) => void refusals.push(refusal);
  // A login is made again as early as it may be: after 85 % of its time.
  const random = { int: () => 0 };
  const opening = openTo(t, broker, { newLogin: tokens.newLogin, clock, onLogin, random });
  await tokens.give(0);
  return { broker, clock, tokens, refusals, ...(await opening) };
}

test('while the token for a later login is waited for, requests go on', async (t) => {
  const { broker, clock, tokens, calls } = await openWithTokens(t);
  clock.advance(holdsMs * 0.95);
  assert.equal(tokens.asked.length, 2);
  await calls.listOffsets(latestOf(1));
  assert.deepEqual(asked(broker), ['saslHandshake', 'saslAuthenticate', 'listOffsets']);
  await tokens.give(1);
  await broker.untilRequests(5);
  assert.deepEqual(asked(broker).slice(3), ['saslHandshake', 'saslAuthenticate']);
});

test('without a token for a later login, the connection goes on and one is asked for again', async (t) => {
  const { broker, clock, tokens, calls, connection, refusals } = await openWithTokens(t);
  clock.advance(holdsMs * 0.85);
  await tokens.refuse(1);
  await calls.listOffsets(latestOf(1));
  clock.advance(1_000);
  assert.equal(connection.closed, false);
  assert.deepEqual(refusals, [undefined], 'other connections are not kept from logging in');
  await tokens.give(2);
  await broker.untilRequests(5);
  await calls.listOffsets(latestOf(1));
  assert.deepEqual(refusals, [undefined, undefined]);
});

for (const [what, message] of [
  ['refuses', /it answers 503/],
  ['hangs', /no token came while the last login held/],
] as const) {
  test(`an endpoint that ${what} until a login ends: the connection ends, and says why`, async (t) => {
    const { clock, tokens, calls, connection, refusals } = await openWithTokens(t);
    clock.advance(holdsMs * 0.85);
    for (const at of what === 'refuses' ? [1, 2] : []) {
      clock.advance(1_000 * (at - 1));
      await tokens.refuse(at);
      await calls.listOffsets(latestOf(1));
    }
    clock.advance(holdsMs - clock.monotonicMs() - 1);
    assert.equal(connection.closed, false);
    clock.advance(1);
    assert.equal(connection.closed, true);
    await assert.rejects(calls.listOffsets(latestOf(1)), { code: 'CW-3014', message });
    assert.deepEqual(
      refusals.map((refusal) => refusal?.code),
      [undefined, 'CW-3014'],
    );
    tokens.asked.at(-1)?.resolve(Buffer.from('late'));
    assert.equal(clock.timers, 0);
  });
}

for (const [what, handshake, message] of [
  [
    'has another mechanism',
    kafkaError.UNSUPPORTED_SASL_MECHANISM,
    /PLAIN is not offered; this listener has SCRAM-SHA-256, GSSAPI/,
  ],
  ['has no login', kafkaError.ILLEGAL_SASL_STATE, /this listener has no login/],
] as const) {
  test(`a listener that ${what}`, async (t) => {
    const broker = await brokerWithLogin(t);
    broker.behaviour.set('saslHandshake', (request) => shakeHands(request, handshake));
    await assert.rejects(openTo(t, broker, { newLogin }), { code: 'CW-3012', message });
  });
}

test('a broker that refuses is quoted, and the password is not', async (t) => {
  const broker = await brokerWithLogin(t);
  broker.behaviour.set('saslAuthenticate', (request) =>
    letIn(request, kafkaError.SASL_AUTHENTICATION_FAILED),
  );
  await assert.rejects(openTo(t, broker, { newLogin }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'CW-3012');
    assert.match(
      error.message,
      /broker 1 at 127.0.0.1:\d+: the login by PLAIN was refused: Authentication failed/,
    );
    assert.doesNotMatch(error.message, /s3cret/);
    return true;
  });
});

test('after a refused login the broker is left alone for a while, then a right one gets in', async (t) => {
  const broker = await brokerWithLogin(t);
  const clock = manualClock();
  const security = securityOf(clock);
  const parts = { bootstrapServers: [broker.text], clientId: 'c', clock, log: silentLog, security };
  const clusters = [createKafkaCluster(parts), createKafkaCluster(parts)] as const;
  t.after(() => Promise.all(clusters.map((each) => each.close())));
  broker.behaviour.set('saslAuthenticate', (request) =>
    letIn(request, kafkaError.SASL_AUTHENTICATION_FAILED),
  );
  const refused = { code: 'CW-3012', message: /lets us in.*Authentication failed/ };
  await assert.rejects(clusters[0].metadata([]), refused);
  for (let tries = 0; tries < 10; tries += 1) {
    for (const each of clusters) await assert.rejects(each.metadata([]), refused);
  }
  assert.equal(broker.linksAccepted, 1);
  clock.advance(1_000);
  broker.behaviour.set('saslAuthenticate', (request) => letIn(request));
  for (const each of clusters) assert.equal((await each.metadata([])).clusterId, 'hostile');
});

function securityOf(clock: Clock) {
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const { security, problems } = readSecurity(
    new Map([
      ['security.protocol', 'SASL_PLAINTEXT'],
      ['sasl.mechanism', 'PLAIN'],
      ['sasl.jaas.config', `${login} username="alice" password="s3cret";`],
    ]),
  );
  assert.deepEqual(problems, []);
  return createSecurity(security, { clock, random: seededRandom(1), log: silentLog });
}
