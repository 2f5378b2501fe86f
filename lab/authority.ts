// Certificates for a lab: an authority of its own, and what it signs. For tests and demonstrations only.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import forge from 'node-forge';

/** PEM texts. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateWish {
  readonly commonName: string;
  /** Names and addresses of a server. */
  readonly hosts?: readonly string[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

/** Who signs: itself, or another authority. */
interface Signer {
  readonly name: string;
  readonly key: string;
}

const dayMs = 86_400_000;
const keyBits = 2048;
const { pki } = forge;

const authorityExtensions = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
];

export class CertificateAuthority {
  readonly #self: Signer;
  /** PEM. */
  readonly certificate: string;

  /** `wish`: when it is valid. `above`: the authority that signs it; it is a root without one. */
  constructor(name: string, wish: Omit<CertificateWish, 'commonName'> = {}, above?: CertificateAuthority) {
    this.#self = { name, key: newKey() };
    const signer = above === undefined ? this.#self : above.#self;
    this.certificate = sign({ ...wish, commonName: name }, this.#self.key, signer, authorityExtensions);
  }

  issue(wish: CertificateWish): IssuedCertificate {
    const key = newKey();
    return { certificate: sign(wish, key, this.#self, endExtensions(wish)), key };
  }
}

/** One that no authority has signed, as tools make them in one step. */
export function issueSelfSigned(wish: CertificateWish): IssuedCertificate {
  const key = newKey();
  return { certificate: sign(wish, key, { name: wish.commonName, key }, endExtensions(wish)), key };
}

function endExtensions({ hosts = [] }: CertificateWish): object[] {
  const altNames = hosts.map((host) => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host }));
  return [
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
    ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
  ];
}

function sign(wish: CertificateWish, key: string, signer: Signer, extensions: object[]): string {
  const { commonName, validFrom, validTo } = wish;
  const made = pki.createCertificate();
  made.publicKey = pki.setRsaPublicKey(pki.privateKeyFromPem(key).n, pki.privateKeyFromPem(key).e);
  // Positive, as RFC 5280 wants serial numbers to be.
  made.serialNumber = `01${randomBytes(15).toString('hex')}`;
  made.validity.notBefore = validFrom ?? new Date(Date.now() - dayMs);
  made.validity.notAfter = validTo ?? new Date(Date.now() + 30 * dayMs);
  made.setSubject([{ name: 'commonName', value: commonName }]);
  made.setIssuer([{ name: 'commonName', value: signer.name }]);
  made.setExtensions(extensions);
  made.sign(pki.privateKeyFromPem(signer.key), forge.md.sha256.create());
  return pki.certificateToPem(made);
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: keyBits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
