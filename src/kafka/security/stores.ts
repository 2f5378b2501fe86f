// What is in a file of certificates or keys: PEM as it is, PKCS12 taken apart. JKS is refused with the
// way out.
import { CausewayError, describeError } from '../../base/errors.ts';
import { jksHint } from './tls-settings.ts';

/** PEM texts. */
export interface Own {
  readonly chain: string;
  readonly key: string;
}

/** One file, and how messages name it. */
export interface StoreBytes {
  readonly bytes: Buffer;
  readonly path: string;
  readonly password: string | undefined;
  /** `ssl.truststore` or `ssl.keystore`. */
  readonly setting: string;
}

const pemCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Behind its first line a key that is encrypted in the traditional way has headers (RFC 1421). */
const pemKey = /-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----[^]+?-----END \1-----/;
const jksMagic = 0xfeedfeed;
const derSequence = 0x30;

/** The certificates in PEM. Throws CW-3013. */
export async function readTrusted(store: StoreBytes): Promise<readonly string[]> {
  const certificates =
    kindOf(store) === 'PEM'
      ? certificatesIn(store.bytes.toString('latin1'))
      : (await openPkcs12(store)).certificates;
  if (certificates.length === 0) throw unusable(store, 'it holds no certificate');
  return certificates;
}

/** The own chain and key in PEM. Throws CW-3013. */
export async function readOwn(store: StoreBytes): Promise<Own> {
  if (kindOf(store) === 'PEM') {
    const text = store.bytes.toString('latin1');
    const key = pemKey.exec(text)?.[0];
    const chain = certificatesIn(text);
    if (key === undefined || chain.length === 0) {
      throw unusable(store, `it holds ${key === undefined ? 'no private key' : 'no certificate'}`);
    }
    return { chain: chain.join('\n'), key };
  }
  const { certificates, keys } = await openPkcs12(store);
  const [key] = keys;
  if (key === undefined || certificates.length === 0) {
    throw unusable(store, `it holds ${key === undefined ? 'no private key' : 'no certificate'}`);
  }
  if (keys.length > 1) throw unusable(store, `it holds ${keys.length} private keys; one is expected`);
  return { chain: certificates.join('\n'), key };
}

export const certificatesIn = (text: string): readonly string[] => text.match(pemCertificate) ?? [];

function kindOf(store: StoreBytes): 'PEM' | 'PKCS12' {
  const { bytes, path, setting } = store;
  if (bytes.includes('-----BEGIN ')) return 'PEM';
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === jksMagic) {
    const hint = jksHint(path, `${setting}.type`);
    throw new CausewayError('CW-3013', `${setting}.location: ${path} is a JKS store. ${hint}`, { path });
  }
  if (bytes[0] === derSequence) return 'PKCS12';
  throw unusable(store, bytes.length === 0 ? 'it is empty' : 'it is neither PEM nor PKCS12');
}

async function openPkcs12(store: StoreBytes): Promise<{ certificates: string[]; keys: string[] }> {
  // Only for this: most people have PEM files.
  const { default: forge } = await import('node-forge');
  const { asn1, pkcs12, pki } = forge;
  const pem = (type: string, value: Parameters<typeof asn1.toDer>[0]) =>
    forge.pem.encode({ type, body: asn1.toDer(value).getBytes() });
  try {
    const content = asn1.fromDer(store.bytes.toString('binary'), false);
    const opened = pkcs12.pkcs12FromAsn1(content, false, store.password ?? '');
    const bags = (type: string | undefined) =>
      type === undefined ? [] : (opened.getBags({ bagType: type })[type] ?? []);
    const { certBag, keyBag, pkcs8ShroudedKeyBag } = pki.oids;
    const certificates = bags(certBag).map(({ cert, asn1: raw }) =>
      pem('CERTIFICATE', cert ? pki.certificateToAsn1(cert) : (raw as never)),
    );
    const keys = [...bags(keyBag), ...bags(pkcs8ShroudedKeyBag)].map(({ key, asn1: raw }) =>
      pem('PRIVATE KEY', key ? pki.wrapRsaPrivateKey(pki.privateKeyToAsn1(key)) : (raw as never)),
    );
    return { certificates, keys };
  } catch (error) {
    throw unusable(
      store,
      `it cannot be opened (${describeError(error)}): is ${store.setting}.password right?`,
    );
  }
}

/** `why` comes after the name of the file. */
function unusable({ setting, path }: StoreBytes, why: string): CausewayError {
  return new CausewayError('CW-3013', `${setting}.location: ${path} cannot be used: ${why}`, { path });
}
