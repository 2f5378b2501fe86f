// The one place where sockets to brokers are made, plain and with TLS.
import {
  connect,
  isIP,
  type OnReadOpts,
  setDefaultAutoSelectFamilyAttemptTimeout,
  type Socket,
} from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TlsOptions } from '../security/tls-material.ts';

/**
 * For how long one address of a name with several is tried before the next: longer than a far round trip and
 * than the second after which a lost first packet is sent again, and short enough for a second address
 * within `connectWaitMs`.
 */
const attemptMs = 2_000;
// For the whole process, since the Kafka library opens sockets of its own. Node.js would give up an IPv4
// address after 250 ms and then fail on an IPv6 one that leads nowhere.
setDefaultAutoSelectFamilyAttemptTimeout(attemptMs);

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Begins to connect; calls `ready` once bytes may be sent. The socket reports failures by 'error' and
 * 'close'.
 */
export type OpenSocket = (address: BrokerAddress, onread: OnReadOpts, ready: () => void) => Socket;

export const openPlainSocket: OpenSocket = (address, onread, ready) => {
  const socket = connect({ host: address.host, port: address.port, noDelay: true, keepAlive: true, onread });
  socket.once('connect', ready);
  return socket;
};

/** TLS on top of TCP; decrypted bytes go into the same buffers. */
export const tlsSocketOpener =
  (tls: TlsOptions): OpenSocket =>
  ({ host, port }, onread, ready) => {
    const tcp = { host, port, servername: serverNameOf(host), onread };
    const socket = connectTls({ ...tls, ...tcp });
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.once('secureConnect', ready);
    return socket;
  };

/** The name that is asked for in the handshake (RFC 6066): none for an address. */
const serverNameOf = (host: string): string => (isName(host) ? host : '');

export const isName = (host: string): boolean => isIP(host) === 0;

/** `host:port`, with brackets around an IPv6 host. */
export const addressText = ({ host, port }: BrokerAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** From `host:port`, or undefined where it has no such form. */
export function parseAddress(text: string): BrokerAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text.trim());
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port >= 1 && port <= 65_535 ? { host: (match[1] ?? match[2]) as string, port } : undefined;
}
