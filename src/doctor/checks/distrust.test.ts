// What is to be done about a certificate that is not trusted hangs on why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenCertificate } from '../../kafka/client/probe.ts';
import { distrusted } from './distrust.ts';

const nowMs = Date.UTC(2026, 0, 31);
const inDays = (days: number) => new Date(nowMs + days * 86_400_000);
const seen = (subject: string, from: number, to: number): SeenCertificate => {
  return { subject, begins: inDays(from), ends: inDays(to) };
};
const leaf = seen('CN=broker', -5, 5);
function told(code: string, ...chain: SeenCertificate[]): string {
  const sight = { protocol: 'TLSv1.3', chain, hosts: 'DNS:b1', distrust: code };
  const { state, what, next } = distrusted('b2', sight, code, nowMs);
  return `${state}: ${what}. ${next}`;
}

test('not valid yet: clocks, and no word of the truststore', () => {
  const early = told('CERT_NOT_YET_VALID', seen('CN=broker', 2.5, 9));
  assert.match(
    early,
    /^problem: the broker’s certificate is not valid yet: only from 2026-02-02, 2 days ahead\./,
  );
  assert.match(early, /Compare the clock/);
  const authority = told('CERT_NOT_YET_VALID', leaf, seen('CN=between', 1, 9));
  assert.match(authority, /the authority behind the broker’s \(CN=between\) is not valid yet/);
  const ours = told('CERT_NOT_YET_VALID', leaf);
  assert.match(
    ours,
    /the certificate in ssl\.truststore of the authority behind the broker’s is not valid yet\./,
  );
  for (const text of [early, authority, ours]) assert.doesNotMatch(text, /Put /);
});

test('an authority that has expired is named, and where it is to be replaced', () => {
  const shown = told('CERT_HAS_EXPIRED', leaf, seen('CN=between', -9, -1.5));
  assert.match(
    shown,
    /\(CN=between\) expired on 2026-01-29, 1 day ago\. Put .* into the keystore of the broker/,
  );
  const ours = told('CERT_HAS_EXPIRED', leaf, seen('CN=between', -9, 9));
  assert.match(
    ours,
    /in ssl\.truststore of the authority .* expired\. Put the renewed certificate .* ssl\.truststore/,
  );
});

test('one that nobody has signed but itself is put there itself', () => {
  assert.match(
    told('DEPTH_ZERO_SELF_SIGNED_CERT', leaf),
    /is self-signed .*\. Put this very certificate into/,
  );
});

test('a revoked one is issued anew; of an unknown authority the certificate is wanted', () => {
  assert.match(told('CERT_REVOKED', leaf), /has been revoked\. Have a new certificate issued/);
  const unknown = told('UNABLE_TO_VERIFY_LEAF_SIGNATURE', leaf);
  assert.match(unknown, /Put the certificate of the authority that has signed it into ssl\.truststore/);
  assert.match(told('ERR_TLS_CERT_ALTNAME_INVALID', leaf), /names DNS:b1, and not b2\. Use one of those/);
  assert.match(told('SOMETHING_NEW', leaf), /is not trusted \(SOMETHING_NEW\)/);
});
