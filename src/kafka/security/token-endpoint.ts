// A token endpoint: asked once by client credentials (RFC 6749, 4.4), and what can be wrong with its answer.
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Clock, Timer } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { TokenEndpoint } from './sasl-settings.ts';
import { isUnknownAuthority } from './tls-errors.ts';
import { type TlsFiles, type TlsOptions, tlsOptionsOf } from './tls-material.ts';
import { isToken, jsonObject, type Token, tokenEnd } from './token.ts';

/** A token is a few KB. */
const answerBytesMax = 256 * 1024;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Throws CW-3014. `files`: whom to trust; undefined: the authorities that Node.js knows. */
export async function askEndpoint(
  endpoint: TokenEndpoint,
  files: TlsFiles | undefined,
  clock: Clock,
): Promise<Token> {
  const where = endpointText(endpoint);
  let answer: Answer;
  try {
    answer = await post(endpoint, await tlsOptionsOf(files), clock);
  } catch (error) {
    throw noToken(where, `${describeError(error)}${trustHint(error)}`);
  }
  return tokenIn(where, answer, clock.wallMs());
}

/** What may be shown of its address. */
export function endpointText({ url }: TokenEndpoint): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** `where`: the file or the endpoint. */
export const noToken = (where: string, why: string): CausewayError =>
  new CausewayError('CW-3014', `no token from ${where}: ${why}`, { where });

const trustHint = (error: unknown): string =>
  isUnknownAuthority(error)
    ? '; give its authority as ssl.truststore.location="…" ssl.truststore.type="PEM" in sasl.jaas.config'
    : '';

function post(endpoint: TokenEndpoint, tls: TlsOptions | undefined, clock: Clock): Promise<Answer> {
  const url = new URL(endpoint.url);
  const isEncrypted = url.protocol === 'https:';
  const { headers, body } = contentOf(endpoint);
  const { connectTimeoutMs, readTimeoutMs } = endpoint;
  let timer: Timer | undefined;
  const answered = new Promise<Answer>((resolve, reject) => {
    const options = { method: 'POST', headers, agent: false, ...tls } as const;
    // Redirects are not followed: one could carry the secret elsewhere.
    const request = (isEncrypted ? requestTls : requestPlain)(url, options, (response) => {
      const status = response.statusCode ?? 0;
      textOf(response).then((text) => resolve({ status, text }), reject);
    });
    const giveUpAfter = (waitMs: number, missing: string) => {
      timer?.cancel();
      timer = clock.schedule(waitMs, () => {
        reject(new Error(`no ${missing} within ${waitMs} ms`));
        request.destroy();
      });
    };
    giveUpAfter(connectTimeoutMs, 'connection');
    request.once('socket', (socket) => {
      const connected = isEncrypted ? 'secureConnect' : 'connect';
      socket.once(connected, () => giveUpAfter(readTimeoutMs, 'answer'));
    });
    request.on('error', reject);
    request.end(body);
  });
  return answered.finally(() => timer?.cancel());
}

function contentOf({ clientId, clientSecret, scope, headerUrlEncode }: TokenEndpoint) {
  const encode = headerUrlEncode ? encodeURIComponent : (text: string) => text;
  const credentials = Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
  }).toString();
  const headers = {
    authorization: `Basic ${credentials}`,
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
  };
  return { headers, body };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of response) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (text.length > answerBytesMax) throw new Error(`an answer of more than ${answerBytesMax} bytes`);
  }
  return text;
}

function tokenIn(where: string, { status, text }: Answer, nowMs: number): Token {
  const body = jsonObject(text);
  if (status !== 200) {
    const why = typeof body?.error === 'string' ? `: ${body.error.slice(0, 100)}` : '';
    const redirect = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
    throw noToken(where, `it answers ${status}${redirect}${why}`);
  }
  const token = body?.access_token;
  if (typeof token !== 'string' || !isToken(token)) throw noToken(where, 'its answer holds no access_token');
  const seconds = body?.expires_in;
  const told = typeof seconds === 'number' ? nowMs + seconds * 1000 : undefined;
  return { text: token, endsMs: tokenEnd(token) ?? told };
}
