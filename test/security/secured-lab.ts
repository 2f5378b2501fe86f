// A lab whose brokers have a listener for every way of getting in, and the settings that fit each of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority } from '../../lab/authority.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { addScramUser } from '../../lab/scram-users.ts';
import { silentLog } from '../../src/base/log.ts';
import { type ClusterAdmin, openClusterAdmin } from '../../src/kafka/admin/cluster-admin.ts';
import { type LinkEnd, securityFrom } from '../fixtures/link-plan.ts';
import { audience, TokenIssuer } from './token-issuer.ts';

const regions = ['eu-west', 'us-east'] as const;
const listeners = {
  TLS: 'SSL',
  MUTUAL: 'SSL',
  LOGIN: 'SASL_PLAINTEXT',
  TLSLOGIN: 'SASL_SSL',
} as const;
export type ListenerName = keyof typeof listeners;
export const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;
export type Mechanism = (typeof mechanisms)[number];

const kafka = 'org.apache.kafka.common.security';

/** Kafka's settings for a client, and the listener that they fit. */
export interface Way {
  readonly name: string;
  readonly listener: ListenerName | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

export interface SecuredLabOptions {
  readonly reauthMs?: number;
  readonly brokerSettings?: Readonly<Record<string, string>>;
}

export class SecuredLab implements AsyncDisposable {
  readonly lab: Lab;
  readonly authority: CertificateAuthority;
  readonly issuer: TokenIssuer;
  /** Certificates, keys and tokens. */
  readonly folder: string;

  private constructor(lab: Lab, authority: CertificateAuthority, issuer: TokenIssuer, folder: string) {
    this.lab = lab;
    this.authority = authority;
    this.issuer = issuer;
    this.folder = folder;
  }

  /**
   * `reauthMs`: how long a login holds; for ever unless given. `brokerSettings` win over what is set here.
   */
  static async start(options: SecuredLabOptions = {}): Promise<SecuredLab> {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-test-'));
    const authority = new CertificateAuthority('test authority');
    const issuer = await TokenIssuer.start();
    const write = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const server = authority.issue({ commonName: 'broker', hosts: ['localhost', '127.0.0.1'] });
    const client = authority.issue({ commonName: 'alice' });
    const trust = write('trust.pem', authority.certificate);
    const keystore = write('server.pem', `${server.key}${server.certificate}`);
    write('client.pem', `${client.key}${client.certificate}`);
    const keySet = `file://${write('keys.json', issuer.keySet)}`;
    const lab = await startLab({
      regions: regions.map((name) => ({ name, listeners })),
      javaFlags: [
        `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${keySet}`,
        `-Dorg.apache.kafka.sasl.oauthbearer.allowed.files=${folder}/keys.json`,
      ],
      brokerSettings: {
        ...brokerSettings({ trust, keystore, keySet, reauthMs: options.reauthMs ?? 0 }),
        ...options.brokerSettings,
      },
    });
    for (const region of regions) await addScramUser(lab.bootstrapServers(region), 'alice', 'alice-secret');
    return new SecuredLab(lab, authority, issuer, folder);
  }

  serversOf(region: string, way: Way): string {
    if (way.listener === undefined) return this.lab.bootstrapServers(region);
    return this.lab.region(region).serversOf(way.listener);
  }

  /** One end of a link, reached this way. */
  endAt(region: string, way: Way): Omit<LinkEnd, 'region'> {
    return { bootstrapServers: this.serversOf(region, way), security: way.settings };
  }

  /** For one region, through the Kafka library. */
  openAdmin(region: string, way: Way): ClusterAdmin {
    const bootstrapServers = this.serversOf(region, way).split(',');
    const security = securityFrom(way.settings, silentLog);
    return openClusterAdmin({ region, bootstrapServers, clientId: 'test', security });
  }

  get plain(): Way {
    return { name: 'in the clear', listener: undefined, settings: {} };
  }

  get tls(): Way {
    return { name: 'TLS', listener: 'TLS', settings: { 'security.protocol': 'SSL', ...this.#trust } };
  }

  get mutual(): Way {
    const settings = { 'security.protocol': 'SSL', ...this.#trust, ...this.ownCertificate };
    return { name: 'TLS from both sides', listener: 'MUTUAL', settings };
  }

  get ownCertificate(): Readonly<Record<string, string>> {
    return { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': join(this.folder, 'client.pem') };
  }

  login(mechanism: Mechanism, withTls: boolean): Way {
    const protocol = { 'security.protocol': withTls ? 'SASL_SSL' : 'SASL_PLAINTEXT' };
    const settings = { ...protocol, ...(withTls && this.#trust), ...this.#credentials(mechanism) };
    const name = withTls ? `${mechanism} over TLS` : mechanism;
    return { name, listener: withTls ? 'TLSLOGIN' : 'LOGIN', settings };
  }

  get ways(): readonly Way[] {
    const logins = mechanisms.flatMap((each) => [this.login(each, false), this.login(each, true)]);
    return [this.plain, this.tls, this.mutual, ...logins];
  }

  get #trust() {
    return { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': join(this.folder, 'trust.pem') };
  }

  #credentials(mechanism: Mechanism): Readonly<Record<string, string>> {
    const named = { 'sasl.mechanism': mechanism };
    if (mechanism === 'OAUTHBEARER') {
      const who = 'clientId="alice" clientSecret="alice-secret"';
      return {
        ...named,
        'sasl.oauthbearer.token.endpoint.url': this.issuer.url,
        'sasl.jaas.config': `${kafka}.oauthbearer.OAuthBearerLoginModule required ${who};`,
      };
    }
    const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
    const who = 'username="alice" password="alice-secret"';
    return { ...named, 'sasl.jaas.config': `${kafka}.${module} required ${who};` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.close();
    await this.issuer[Symbol.asyncDispose]();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function brokerSettings(parts: { trust: string; keystore: string; keySet: string; reauthMs: number }) {
  const settings: Record<string, string> = {
    'sasl.oauthbearer.jwks.endpoint.url': parts.keySet,
    'sasl.oauthbearer.expected.audience': audience,
    'connections.max.reauth.ms': String(parts.reauthMs),
  };
  for (const name of ['tls', 'mutual', 'tlslogin']) {
    const prefix = `listener.name.${name}.ssl`;
    settings[`${prefix}.keystore.type`] = 'PEM';
    settings[`${prefix}.keystore.location`] = parts.keystore;
    settings[`${prefix}.truststore.type`] = 'PEM';
    settings[`${prefix}.truststore.location`] = parts.trust;
    settings[`${prefix}.client.auth`] = name === 'mutual' ? 'required' : 'none';
  }
  for (const name of ['login', 'tlslogin']) {
    const prefix = `listener.name.${name}`;
    settings[`${prefix}.sasl.enabled.mechanisms`] = mechanisms.join(',');
    settings[`${prefix}.plain.sasl.jaas.config`] =
      `${kafka}.plain.PlainLoginModule required user_alice="alice-secret";`;
    for (const scram of ['scram-sha-256', 'scram-sha-512']) {
      settings[`${prefix}.${scram}.sasl.jaas.config`] = `${kafka}.scram.ScramLoginModule required;`;
    }
    settings[`${prefix}.oauthbearer.sasl.jaas.config`] =
      `${kafka}.oauthbearer.OAuthBearerLoginModule required;`;
    settings[`${prefix}.oauthbearer.sasl.server.callback.handler.class`] =
      `${kafka}.oauthbearer.OAuthBearerValidatorCallbackHandler`;
  }
  return settings;
}
