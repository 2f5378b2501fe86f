// `sasl.*`: who logs in, and how.
import { type JaasEntry, JaasProblem, parseJaas } from './jaas.ts';
import { checkOptions, readEndpointTls } from './jaas-options.ts';
import type { SettingReader } from './setting-reader.ts';
import type { TlsSettings } from './tls-settings.ts';

export const scramMechanisms = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type ScramMechanism = (typeof scramMechanisms)[number];
export const saslMechanisms = ['PLAIN', ...scramMechanisms, 'OAUTHBEARER'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

export interface PasswordLogin {
  readonly mechanism: 'PLAIN' | ScramMechanism;
  readonly username: string;
  readonly password: string;
}
export interface TokenLogin {
  readonly mechanism: 'OAUTHBEARER';
  readonly source: TokenFile | TokenEndpoint;
  /** KIP-342, from options that begin with `extension_`. */
  readonly extensions: ReadonlyMap<string, string>;
}
export type SaslSettings = PasswordLogin | TokenLogin;

export interface TokenFile {
  readonly path: string;
}
/** RFC 6749, client credentials. */
export interface TokenEndpoint {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  /** Id and secret are URL-encoded in the header: RFC 6749 says so, older servers expect them plain. */
  readonly headerUrlEncode: boolean;
  /** From `ssl.*` options of the login module, as in Kafka; undefined: the authorities that Node.js knows. */
  readonly tls: TlsSettings | undefined;
}

const oauth = 'sasl.oauthbearer.';
const endpointUrl = `${oauth}token.endpoint.url`;
const clientIdName = `${oauth}client.credentials.client.id`;
const clientSecretName = `${oauth}client.credentials.client.secret`;
const oauthSettingNames = [
  'sasl.login.callback.handler.class',
  'sasl.login.connect.timeout.ms',
  'sasl.login.read.timeout.ms',
  clientIdName,
  clientSecretName,
  `${oauth}header.urlencode`,
  `${oauth}scope`,
  endpointUrl,
] as const;

export const saslSettingNames = ['sasl.jaas.config', 'sasl.mechanism', ...oauthSettingNames] as const;

const jaasName = 'sasl.jaas.config';
const security = 'org.apache.kafka.common.security.';
const modules: Readonly<Record<SaslMechanism, string>> = {
  PLAIN: `${security}plain.PlainLoginModule`,
  'SCRAM-SHA-256': `${security}scram.ScramLoginModule`,
  'SCRAM-SHA-512': `${security}scram.ScramLoginModule`,
  OAUTHBEARER: `${security}oauthbearer.OAuthBearerLoginModule`,
};
/** What Java needs to be told to ask an endpoint; here it says nothing new. */
const loginHandlers = [
  `${security}oauthbearer.OAuthBearerLoginCallbackHandler`,
  `${security}oauthbearer.secured.OAuthBearerLoginCallbackHandler`,
];

export function readSasl(reader: SettingReader): SaslSettings | undefined {
  const mechanism = readMechanism(reader);
  if (mechanism === undefined) return undefined;
  const entry = readEntry(reader, mechanism);
  if (mechanism === 'OAUTHBEARER') return readToken(reader, entry);
  reader.refuseUseless(oauthSettingNames, `sasl.mechanism ${mechanism} takes no token`);
  if (!reader.has(jaasName)) {
    const hint = `Write: ${modules[mechanism]} required username="…" password="…";`;
    reader.problem('missing', 'sasl.mechanism', `${mechanism} needs ${jaasName}`, hint);
  }
  if (entry === undefined) return undefined;
  const username = mustHave(reader, entry, 'username');
  const password = mustHave(reader, entry, 'password');
  return username === undefined || password === undefined ? undefined : { mechanism, username, password };
}

function readMechanism(reader: SettingReader): SaslMechanism | undefined {
  const name = 'sasl.mechanism';
  if (!reader.has(name)) {
    const hint = `Kafka’s default GSSAPI is not supported; use ${saslMechanisms.join(', ')}.`;
    reader.problem('missing', 'security.protocol', 'a login needs sasl.mechanism', hint);
    return undefined;
  }
  const given = reader.text(name);
  const known = saslMechanisms.find((mechanism) => mechanism === given);
  if (given !== undefined && known === undefined) {
    const hint = 'Kerberos (GSSAPI) and others are not supported.';
    reader.problem('refused', name, `${name} must be ${saslMechanisms.join(', ')}`, hint);
  }
  return known;
}

function readEntry(reader: SettingReader, mechanism: SaslMechanism): JaasEntry | undefined {
  const text = reader.text(jaasName);
  if (text === undefined) return undefined;
  try {
    const entry = parseJaas(text);
    if (entry.loginModule === modules[mechanism]) {
      checkOptions(reader, jaasName, mechanism, entry);
      return entry;
    }
    const message = `the login module of ${jaasName} is not that of ${mechanism}`;
    reader.problem('wrong', jaasName, message, `Write ${modules[mechanism]}.`);
  } catch (error) {
    if (!(error instanceof JaasProblem)) throw error;
    reader.problem('wrong', jaasName, `${jaasName}: ${error.message}`, error.hint);
  }
  return undefined;
}

function mustHave(reader: SettingReader, entry: JaasEntry, option: string): string | undefined {
  const value = entry.options.get(option);
  if (value !== undefined) return value;
  reader.problem(
    'missing',
    jaasName,
    `${jaasName} has no ${option}`,
    `Add ${option}="…" before the semicolon.`,
  );
  return undefined;
}

function readToken(reader: SettingReader, entry: JaasEntry | undefined): TokenLogin | undefined {
  const handler = reader.text('sasl.login.callback.handler.class');
  if (handler !== undefined && !loginHandlers.includes(handler)) {
    const hint = 'Own Java classes cannot run here; give a token endpoint or a token file.';
    reader.problem(
      'refused',
      'sasl.login.callback.handler.class',
      'this login handler is not supported',
      hint,
    );
  }
  const source = readSource(reader, entry);
  const extensions = new Map<string, string>();
  for (const [name, value] of entry?.options ?? []) {
    if (name.startsWith('extension_')) extensions.set(name.slice('extension_'.length), value);
  }
  return source === undefined ? undefined : { mechanism: 'OAUTHBEARER', source, extensions };
}

function readSource(
  reader: SettingReader,
  entry: JaasEntry | undefined,
): TokenFile | TokenEndpoint | undefined {
  if (!reader.has(endpointUrl)) {
    const hint = `Add ${endpointUrl}: https://…, or file:///path of a file that holds the token.`;
    reader.problem('missing', 'sasl.mechanism', `OAUTHBEARER needs ${endpointUrl}`, hint);
    return undefined;
  }
  const text = reader.text(endpointUrl);
  if (text === undefined) return undefined;
  const problem = (message: string, hint: string) => {
    reader.problem('wrong', endpointUrl, `${endpointUrl} ${message}`, hint);
    return undefined;
  };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'file:' && url.host === '') {
    const path = decodedPath(url);
    return path === undefined ? problem('has a % that encodes nothing', 'Write %25 for a %.') : { path };
  }
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    return problem('is no such address', 'Write https://…, or file:///path of a file that holds the token.');
  }
  if (url.username !== '' || url.password !== '') {
    return problem('must not hold a name or a password', `Give ${clientIdName} and ${clientSecretName}.`);
  }
  return readEndpoint(reader, entry, text);
}

function decodedPath(url: URL): string | undefined {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    return undefined;
  }
}

function readEndpoint(
  reader: SettingReader,
  entry: JaasEntry | undefined,
  url: string,
): TokenEndpoint | undefined {
  const clientId = reader.text(clientIdName) ?? entry?.options.get('clientId');
  const clientSecret = reader.text(clientSecretName) ?? entry?.options.get('clientSecret');
  const isComing = [jaasName, clientIdName, clientSecretName].some(
    (name) => reader.has(name) && reader.text(name) === undefined,
  );
  if ((clientId === undefined || clientSecret === undefined) && !isComing) {
    const hint = `Add ${clientIdName} and ${clientSecretName}.`;
    reader.problem('missing', endpointUrl, 'a token endpoint needs a client id and its secret', hint);
  }
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return {
    url,
    clientId,
    clientSecret,
    scope: reader.text(`${oauth}scope`) ?? entry?.options.get('scope'),
    connectTimeoutMs: reader.milliseconds('sasl.login.connect.timeout.ms', 10_000),
    readTimeoutMs: reader.milliseconds('sasl.login.read.timeout.ms', 10_000),
    headerUrlEncode: reader.boolean(`${oauth}header.urlencode`, false),
    tls: readEndpointTls(reader, jaasName, entry),
  };
}
