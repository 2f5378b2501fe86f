// SASL SCRAM (RFC 5802, RFC 7677): both sides prove that they know the password, which is never sent.
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Random } from '../../base/random.ts';
import { loginRefused, type SaslExchange } from './sasl-exchange.ts';
import type { ScramMechanism } from './sasl-settings.ts';

const derive = promisify(pbkdf2);
const hashes = { 'SCRAM-SHA-256': 'sha256', 'SCRAM-SHA-512': 'sha512' } as const;
/** Kafka takes no fewer from a broker, and RFC 7677 asks for as many. */
const iterationsMin = 4096;
/** Seconds of work: nobody means that. */
const iterationsMax = 1_000_000;
const nonceBytes = 24;
/** No channel binding, no other identity: `n,,` in base64 is `biws`. */
const header = 'n,,';

/** What makes a login unlike every other: printable, and without commas (RFC 5802). */
export function newNonce(random: Random): string {
  const bytes = Buffer.from(Array.from({ length: nonceBytes }, () => random.int(256)));
  return bytes.toString('base64url');
}

export function scramExchange(
  mechanism: ScramMechanism,
  username: string,
  password: string,
  nonce: string,
): SaslExchange {
  const hash = hashes[mechanism];
  const mac = (key: Buffer, text: string | Buffer) => createHmac(hash, key).update(text).digest();
  const clientFirst = `n=${saslName(username)},r=${nonce}`;
  let serverProof: Buffer | undefined;

  async function prove(serverFirst: string): Promise<Buffer> {
    const { r: joined = '', s: salt = '', i: iterations = '' } = attributesOf(serverFirst);
    if (!joined.startsWith(nonce) || joined.length === nonce.length) {
      throw loginRefused('the broker’s answer does not belong to this login');
    }
    const rounds = /^[1-9]\d{0,9}$/.test(iterations) ? Number(iterations) : 0;
    if (rounds < iterationsMin || rounds > iterationsMax) {
      throw loginRefused(
        `the broker asks for ${iterations} rounds; ${iterationsMin} to ${iterationsMax} are taken`,
      );
    }
    const saltBytes = Buffer.from(salt, 'base64');
    const keyBytes = hash === 'sha256' ? 32 : 64;
    const salted = await derive(password, saltBytes, rounds, keyBytes, hash);
    const clientKey = mac(salted, 'Client Key');
    const withoutProof = `c=${Buffer.from(header).toString('base64')},r=${joined}`;
    const said = `${clientFirst},${serverFirst},${withoutProof}`;
    const signature = mac(createHash(hash).update(clientKey).digest(), said);
    serverProof = mac(mac(salted, 'Server Key'), said);
    const proof = clientKey.map((byte, at) => byte ^ (signature[at] as number));
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`);
  }

  /** Undefined: the broker has shown that it knows the password, too. */
  function judge(serverFinal: string, expected: Buffer): undefined {
    const { e: refusal, v: proof = '' } = attributesOf(serverFinal);
    if (refusal !== undefined) throw loginRefused(`the broker says ${JSON.stringify(refusal.slice(0, 100))}`);
    const shown = Buffer.from(proof, 'base64');
    if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) {
      throw loginRefused('the broker did not show that it knows the password: it may be another one');
    }
    return undefined;
  }

  return {
    mechanism,
    start: () => Promise.resolve(Buffer.from(header + clientFirst)),
    next: async (answer) => {
      const text = answer.toString('utf8');
      return serverProof === undefined ? prove(text) : judge(text, serverProof);
    },
  };
}

/** `=` and `,` separate attributes. */
const saslName = (name: string): string => name.replaceAll('=', '=3D').replaceAll(',', '=2C');

function attributesOf(message: string): Readonly<Partial<Record<string, string>>> {
  const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const part of message.split(',')) {
    const sign = part.indexOf('=');
    if (sign === 1) attributes[part.charAt(0)] = part.slice(2);
  }
  return attributes;
}
