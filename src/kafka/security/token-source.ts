// OAuth tokens for logins: from a file, or from an endpoint. One request at a time, and none while the last
// token has most of its life before it; when no new one comes, the last is used until it ends.
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { TokenEndpoint, TokenFile } from './sasl-settings.ts';
import { TlsFiles } from './tls-material.ts';
import { isToken, tokenEnd } from './token.ts';
import { askEndpoint, endpointText, noToken } from './token-endpoint.ts';

interface KeptToken {
  readonly text: string;
  /** Wall clock: from when on a new one is asked for, and from when on this one is of no use. */
  readonly renewMs: number;
  readonly endsMs: number;
}

interface Asking {
  readonly token: Promise<string>;
  /** Resolves when whoever has another token should use that. */
  readonly patience: Promise<void>;
}

/** The share of its life after which a new token is asked for, as by Kafka's clients. */
const usedShare = 0.8;
/** A token of which nobody tells how long it lives. */
const unknownLifeMs = 60_000;
/** For how long a login waits for a new token while the kept one is good: less than a connection may take. */
const patienceMs = 1_000;
/** From a failure until the endpoint is asked again, while the kept token is good. */
const failureRestMs = 5_000;

export interface TokenSourceParts {
  readonly clock: Clock;
  readonly log: Log;
}

export class TokenSource {
  readonly #settings: TokenFile | TokenEndpoint;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tls: TlsFiles | undefined;
  #kept: KeptToken | undefined;
  #asking: Asking | undefined;
  #restsUntilMs = Number.NEGATIVE_INFINITY;
  #isToldOf = false;

  constructor(settings: TokenFile | TokenEndpoint, { clock, log }: TokenSourceParts) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    const tls = 'path' in settings ? undefined : settings.tls;
    this.#tls = tls === undefined ? undefined : new TlsFiles(tls, log);
  }

  /** Throws CW-3014. */
  token(): Promise<string> {
    const settings = this.#settings;
    if ('path' in settings) return this.#fromFile(settings.path);
    const kept = this.#kept;
    const nowMs = this.#clock.wallMs();
    if (kept === undefined || nowMs >= kept.endsMs) return this.#ask(settings).token;
    const isResting = this.#clock.monotonicMs() < this.#restsUntilMs;
    if (nowMs < kept.renewMs || isResting) return Promise.resolve(kept.text);
    const { token, patience } = this.#ask(settings);
    // Why none came is told where it is asked for.
    const orKept = token.catch(() => kept.text);
    return Promise.race([orKept, patience.then(() => kept.text)]);
  }

  #ask(endpoint: TokenEndpoint): Asking {
    if (this.#asking !== undefined) return this.#asking;
    const { promise: patience, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(patienceMs, resolve);
    const token = this.#renew(endpoint).finally(() => {
      timer.cancel();
      this.#asking = undefined;
    });
    this.#asking = { token, patience };
    return this.#asking;
  }

  async #renew(endpoint: TokenEndpoint): Promise<string> {
    try {
      const { text, endsMs } = await askEndpoint(endpoint, this.#tls, this.#clock);
      const nowMs = this.#clock.wallMs();
      const lifeMs = endsMs === undefined ? unknownLifeMs : endsMs - nowMs;
      if (lifeMs <= 0)
        throw noToken(endpointText(endpoint), 'its token has ended already: compare the clocks');
      this.#kept = { text, renewMs: nowMs + lifeMs * usedShare, endsMs: nowMs + lifeMs };
      this.#isToldOf = false;
      return text;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  #failed(error: unknown): void {
    if (this.#kept === undefined || this.#clock.wallMs() >= this.#kept.endsMs) return;
    this.#restsUntilMs = this.#clock.monotonicMs() + failureRestMs;
    if (this.#isToldOf) return;
    this.#isToldOf = true;
    const until = new Date(this.#kept.endsMs).toISOString();
    this.#log.warn({ error: describeError(error) }, `no new token; the last one is used until ${until}`);
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
    const endsMs = tokenEnd(text);
    if (endsMs !== undefined && endsMs <= this.#clock.wallMs()) {
      throw noToken(path, `its token ended at ${new Date(endsMs).toISOString()}`);
    }
    return text;
  }
}
