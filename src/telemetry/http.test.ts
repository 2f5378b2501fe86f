// /metrics, /healthz and /readyz over real sockets: answers, refusals, hostile requests, and the end of the
// server.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { CausewayError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { type Check, type HttpOptions, startHttpServer } from './http.ts';
import { Metrics } from './metrics.ts';

async function serve(t: TestContext, options: Partial<HttpOptions> = {}) {
  const metrics = options.metrics ?? new Metrics();
  const server = await startHttpServer({
    port: 0,
    readyChecks: () => [],
    log: silentLog,
    ...options,
    metrics,
  });
  t.after(() => server.close());
  return server;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function ask(url: string, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Node sends the body of a DELETE without saying how long it is, unless told.
    const headers = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const asked = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Sends bytes as they are, and resolves with all that comes back once the server closes. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      answer += piece;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

const failing: Check = { name: 'ledger', ok: false, message: 'the ledger has not been read yet' };
const passing: Check = { name: 'controller', ok: true, message: 'last round 1 s ago' };

test('/metrics shows the metrics in the format of Prometheus', async (t) => {
  const metrics = new Metrics();
  metrics.count('causeway_ledger_writes_total', { region: 'eu' }, 3);
  const { url } = await serve(t, { metrics });
  const { status, headers, body } = await ask(`${url}/metrics`);
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.match(body, /^causeway_ledger_writes_total\{region="eu"\} 3$/m);
});

test('/healthz and /readyz say what holds and what does not', async (t) => {
  const { url } = await serve(t, { healthChecks: () => [passing], readyChecks: () => [passing, failing] });
  const alive = await ask(`${url}/healthz`);
  assert.equal(alive.status, 200);
  assert.deepEqual(JSON.parse(alive.body), { status: 'ok', checks: [passing] });
  const ready = await ask(`${url}/readyz`);
  assert.equal(ready.status, 503);
  assert.deepEqual(JSON.parse(ready.body), { status: 'failing', checks: [passing, failing] });
});

test('without checks a process is alive', async (t) => {
  const { url } = await serve(t);
  assert.deepEqual(JSON.parse((await ask(`${url}/healthz`)).body), { status: 'ok', checks: [] });
});

test('checks are asked anew for each request', async (t) => {
  let ok = false;
  const { url } = await serve(t, { readyChecks: () => [{ ...failing, ok }] });
  assert.equal((await ask(`${url}/readyz`)).status, 503);
  ok = true;
  assert.equal((await ask(`${url}/readyz`)).status, 200);
});

test('a query changes nothing, HEAD is GET without a body', async (t) => {
  const { url } = await serve(t);
  assert.equal((await ask(`${url}/healthz?verbose=1`)).status, 200);
  const head = await ask(`${url}/healthz`, 'HEAD');
  assert.deepEqual([head.status, head.body], [200, '']);
  assert.ok(Number(head.headers['content-length']) > 0);
});

test('other paths and methods are refused, and say what there is', async (t) => {
  const { url } = await serve(t);
  for (const path of ['/', '/metric', '/metrics/', '/%6detrics', '//metrics']) {
    const { status, body } = await ask(url + path);
    assert.equal(status, 404, path);
    assert.match(body, /There are \/metrics, \/healthz, \/readyz\./);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const { status, headers } = await ask(`${url}/metrics`, method, 'body '.repeat(1_000));
    assert.deepEqual([status, headers.allow], [405, 'GET, HEAD'], method);
  }
});

test('a check that throws is 500 and in the log; the answer holds nothing of it', async (t) => {
  const logged: unknown[] = [];
  const log = { ...silentLog, error: (fields: unknown, message: string) => logged.push([fields, message]) };
  const { url } = await serve(t, {
    log,
    readyChecks: () => {
      throw new Error('password=hunter2');
    },
  });
  const { status, body } = await ask(`${url}/readyz`);
  assert.equal(status, 500);
  assert.doesNotMatch(body, /hunter2/);
  assert.equal(logged.length, 1);
  assert.equal((await ask(`${url}/healthz`)).status, 200, 'it goes on');
});

const bad: readonly (readonly [string, string, RegExp])[] = [
  ['no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
  ['headers without end', `GET /metrics HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  ['two lengths', 'POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['a NUL in the path', 'GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n', /^HTTP\/1\.1 400 /],
  ['a version of its own', 'GET / HTTP/9.9\r\nhost: x\r\n\r\n', /^HTTP\/1\.1 (400|505) /],
];
for (const [name, text, answer] of bad) {
  test(`${name} is refused, and the next request is answered`, async (t) => {
    const { url, port } = await serve(t);
    assert.match(await sendRaw(port, text), answer);
    assert.equal((await ask(`${url}/healthz`)).status, 200);
  });
}

test('several requests on one connection are answered in their order', async (t) => {
  const { port } = await serve(t);
  const one = (path: string, last: boolean) =>
    `GET ${path} HTTP/1.1\r\nhost: x\r\n${last ? 'connection: close\r\n' : ''}\r\n`;
  const answer = await sendRaw(port, one('/healthz', false) + one('/nowhere', false) + one('/readyz', true));
  const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
  assert.deepEqual(statuses, ['200', '404', '200']);
});

test('a port that is taken is told with its address', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => {
    taken.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  await assert.rejects(serve(t, { port }), (error) => {
    assert.ok(error instanceof CausewayError);
    assert.equal(error.code, 'CW-6011');
    assert.equal(
      error.message,
      `cannot listen on 127.0.0.1:${port} for metrics and health: another program listens there`,
    );
    return true;
  });
});

test('closing ends connections that are idle or in the middle of a request; the port is free', async (t) => {
  const server = await serve(t);
  const socket = connect(server.port, '127.0.0.1');
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
  });
  socket.resume();
  await new Promise<void>((resolve) => {
    socket.once('connect', () => socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'));
    socket.once('data', () => resolve());
  });
  const half = connect(server.port, '127.0.0.1');
  await new Promise<void>((resolve) => {
    half.once('connect', () => half.write('GET /healthz HTTP/1.1\r\nx:', () => resolve()));
  });
  half.on('error', () => undefined);
  await ask(`${server.url}/healthz`);
  assert.equal(server.close(), server.close());
  await Promise.all([server.close(), closed]);
  await serve(t, { port: server.port });
});

test('the address is shown so that it can be opened, also for IPv6', async (t) => {
  const { url } = await serve(t, { host: '::1' });
  assert.match(url, /^http:\/\/\[::1\]:\d+$/);
  assert.equal((await ask(`${url}/healthz`)).status, 200);
});

test('an answer that is under way at the end is given', async (t) => {
  const metrics = new Metrics();
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  metrics.text = async () => {
    begun.resolve();
    await goOn.promise;
    return 'late\n';
  };
  const server = await serve(t, { metrics });
  const answer = ask(`${server.url}/metrics`);
  await begun.promise;
  const closed = server.close();
  goOn.resolve();
  assert.deepEqual([(await answer).status, (await answer).body], [200, 'late\n']);
  await closed;
});
