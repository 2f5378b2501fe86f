// The small HTTP server of every process: /metrics, /healthz, /readyz. It answers from memory and never waits
// for Kafka.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { CausewayError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Metrics } from './metrics.ts';

/** One thing that must hold; `message` says what does not, or how well it does. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly message: string;
}

export interface HttpOptions {
  readonly host?: string;
  /** 0: the system chooses one. */
  readonly port: number;
  readonly metrics: Metrics;
  /** Without a false one the process is alive. A process that is not should be killed by its supervisor. */
  readonly healthChecks?: () => readonly Check[];
  /** With all true the process does its work. */
  readonly readyChecks: () => readonly Check[];
  readonly log: Log;
}

export interface HttpServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  /** Lets answers under way finish and ends all connections. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = (status: number, value: unknown): Answer => {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
};

/** Listens. Throws CW-6011 where the port cannot be opened. */
export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', port, log } = options;
  const routes = routesOf(options);
  const underWay = new Set<Promise<void>>();
  const server = createServer({ requestTimeout: 10_000, keepAliveTimeout: 5000 }, (request, response) => {
    const answered = new Promise<void>((resolve) => {
      response.once('close', resolve);
    }).then(() => void underWay.delete(answered));
    underWay.add(answered);
    respond(routes, request, response, log).catch((error: unknown) => {
      log.error({ error: describeError(error) }, 'an HTTP request could not be answered');
      response.destroy();
    });
  });
  server.maxHeadersCount = 100;
  await listen(server, host, port);
  const address = server.address() as { readonly port: number };
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeServer(server, underWay);
    return closing;
  };
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    host,
    port: address.port,
    url: `http://${shownHost}:${address.port}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A client that has sent half a request, or keeps its connection, does not hold the end up. */
async function closeServer(server: Server, underWay: Iterable<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  await Promise.all(underWay);
  server.closeAllConnections();
  await closed;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message);
      const message = `cannot listen on ${host}:${port} for metrics and health: ${why}`;
      reject(new CausewayError('CW-6011', message, { host, port }, error));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

type Route = () => Answer | Promise<Answer>;

function routesOf({
  metrics,
  healthChecks = () => [],
  readyChecks,
}: HttpOptions): ReadonlyMap<string, Route> {
  return new Map<string, Route>([
    ['/metrics', async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() })],
    ['/healthz', () => checked(healthChecks())],
    ['/readyz', () => checked(readyChecks())],
  ]);
}

function checked(checks: readonly Check[]): Answer {
  const ok = checks.every((check) => check.ok);
  const shown = checks.map(({ name, ok: passed, message }) => ({ name, ok: passed, message }));
  return json(ok ? 200 : 503, { status: ok ? 'ok' : 'failing', checks: shown });
}

async function respond(
  routes: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): Promise<void> {
  const answer = await answerTo(routes, request, log);
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(answer.status === 405 && { allow: 'GET, HEAD' }),
  });
  // Node leaves the body of an answer to HEAD out.
  response.end(answer.body);
  // What a client still sends is of no interest; the connection stays usable for the next request.
  request.resume();
}

async function answerTo(
  routes: ReadonlyMap<string, Route>,
  request: IncomingMessage,
  log: Log,
): Promise<Answer> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const route = routes.get(path);
  if (route === undefined) {
    return json(404, { status: 'not found', message: `There are ${[...routes.keys()].join(', ')}.` });
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return json(405, { status: 'method not allowed', message: 'Use GET.' });
  }
  try {
    return await route();
  } catch (error) {
    log.error({ path, error: describeError(error) }, 'an HTTP request could not be answered');
    return json(500, { status: 'failed', message: 'The log says why.' });
  }
}
