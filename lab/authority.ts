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

const dayMs = 86_400_000;
const keyBits = 2048;
const { pki } = forge;

export class CertificateAuthority {
  readonly #name: string;
  readonly #key = newKey();
  /** PEM. */
  readonly certificate: string;

  constructor(name: string) {
    this.#name = name;
    const extensions = [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ];
    this.certificate = this.#sign({ commonName: name }, this.#key, extensions);
  }

  issue(wish: CertificateWish): IssuedCertificate {
    const key = newKey();
    const altNames = (wish.hosts ?? []).map((host) =>
      isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host },
    );
    const extensions = [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      ...(altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : []),
    ];
    return { certificate: this.#sign(wish, key, extensions), key };
  }

  #sign({ commonName, validFrom, validTo }: CertificateWish, key: string, extensions: object[]): string {
    const made = pki.createCertificate();
    made.publicKey = pki.setRsaPublicKey(pki.privateKeyFromPem(key).n, pki.privateKeyFromPem(key).e);
    // Positive, as RFC 5280 wants serial numbers to be.
    made.serialNumber = `01${randomBytes(15).toString('hex')}`;
    made.validity.notBefore = validFrom ?? new Date(Date.now() - dayMs);
    made.validity.notAfter = validTo ?? new Date(Date.now() + 30 * dayMs);
    made.setSubject([{ name: 'commonName', value: commonName }]);
    made.setIssuer([{ name: 'commonName', value: this.#name }]);
    made.setExtensions(extensions);
    made.sign(pki.privateKeyFromPem(this.#key), forge.md.sha256.create());
    return pki.certificateToPem(made);
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: keyBits });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
