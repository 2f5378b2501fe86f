// OAuth tokens for logins: from a file, or from an endpoint by client credentials (RFC 6749, 4.4). One
// request at a time, and none while the last token has most of its life before it.
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { TokenEndpoint, TokenFile } from './sasl-settings.ts';

interface Token {
  readonly text: string;
  /** Wall clock. */
  readonly endsMs: number | undefined;
}

/** The share of its life for which a token is used again; Kafka's clients renew at 80 %. */
const usedShare = 0.8;
/** A token of which nobody tells how long it lives. */
const unknownLifeMs = 60_000;
/** A token is a few KB. */
const answerBytesMax = 256 * 1024;

export class TokenSource {
  readonly #settings: TokenFile | TokenEndpoint;
  readonly #clock: Clock;
  #kept: { readonly token: Token; readonly untilMs: number } | undefined;
  #asking: Promise<string> | undefined;

  constructor(settings: TokenFile | TokenEndpoint, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** Throws CW-3014. */
  token(): Promise<string> {
    const kept = this.#kept;
    if (kept !== undefined && this.#clock.wallMs() < kept.untilMs) return Promise.resolve(kept.token.text);
    this.#asking ??= this.#renew().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #renew(): Promise<string> {
    const settings = this.#settings;
    if ('path' in settings) return this.#fromFile(settings.path);
    const token = await this.#fromEndpoint(settings);
    const nowMs = this.#clock.wallMs();
    const lifeMs = token.endsMs === undefined ? unknownLifeMs : token.endsMs - nowMs;
    if (lifeMs <= 0) throw noToken(settings.url, 'its token has ended already: compare the clocks');
    this.#kept = { token, untilMs: nowMs + lifeMs * usedShare };
    return token.text;
  }

  /** Read each time: whoever writes the file decides when it is renewed. */
  async #fromFile(path: string): Promise<string> {
    let text: string;
    try {
      text = (await readFile(path, 'utf8')).trim();
    } catch (error) {
      throw noToken(path, describeError(error));
    }
    if (!isToken(text)) throw noToken(path, 'the file does not hold a token');
    const endsMs = endOf(text);
    if (endsMs !== undefined && endsMs <= this.#clock.wallMs()) {
      throw noToken(path, `its token ended at ${new Date(endsMs).toISOString()}`);
    }
    return text;
  }

  async #fromEndpoint(settings: TokenEndpoint): Promise<Token> {
    const { url, connectTimeoutMs, readTimeoutMs } = settings;
    const waitMs = connectTimeoutMs + readTimeoutMs;
    const abort = new AbortController();
    const timer = this.#clock.schedule(waitMs, () => abort.abort());
    try {
      const response = await fetch(url, { ...requestTo(settings), signal: abort.signal });
      return this.#tokenIn(url, response.status, await textOf(response));
    } catch (error) {
      if (error instanceof CausewayError) throw error;
      if (abort.signal.aborted) throw noToken(url, `no answer within ${waitMs} ms`);
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw noToken(url, describeError(cause));
    } finally {
      timer.cancel();
    }
  }

  #tokenIn(url: string, status: number, text: string): Token {
    const body = parsed(text);
    if (status !== 200) {
      const why = typeof body?.error === 'string' ? `: ${body.error.slice(0, 100)}` : '';
      throw noToken(url, `it answers ${status}${why}`);
    }
    const token = body?.access_token;
    if (typeof token !== 'string' || !isToken(token)) throw noToken(url, 'its answer holds no access_token');
    const seconds = body?.expires_in;
    const told = typeof seconds === 'number' ? this.#clock.wallMs() + seconds * 1000 : undefined;
    return { text: token, endsMs: endOf(token) ?? told };
  }
}

function requestTo({ clientId, clientSecret, scope, headerUrlEncode }: TokenEndpoint): RequestInit {
  const encode = headerUrlEncode ? encodeURIComponent : (text: string) => text;
  const credentials = Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64');
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== undefined && { scope }),
  });
  const headers = { authorization: `Basic ${credentials}`, accept: 'application/json' };
  // A redirect could carry the secret elsewhere.
  return { method: 'POST', headers, body, redirect: 'error' };
}

async function textOf(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece as Uint8Array, { stream: true });
    if (text.length > answerBytesMax) throw new Error(`an answer of more than ${answerBytesMax} bytes`);
  }
  return text;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 6750: letters, digits and a few signs. Anything else would break the message it is put into. */
const isToken = (text: string): boolean => /^[A-Za-z0-9\-._~+/]+=*$/.test(text);

/** The `exp` of a JWT (RFC 7519), in milliseconds; undefined for tokens of another kind. */
function endOf(token: string): number | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  const ends = parsed(Buffer.from(payload, 'base64url').toString('utf8'))?.exp;
  return typeof ends === 'number' && Number.isFinite(ends) ? ends * 1000 : undefined;
}

const noToken = (where: string, why: string): CausewayError =>
  new CausewayError('CW-3014', `no token from ${where}: ${why}`, { where });
