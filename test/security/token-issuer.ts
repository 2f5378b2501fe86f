// Signs tokens as an identity provider does: a key set that brokers read, and an endpoint for client
// credentials.
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo } from 'node:net';
import type { IssuedCertificate } from '../../lab/authority.ts';

export const audience = 'kafka';

/** What the endpoint does when it is asked; the answer of a good one unless given. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export class TokenIssuer implements AsyncDisposable {
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #server: Server;
  /** Requests that have come to the endpoint. */
  asked = 0;
  /** Seconds that a token lives. */
  lifeSeconds = 60;
  behaviour: Behaviour | undefined;

  readonly #protocol: 'http' | 'https';

  private constructor(tls: IssuedCertificate | undefined) {
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response);
    this.#protocol = tls === undefined ? 'http' : 'https';
    this.#server =
      tls === undefined
        ? createServer(answer)
        : createTlsServer({ cert: tls.certificate, key: tls.key }, answer);
  }

  /** With TLS where a certificate is given. */
  static async start(tls?: IssuedCertificate): Promise<TokenIssuer> {
    const issuer = new TokenIssuer(tls);
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  get url(): string {
    return `${this.#protocol}://127.0.0.1:${(this.#server.address() as AddressInfo).port}/token`;
  }

  /** RFC 7517. */
  get keySet(): string {
    const key = this.#keys.publicKey.export({ format: 'jwk' });
    return JSON.stringify({ keys: [{ ...key, kid: 'test', use: 'sig', alg: 'RS256' }] });
  }

  token(subject: string, lifeSeconds = this.lifeSeconds): string {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const claims = { sub: subject, aud: audience, iat: nowSeconds - 1, exp: nowSeconds + lifeSeconds };
    const signed = `${encoded({ alg: 'RS256', typ: 'JWT', kid: 'test' })}.${encoded(claims)}`;
    const signature = sign('RSA-SHA256', Buffer.from(signed), this.#keys.privateKey);
    return `${signed}.${signature.toString('base64url')}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.asked += 1;
    if (this.behaviour !== undefined) return this.behaviour(request, response);
    const [, credentials = ''] = (request.headers.authorization ?? '').split(' ');
    const [client = '', secret] = Buffer.from(credentials, 'base64').toString().split(':');
    if (secret !== `${client}-secret`) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
      return;
    }
    const body = { access_token: this.token(client), token_type: 'Bearer', expires_in: this.lifeSeconds };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
