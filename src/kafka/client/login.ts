// The login on a connection: SaslHandshake, then SaslAuthenticate until the exchange is over.
import { CausewayError } from '../../base/errors.ts';
import type { SaslExchange } from '../security/sasl-exchange.ts';
import { kafkaError, kafkaErrorName } from '../wire/error-codes.ts';
import {
  decodeSaslAuthenticateResponse,
  decodeSaslHandshakeResponse,
  encodeSaslAuthenticateRequest,
  encodeSaslHandshakeRequest,
  type SaslAuthenticateResponse,
  type SaslHandshakeResponse,
} from '../wire/sasl.ts';
import type { Call } from './call.ts';

/** Sends one request past everything that is held back for the login. */
export type SendNow = <T>(call: Call<T>) => Promise<T>;

/** Brokers end an exchange after two or three messages. */
const messagesMax = 10;

/**
 * Returns for how many milliseconds the login holds; 0: for ever. Throws CW-3012. `first`: what the exchange
 * starts with, made beforehand: to fetch a token may take long, and the broker waits for nothing else.
 */
export async function logIn(
  exchange: SaslExchange,
  first: Buffer,
  send: SendNow,
  waitMs: number,
): Promise<number> {
  await shakeHands(exchange, send, waitMs);
  let message: Buffer | undefined = first;
  for (let count = 0; count < messagesMax; count += 1) {
    const answer: SaslAuthenticateResponse = await send(authenticateCall(message, waitMs));
    if (answer.errorCode !== kafkaError.NONE) {
      throw refused(exchange, answer.errorMessage ?? kafkaErrorName(answer.errorCode));
    }
    message = await exchange.next(answer.bytes);
    if (message === undefined) return Math.max(0, answer.sessionLifetimeMs);
  }
  throw refused(exchange, `no end after ${messagesMax} messages`);
}

async function shakeHands({ mechanism }: SaslExchange, send: SendNow, waitMs: number): Promise<void> {
  const { errorCode, mechanisms } = await send<SaslHandshakeResponse>({
    api: 'saslHandshake',
    waitMs,
    encode: (writer, version) => encodeSaslHandshakeRequest(writer, version, mechanism),
    decode: decodeSaslHandshakeResponse,
  });
  if (errorCode === kafkaError.NONE) return;
  if (errorCode === kafkaError.UNSUPPORTED_SASL_MECHANISM) {
    const offered = mechanisms.length === 0 ? 'none' : mechanisms.slice(0, 20).join(', ');
    throw new CausewayError(
      'CW-3012',
      `sasl.mechanism ${mechanism} is not offered; this listener has ${offered}`,
    );
  }
  if (errorCode === kafkaError.ILLEGAL_SASL_STATE) {
    throw new CausewayError('CW-3012', 'this listener has no login: use security.protocol SSL or PLAINTEXT');
  }
  throw new CausewayError('CW-3012', `the broker answers the login with ${kafkaErrorName(errorCode)}`);
}

const authenticateCall = (bytes: Buffer, waitMs: number): Call<SaslAuthenticateResponse> => ({
  api: 'saslAuthenticate',
  waitMs,
  encode: (writer, version) => encodeSaslAuthenticateRequest(writer, version, bytes),
  decode: decodeSaslAuthenticateResponse,
});

const refused = ({ mechanism }: SaslExchange, why: string): CausewayError =>
  new CausewayError('CW-3012', `the login by ${mechanism} was refused: ${why.slice(0, 300)}`);
