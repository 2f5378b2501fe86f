// SASL PLAIN (RFC 4616): name and password in one message.
import { loginRefused, type SaslExchange } from './sasl-exchange.ts';

export function plainExchange(username: string, password: string): SaslExchange {
  return {
    mechanism: 'PLAIN',
    start: () => Promise.resolve(Buffer.from(`\0${username}\0${password}`)),
    next: (answer) => {
      if (answer.length === 0) return Promise.resolve(undefined);
      return Promise.reject(loginRefused('the broker asks for more than PLAIN has'));
    },
  };
}
