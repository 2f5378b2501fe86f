// `ssl.*`: whom to trust, and which certificate to show.
import type { SettingReader } from './setting-reader.ts';

export interface StoreFile {
  readonly path: string;
  readonly password: string | undefined;
}
/** Certificates that are trusted: a file of any kind that is read here, or PEM text. */
export type TrustStore = StoreFile | { readonly pem: string };
/** The own certificate and its key. */
export type KeyStore =
  | (StoreFile & { readonly keyPassword: string | undefined })
  | { readonly chainPem: string; readonly keyPem: string; readonly keyPassword: string | undefined };

export interface TlsSettings {
  /** Undefined: the authorities that Node.js knows. */
  readonly trust: TrustStore | undefined;
  readonly own: KeyStore | undefined;
  readonly checksHostname: boolean;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
}

const tlsVersions = ['TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

export const tlsSettingNames = [
  'ssl.enabled.protocols',
  'ssl.endpoint.identification.algorithm',
  'ssl.key.password',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.keystore.location',
  'ssl.keystore.password',
  'ssl.keystore.type',
  'ssl.truststore.certificates',
  'ssl.truststore.location',
  'ssl.truststore.password',
  'ssl.truststore.type',
] as const;

export function readTls(reader: SettingReader): TlsSettings {
  const [minVersion, maxVersion] = readVersions(reader);
  const algorithm = reader.choice('ssl.endpoint.identification.algorithm', ['https', ''], 'https');
  return {
    trust: readTrust(reader),
    own: readOwn(reader),
    checksHostname: algorithm === 'https',
    minVersion,
    maxVersion,
  };
}

function readTrust(reader: SettingReader): TrustStore | undefined {
  checkType(reader, 'truststore');
  const path = reader.text('ssl.truststore.location');
  const pem = reader.text('ssl.truststore.certificates');
  if (reader.has('ssl.truststore.location') && reader.has('ssl.truststore.certificates')) {
    reader.problem('wrong', 'ssl.truststore.certificates', 'trusted certificates are given twice', oneOfTwo);
  }
  if (!reader.has('ssl.truststore.location')) {
    reader.refuseUseless(['ssl.truststore.password'], 'there is no ssl.truststore.location');
  }
  if (pem !== undefined) return { pem };
  return path === undefined ? undefined : { path, password: reader.text('ssl.truststore.password') };
}

function readOwn(reader: SettingReader): KeyStore | undefined {
  checkType(reader, 'keystore');
  const keyPassword = reader.text('ssl.key.password');
  const path = reader.text('ssl.keystore.location');
  const chainPem = reader.text('ssl.keystore.certificate.chain');
  const keyPem = reader.text('ssl.keystore.key');
  const inText = ['ssl.keystore.certificate.chain', 'ssl.keystore.key'].filter((name) => reader.has(name));
  if (inText.length > 0 && reader.has('ssl.keystore.location')) {
    reader.problem('wrong', inText[0] as string, 'the own certificate is given twice', oneOfTwo);
  } else if (inText.length === 1) {
    const given = inText[0] as string;
    const other = given === 'ssl.keystore.key' ? 'ssl.keystore.certificate.chain' : 'ssl.keystore.key';
    reader.problem('missing', given, `${given} needs ${other} beside it`, `Add ${other}.`);
  }
  if (!reader.has('ssl.keystore.location')) {
    reader.refuseUseless(['ssl.keystore.password'], 'there is no ssl.keystore.location');
    if (inText.length === 0) reader.refuseUseless(['ssl.key.password'], 'there is no key');
  }
  if (chainPem !== undefined && keyPem !== undefined) return { chainPem, keyPem, keyPassword };
  if (path === undefined) return undefined;
  return { path, password: reader.text('ssl.keystore.password'), keyPassword };
}

const oneOfTwo = 'Give a location or the PEM text, not both.';

/** Read by what is in the file; the type is only checked. */
function checkType(reader: SettingReader, store: 'truststore' | 'keystore'): void {
  const name = `ssl.${store}.type`;
  const type = reader.text(name);
  // As in Kafka: of PEM case counts, of Java's own stores it does not.
  const known = type?.toUpperCase();
  if (type === undefined || type === 'PEM' || known === 'PKCS12') return;
  if (known === 'JKS') {
    const path = reader.text(`ssl.${store}.location`) ?? `${store}.jks`;
    reader.problem('refused', name, 'a JKS store cannot be read here', jksHint(path, name));
  } else {
    const hint = known === 'PEM' ? 'Case counts, as in Kafka.' : 'Other stores cannot be read here.';
    reader.problem('wrong', name, `${name} must be PEM or PKCS12`, hint);
  }
}

/** The command that converts a JKS store, and what to write then. */
export function jksHint(path: string, typeSetting: string): string {
  const to = `${path.replace(/\.jks$/i, '')}.p12`;
  return (
    `Convert it: keytool -importkeystore -srckeystore ${shellWord(path)} -srcstoretype JKS ` +
    `-destkeystore ${shellWord(to)} -deststoretype PKCS12; ` +
    `then set ${typeSetting}: PKCS12 and the new location.`
  );
}

const shellWord = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** Lowest and highest; Kafka's default is both. */
function readVersions(reader: SettingReader): [TlsVersion, TlsVersion] {
  const name = 'ssl.enabled.protocols';
  const text = reader.text(name);
  if (text === undefined) return ['TLSv1.2', 'TLSv1.3'];
  const given = text.split(',').map((part) => part.trim());
  const known = tlsVersions.filter((version) => given.includes(version));
  const odd = given.find((version) => !(tlsVersions as readonly string[]).includes(version));
  if (odd !== undefined || known.length === 0) {
    reader.problem(
      'refused',
      name,
      `${name} may name ${tlsVersions.join(' and ')}`,
      'Older ones are unsafe.',
    );
  }
  return [known[0] ?? 'TLSv1.2', known.at(-1) ?? 'TLSv1.3'];
}
