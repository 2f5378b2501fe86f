// The single steps of a connection, against sockets of this machine.
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { after, test } from 'node:test';
import { CertificateAuthority } from '../../../lab/authority.ts';
import { systemClock } from '../../base/clock.ts';
import { NoAnswer, probeSocket, probeTls, resolveName } from './probe.ts';

const authority = new CertificateAuthority('test authority');
const limits = { clock: systemClock, waitMs: 10_000 };
const open: Server[] = [];
after(() => {
  for (const server of open) server.close();
});

async function listening(server: Server) {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const tlsServer = (hosts: readonly string[], validTo?: Date) => {
  const { certificate: cert, key } = authority.issue({
    commonName: 'broker',
    hosts,
    ...(validTo !== undefined && { validTo }),
  });
  return createTlsServer({ cert, key }, (socket) => socket.on('error', () => socket.destroy()));
};
const trusting = { ca: authority.certificate };

test('a name, and one that does not exist', async () => {
  assert.ok((await resolveName('localhost')).length > 0);
  await assert.rejects(resolveName('a..b'), { code: 'ENOTFOUND' });
});

test('an open port, a closed one', async () => {
  const address = await listening(createServer());
  await probeSocket(address, limits);
  const closed = open.pop();
  await new Promise((resolve) => closed?.close(resolve));
  await assert.rejects(probeSocket(address, limits), { code: 'ECONNREFUSED' });
});

test('TLS with a certificate that is good', async () => {
  const sight = await probeTls(await listening(tlsServer(['127.0.0.1'])), trusting, limits);
  assert.equal(sight.distrust, undefined);
  assert.equal(sight.protocol, 'TLSv1.3');
  assert.ok((sight.chain[0]?.ends?.getTime() ?? 0) > systemClock.wallMs());
});

test('a certificate that is not to be trusted is looked at all the same', async () => {
  const ended = await listening(tlsServer(['127.0.0.1'], new Date(systemClock.wallMs() - 60_000)));
  assert.equal((await probeTls(ended, trusting, limits)).distrust, 'CERT_HAS_EXPIRED');
  const other = await probeTls(await listening(tlsServer(['kafka.example.com'])), trusting, limits);
  assert.equal(other.distrust, 'ERR_TLS_CERT_ALTNAME_INVALID');
  assert.equal(other.hosts, 'DNS:kafka.example.com');
  const stranger = await probeTls(await listening(tlsServer(['127.0.0.1'])), {}, limits);
  assert.match(stranger.distrust ?? '', /UNABLE_TO|SELF_SIGNED/);
});

test('a port that takes the connection and says nothing', async () => {
  const address = await listening(createServer());
  await assert.rejects(probeTls(address, trusting, { ...limits, waitMs: 50 }), NoAnswer);
});

test('a port that ends the handshake', async () => {
  const address = await listening(createServer((socket) => socket.end()));
  await assert.rejects(probeTls(address, trusting, limits), /ECONNRESET|before secure TLS connection/);
});
