// Kafka's connection settings by their own names: which are known, which this version acts on, and the
// address list.
import { closestName } from '../base/closest-name.ts';
import { securitySettingNames } from '../kafka/security/security-settings.ts';

/** Settings that this version uses. */
export const usedConnectionSettings: readonly string[] = ['bootstrap.servers', ...securitySettingNames];

/** Kafka's names of client settings (org.apache.kafka.clients.admin.AdminClientConfig, Kafka 4.3). */
export const knownConnectionSettings: ReadonlySet<string> = new Set([
  ...usedConnectionSettings,
  'client.dns.lookup',
  'client.id',
  'connections.max.idle.ms',
  'default.api.timeout.ms',
  'enable.metrics.push',
  'metadata.max.age.ms',
  'metadata.recovery.rebootstrap.trigger.ms',
  'metadata.recovery.strategy',
  'receive.buffer.bytes',
  'reconnect.backoff.max.ms',
  'reconnect.backoff.ms',
  'request.timeout.ms',
  'retries',
  'retry.backoff.max.ms',
  'retry.backoff.ms',
  'sasl.client.callback.handler.class',
  'sasl.kerberos.kinit.cmd',
  'sasl.kerberos.min.time.before.relogin',
  'sasl.kerberos.service.name',
  'sasl.kerberos.ticket.renew.jitter',
  'sasl.kerberos.ticket.renew.window.factor',
  'sasl.login.class',
  'sasl.login.refresh.buffer.seconds',
  'sasl.login.refresh.min.period.seconds',
  'sasl.login.refresh.window.factor',
  'sasl.login.refresh.window.jitter',
  'sasl.login.retry.backoff.max.ms',
  'sasl.login.retry.backoff.ms',
  'sasl.oauthbearer.assertion.algorithm',
  'sasl.oauthbearer.assertion.claim.aud',
  'sasl.oauthbearer.assertion.claim.exp.seconds',
  'sasl.oauthbearer.assertion.claim.iss',
  'sasl.oauthbearer.assertion.claim.jti.include',
  'sasl.oauthbearer.assertion.claim.nbf.seconds',
  'sasl.oauthbearer.assertion.claim.sub',
  'sasl.oauthbearer.assertion.file',
  'sasl.oauthbearer.assertion.private.key.file',
  'sasl.oauthbearer.assertion.private.key.passphrase',
  'sasl.oauthbearer.assertion.template.file',
  'sasl.oauthbearer.clock.skew.seconds',
  'sasl.oauthbearer.expected.audience',
  'sasl.oauthbearer.expected.issuer',
  'sasl.oauthbearer.jwks.endpoint.refresh.ms',
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms',
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms',
  'sasl.oauthbearer.jwks.endpoint.url',
  'sasl.oauthbearer.jwt.retriever.class',
  'sasl.oauthbearer.jwt.validator.class',
  'sasl.oauthbearer.scope.claim.name',
  'sasl.oauthbearer.sub.claim.name',
  'security.providers',
  'send.buffer.bytes',
  'socket.connection.setup.timeout.max.ms',
  'socket.connection.setup.timeout.ms',
  'ssl.cipher.suites',
  'ssl.engine.factory.class',
  'ssl.keymanager.algorithm',
  'ssl.protocol',
  'ssl.provider',
  'ssl.secure.random.implementation',
  'ssl.trustmanager.algorithm',
]);

export function closestConnectionSetting(name: string): string | undefined {
  return closestName(name, knownConnectionSettings);
}

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * The addresses of `bootstrap.servers`, and the entries that are none. Hosts are in lower case, without
 * brackets.
 */
export function parseBootstrapServers(text: string): {
  readonly addresses: readonly BrokerAddress[];
  readonly invalid: readonly string[];
} {
  const addresses: BrokerAddress[] = [];
  const invalid: string[] = [];
  for (const part of text.split(',')) {
    const entry = part.trim();
    const address = parseAddress(entry);
    if (address === undefined) invalid.push(entry);
    else addresses.push(address);
  }
  return { addresses, invalid };
}

export function formatAddress({ host, port }: BrokerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseAddress(entry: string): BrokerAddress | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,20})?)\]|([\w.-]{1,253})):([0-9]{1,5})$/.exec(entry);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  if (match?.[1] !== undefined && !host.includes(':')) return undefined;
  return { host: host.toLowerCase(), port };
}
