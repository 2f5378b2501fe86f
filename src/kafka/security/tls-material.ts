// The certificates of one region's connections, as files have them now. A file that has changed is read anew
// before the next connection; what cannot be used leaves the former in its place.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type ConnectionOptions as TlsOptions, type SecureContext } from 'node:tls';
import { CausewayError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { certificatesIn, type Own, readOwn, readTrusted } from './stores.ts';
import type { TlsSettings } from './tls-settings.ts';

export type { SecureContext, TlsOptions };

export interface TlsMaterial {
  readonly context: SecureContext;
  /** When the own certificate begins and ends; undefined where none is shown. */
  readonly ownBegins: Date | undefined;
  readonly ownEnds: Date | undefined;
}

export class TlsFiles {
  readonly #settings: TlsSettings;
  readonly #log: Log;
  #stamps = '';
  #material: TlsMaterial | undefined;
  #reading: Promise<TlsMaterial> | undefined;

  constructor(settings: TlsSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  get checksHostname(): boolean {
    return this.#settings.checksHostname;
  }

  /** As the files are now. Throws CW-3013 where they have never been of use. */
  current(): Promise<TlsMaterial> {
    this.#reading ??= this.#look().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #look(): Promise<TlsMaterial> {
    const stamps = await this.#readStamps();
    if (this.#material !== undefined && stamps === this.#stamps) return this.#material;
    try {
      this.#material = await this.#read();
    } catch (error) {
      if (this.#material === undefined) throw error;
      // Half of a renewal is there: told once, and looked at again when a file changes.
      this.#log.warn({ error: describeError(error) }, 'changed certificates cannot be used; the former stay');
    }
    this.#stamps = stamps;
    return this.#material;
  }

  async #readStamps(): Promise<string> {
    const stamps = await Promise.all(this.#paths().map(stampOf));
    return stamps.join(' ');
  }

  #paths(): string[] {
    const { trust, own } = this.#settings;
    return [trust, own].flatMap((store) => (store !== undefined && 'path' in store ? [store.path] : []));
  }

  async #read(): Promise<TlsMaterial> {
    const { minVersion, maxVersion } = this.#settings;
    const ca = await this.#readTrust();
    const own = await this.#readOwn();
    if (own !== undefined) checkPair(own, this.#keyPassword);
    const context = createSecureContext({
      minVersion,
      maxVersion,
      ...(ca !== undefined && { ca: [...ca] }),
      ...(own !== undefined && { cert: own.chain, key: own.key }),
      ...(this.#keyPassword !== undefined && { passphrase: this.#keyPassword }),
    });
    const shown = own === undefined ? undefined : new X509Certificate(own.chain);
    return { context, ownBegins: shown?.validFromDate, ownEnds: shown?.validToDate };
  }

  get #keyPassword(): string | undefined {
    const { own } = this.#settings;
    if (own === undefined) return undefined;
    return own.keyPassword ?? ('path' in own ? own.password : undefined);
  }

  async #readTrust(): Promise<readonly string[] | undefined> {
    const { trust } = this.#settings;
    if (trust === undefined) return undefined;
    const setting = 'ssl.truststore';
    if ('path' in trust)
      return readTrusted({ ...trust, setting, bytes: await readStore(setting, trust.path) });
    const certificates = certificatesIn(trust.pem);
    if (certificates.length > 0) return certificates;
    throw new CausewayError('CW-3013', 'ssl.truststore.certificates holds no certificate in PEM');
  }

  async #readOwn(): Promise<Own | undefined> {
    const { own } = this.#settings;
    if (own === undefined) return undefined;
    const setting = 'ssl.keystore';
    if ('path' in own) return readOwn({ ...own, setting, bytes: await readStore(setting, own.path) });
    return { chain: own.chainPem, key: own.keyPem };
  }
}

/** What a TLS connection is made of now. Throws CW-3013. */
export async function tlsOptionsOf(files: TlsFiles | undefined): Promise<TlsOptions | undefined> {
  if (files === undefined) return undefined;
  const { context } = await files.current();
  // Node compares names unless told otherwise.
  return { secureContext: context, ...(!files.checksHostname && { checkServerIdentity: () => undefined }) };
}

/** Something that changes when the file does; also for one that is not there. */
async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}-${size}-${ino}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

async function readStore(setting: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const text = `${setting}.location: ${path} cannot be read (${describeError(error)})`;
    throw new CausewayError('CW-3013', text, { path });
  }
}

/** TLS would only find out in the middle of a handshake. */
function checkPair({ chain, key }: Own, passphrase: string | undefined): void {
  let fits: boolean;
  try {
    const privateKey = createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
    fits = new X509Certificate(chain).checkPrivateKey(privateKey);
  } catch (error) {
    const why = `(${describeError(error)}): is ssl.key.password right?`;
    throw new CausewayError('CW-3013', `the own certificate or its key cannot be read ${why}`);
  }
  if (!fits) throw new CausewayError('CW-3013', 'the own certificate does not belong to the key beside it');
}
