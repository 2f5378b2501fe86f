// SASL OAUTHBEARER (RFC 7628, KIP-255): a token that somebody else has signed.
import { loginRefused, type SaslExchange } from './sasl-exchange.ts';

const separator = '\u0001';
/** What a client answers to a refusal, before the broker ends the exchange (RFC 7628, 3.2.3). */
const acknowledged = Buffer.from(separator);

/** `token` is asked for once per login. */
export function oauthBearerExchange(
  token: () => Promise<string>,
  extensions: ReadonlyMap<string, string>,
): SaslExchange {
  let refused = false;
  return {
    mechanism: 'OAUTHBEARER',
    start: async () => {
      const pairs = [
        `auth=Bearer ${await token()}`,
        ...[...extensions].map(([name, value]) => `${name}=${value}`),
      ];
      return Buffer.from(`n,,${separator}${pairs.join(separator)}${separator}${separator}`);
    },
    next: (answer) => {
      if (answer.length === 0) return Promise.resolve(undefined);
      if (refused) return Promise.reject(loginRefused('the broker refused the token twice'));
      // Its reason comes with the error that follows.
      refused = true;
      return Promise.resolve(acknowledged);
    },
  };
}
