// Kafka's security settings, read into one typed value, or everything that is wrong with them at once. Pure:
// causeway.yaml is checked by it before any secret is known.
import { readSasl, type SaslSettings, saslSettingNames } from './sasl-settings.ts';
import { type SettingProblem, SettingReader } from './setting-reader.ts';
import { readTls, tlsSettingNames, type TlsSettings } from './tls-settings.ts';

export interface SecuritySettings {
  readonly tls: TlsSettings | undefined;
  readonly sasl: SaslSettings | undefined;
}

export const securityProtocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;

/** What is read here; other settings are not looked at. */
export const securitySettingNames = ['security.protocol', ...tlsSettingNames, ...saslSettingNames] as const;

/**
 * `unknown` names the settings whose values are not there yet: they are given, and nothing is said of them.
 * With problems, `security` must not be used.
 */
export function readSecurity(
  settings: ReadonlyMap<string, string>,
  unknown: ReadonlySet<string> = new Set(),
): { readonly security: SecuritySettings; readonly problems: readonly SettingProblem[] } {
  const reader = new SettingReader(settings, unknown);
  const protocol = reader.choice('security.protocol', securityProtocols, 'PLAINTEXT');
  // Which settings have an effect hangs on the protocol.
  if (unknown.has('security.protocol')) return { security: none, problems: reader.problems };
  const withTls = protocol.endsWith('SSL');
  const withSasl = protocol.startsWith('SASL');
  if (!withTls) reader.refuseUseless(tlsSettingNames, `security.protocol ${protocol} does not use TLS`);
  if (!withSasl) reader.refuseUseless(saslSettingNames, `security.protocol ${protocol} has no login`);
  const tls = withTls ? readTls(reader) : undefined;
  const sasl = withSasl ? readSasl(reader) : undefined;
  return { security: { tls, sasl }, problems: reader.problems };
}

const none: SecuritySettings = { tls: undefined, sasl: undefined };
