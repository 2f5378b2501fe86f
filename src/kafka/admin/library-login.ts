// Logins as the Kafka library is told of them.
import type { ConnectionOptions } from '@platformatic/kafka';
import type { Security } from '../security/security.ts';

/** The library carries out the same logins by itself. */
export function loginOf(security: Security): Pick<ConnectionOptions, 'sasl'> {
  const { sasl } = security.settings;
  if (sasl === undefined) return {};
  if (sasl.mechanism !== 'OAUTHBEARER') return { sasl };
  const oauthBearerExtensions = Object.fromEntries(sasl.extensions);
  return { sasl: { mechanism: sasl.mechanism, token: () => security.token(), oauthBearerExtensions } };
}
