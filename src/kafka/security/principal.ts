// Who a broker takes us for, as far as our own settings tell it (Kafka's DefaultKafkaPrincipalBuilder).
import type { SecuritySettings } from './security-settings.ts';

/**
 * `User:` and the name of the login. Undefined where the broker decides: the name in a certificate is subject
 * to its mapping rules, that in a token to its claims.
 */
export function principalOf({ sasl, tls }: SecuritySettings): string | undefined {
  if (sasl !== undefined) return 'username' in sasl ? `User:${sasl.username}` : undefined;
  return tls?.own === undefined ? 'User:ANONYMOUS' : undefined;
}
