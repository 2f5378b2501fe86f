// How the connections of one region are secured: made once from its settings, used by every connection.
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { LoginRest } from './login-rest.ts';
import { oauthBearerExchange } from './oauth-bearer.ts';
import { plainExchange } from './plain.ts';
import type { SaslExchange } from './sasl-exchange.ts';
import type { SaslSettings } from './sasl-settings.ts';
import { newNonce, scramExchange } from './scram.ts';
import type { SecuritySettings } from './security-settings.ts';
import { TlsFiles, type TlsOptions, tlsOptionsOf } from './tls-material.ts';
import { TokenSource } from './token-source.ts';

export interface Security {
  /** What TLS is to be made of, as the files are now; undefined without TLS. Throws CW-3013. */
  tlsOptions(): Promise<TlsOptions | undefined>;
  /** A new login; undefined where there is none. */
  newLogin(): SaslExchange | undefined;
  readonly logins: Pick<LoginRest, 'check' | 'note'>;
  /** The token of the moment, for a login that somebody else carries out. Throws CW-3014. */
  token(): Promise<string>;
  readonly settings: SecuritySettings;
}

export const plainSecurity: Security = {
  tlsOptions: () => Promise.resolve(undefined),
  newLogin: () => undefined,
  logins: { check: () => undefined, note: () => undefined },
  token: () => Promise.reject(new Error('no token is in use')),
  settings: { tls: undefined, sasl: undefined },
};

export interface SecurityParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export function createSecurity(settings: SecuritySettings, parts: SecurityParts): Security {
  const { clock, random, log } = parts;
  const { tls, sasl } = settings;
  const files = tls === undefined ? undefined : new TlsFiles(tls, log);
  const tokens = sasl?.mechanism === 'OAUTHBEARER' ? new TokenSource(sasl.source, { clock, log }) : undefined;
  const token = () => (tokens === undefined ? plainSecurity.token() : tokens.token());
  return {
    settings,
    token,
    logins: new LoginRest(clock, random),
    newLogin: () => (sasl === undefined ? undefined : exchangeFor(sasl, token, random)),
    tlsOptions: () => tlsOptionsOf(files),
  };
}

function exchangeFor(sasl: SaslSettings, token: () => Promise<string>, random: Random): SaslExchange {
  if (sasl.mechanism === 'OAUTHBEARER') return oauthBearerExchange(token, sasl.extensions);
  const { mechanism, username, password } = sasl;
  if (mechanism === 'PLAIN') return plainExchange(username, password);
  return scramExchange(mechanism, username, password, newNonce(random));
}
