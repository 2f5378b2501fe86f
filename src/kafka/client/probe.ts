// Single steps of a connection, each alone: the name, the socket, TLS. They find out which of them fails, and
// nothing is sent.
import type { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import type { TlsOptions } from '../security/tls-material.ts';
import { type BrokerAddress, isName } from './socket.ts';

/** The addresses of a name, in the order of the system's resolver. Rejects with the resolver's error. */
export async function resolveName(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

export interface ProbeLimits {
  readonly clock: Clock;
  readonly waitMs: number;
}

/** That nothing came within the wait. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Connects and ends. Rejects with the system's error, or with NoAnswer. */
export function probeSocket({ host, port }: BrokerAddress, limits: ProbeLimits): Promise<void> {
  const socket = connect({ host, port });
  return settled(socket, 'connect', limits, () => undefined);
}

export interface SeenCertificate {
  /** As in `CN=broker`. */
  readonly subject: string;
  readonly begins: Date;
  readonly ends: Date;
}

export interface TlsSight {
  /** `TLSv1.3`. */
  readonly protocol: string;
  /** The broker's certificate first, then those of authorities that it shows; empty where it shows none. */
  readonly chain: readonly SeenCertificate[];
  /** The hosts that it is for, as it names them. */
  readonly hosts: string | undefined;
  /** Why it is not to be trusted: OpenSSL's or Node's code. */
  readonly distrust: string | undefined;
}

/** Agrees on TLS and ends, also with a broker that is not to be trusted. Rejects where none comes about. */
export function probeTls(
  { host, port }: BrokerAddress,
  tls: TlsOptions,
  limits: ProbeLimits,
): Promise<TlsSight> {
  const servername = isName(host) ? host : '';
  const socket = connectTls({ ...tls, host, port, servername, rejectUnauthorized: false });
  return settled(socket, 'secureConnect', limits, () => sightOf(socket));
}

function sightOf(socket: TLSSocket): TlsSight {
  const certificate = socket.getPeerX509Certificate();
  return {
    protocol: socket.getProtocol() ?? '?',
    chain: chainFrom(certificate),
    hosts: certificate?.subjectAltName,
    distrust: socket.authorized ? undefined : String(socket.authorizationError),
  };
}

function chainFrom(first: X509Certificate | undefined): SeenCertificate[] {
  const chain: SeenCertificate[] = [];
  for (let at = first; at !== undefined; at = at.issuerCertificate) {
    const { subject, validFromDate: begins, validToDate: ends } = at;
    chain.push({ subject: subject.replaceAll('\n', ', '), begins, ends });
  }
  return chain;
}

/** What `take` makes of the socket once `event` has come; the socket is ended in any case. */
function settled<T>(
  socket: ReturnType<typeof connect>,
  event: 'connect' | 'secureConnect',
  { clock, waitMs }: ProbeLimits,
  take: () => T,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = clock.schedule(waitMs, () => reject(new NoAnswer(`no answer within ${waitMs} ms`)));
    socket.once(event, () => {
      timer.cancel();
      resolve(take());
    });
    socket.on('error', (error) => {
      timer.cancel();
      reject(error);
    });
    socket.once('close', () => {
      timer.cancel();
      reject(new Error('the broker closed it before secure TLS connection was made'));
    });
  }).finally(() => socket.destroy());
}
