// A login, as an exchange of messages (RFC 4422): what to send first, and what to make of each answer.
import { CausewayError } from '../../base/errors.ts';
import type { SaslMechanism } from './sasl-settings.ts';

export interface SaslExchange {
  readonly mechanism: SaslMechanism;
  /** The first message. Throws CW-3014 where there is no token. */
  start(): Promise<Buffer>;
  /** The message after an answer; undefined when the exchange is over. Throws CW-3012. */
  next(answer: Buffer): Promise<Buffer | undefined>;
}

export const loginRefused = (why: string): CausewayError => new CausewayError('CW-3012', why);
